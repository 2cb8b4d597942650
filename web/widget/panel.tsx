/** @jsxImportSource preact */
// The panel: loaded by the loader when somebody is about to use it. It draws into the loader's shadow root.
import { render } from "preact";
import type { Locale } from "../shared/i18n/locales.ts";
import { ChatClient } from "./client.ts";
import { accentRules, pageIsDark } from "./colour.ts";
import css from "./panel.css?inline";
import { speaker } from "./text.ts";
import { addStyle, Context, type View } from "./views/context.ts";
import { Shell } from "./views/Shell.tsx";

/** What the loader hands over. */
export interface Host {
  readonly base: string;
  readonly key: string;
  readonly locale: Locale;
  readonly color: string | null;
  readonly root: ShadowRoot;
  readonly launcher: HTMLButtonElement;
  /** Tell the site's listeners. */
  readonly emit: (event: string, detail?: unknown) => void;
}

/** What a site may add to the address and title of its page; sent only with the visitor's consent. */
export interface PageExtras {
  campaign?: string;
  cart?: { name: string; quantity: number; price?: string }[];
}

export interface Panel {
  open: () => void;
  close: () => void;
  identify: (token: string) => Promise<void>;
  signOut: () => void;
  page: (extras: PageExtras) => void;
}

/** Mount the panel, closed. */
export async function mount(host: Host): Promise<Panel> {
  const { root, launcher, locale } = host;
  const say = await speaker(locale);
  const chat = new ChatClient(host);
  const box = document.createElement("div");
  root.append(box);
  addStyle(root, css + accentRules(host.color));
  let isOpen = false;
  let view: View | null = null;
  let extras: PageExtras = {};
  let shown = -1;
  let phase: string | undefined;

  const draw = () => {
    const at = view ?? (chat.conversation.messages.length + chat.pending.length > 0 ? "chat" : "home");
    const go = (next: View) => ((view = next), draw());
    render(
      isOpen ? (
        <Context.Provider value={{ chat, say, locale, go, root }}>
          <Shell view={at} isDark={pageIsDark()} onClose={close} onConsent={consent} />
        </Context.Provider>
      ) : null,
      box,
    );
  };

  const sharePage = () => {
    if (!chat.config?.features.page_context || chat.keep.get("consent") !== "on") return;
    chat.page({ address: location.href.slice(0, 2000), title: document.title.slice(0, 500), ...extras } as never);
  };
  const consent = (isGiven: boolean) => {
    chat.keep.set("consent", isGiven ? "on" : null);
    sharePage();
  };

  function open(): void {
    if (isOpen) return;
    isOpen = true;
    launcher.setAttribute("aria-expanded", "true");
    draw();
    host.emit("open");
    void chat.connect().catch((error: Error) => host.emit("error", error.message));
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    launcher.setAttribute("aria-expanded", "false");
    draw();
    launcher.focus();
    host.emit("close");
  }

  chat.subscribe(() => {
    if (view === null && isOpen) draw(); // from the questions to the conversation when there is one
    const count = isOpen && !document.hidden ? 0 : chat.unread;
    if (count !== shown) {
      shown = count;
      launcher.dataset["unread"] = count > 0 ? String(Math.min(count, 99)) : "";
      launcher.setAttribute("aria-label", count > 0 ? `${say("open")} (${say("new", { count })})` : say("open"));
      host.emit("unread", count);
    }
    const now = chat.conversation.state?.phase;
    if (now !== phase) {
      if (now) host.emit("phase", now);
      if (phase === undefined || phase === "new") sharePage();
      phase = now;
    }
  });
  chat.onMessage((message) => {
    host.emit("message", { sender: message.sender, seq: message.seq });
    if (message.sender !== "visitor" && chat.keep.get("sound") === "on" && (!isOpen || document.hidden))
      void import("./sound.ts").then(({ beep }) => beep(), () => undefined);
  });
  void chat.configure().then(
    (config) => {
      if (!host.color) addStyle(root, accentRules(config.appearance["color"]));
      if (config.appearance["position"] === "left") (root.host as HTMLElement).dataset["side"] = "left";
      draw();
    },
    (error: Error) => host.emit("error", error.message),
  );
  if (chat.isKnown) void chat.connect().catch(() => undefined);

  return {
    open,
    close,
    identify: (token) => chat.identify(token),
    signOut: () => (chat.forget(), (view = null), draw()),
    page: (more) => ((extras = { ...extras, ...more }), sharePage()),
  };
}
