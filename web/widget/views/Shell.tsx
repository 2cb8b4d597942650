/** @jsxImportSource preact */
// The panel around the views: who we are, the line, the menu; Escape closes it.
import { useEffect, useRef, useState } from "preact/hooks";
import { isImeKey } from "../../shared/ime.ts";
import { useChat, type View } from "./context.ts";
import { Home } from "./Home.tsx";
import { Icon } from "./icons.tsx";
import { later } from "./later.tsx";

const Chat = later(() => import("./Chat.tsx").then(({ Chat }) => Chat));
const Leave = later(() => import("./Forms.tsx").then(({ Leave }) => Leave));
const MenuItems = later(() => import("./MenuItems.tsx").then(({ MenuItems }) => MenuItems));
const Callback = later(() => import("./Forms.tsx").then(({ Callback }) => Callback));

interface ShellProps {
  view: View;
  isDark: boolean;
  onClose: () => void;
  onConsent: (isGiven: boolean) => void;
}

export function Shell({ view, isDark, onClose, onConsent }: ShellProps) {
  const { chat, say, locale } = useChat();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.querySelector<HTMLElement>("textarea, input, h2")?.focus(), [view]);
  useEffect(() => {
    // the element that had the focus may be gone, and the page's own keys are the page's
    const key = (event: KeyboardEvent) => {
      const at = document.activeElement;
      const isOurs = at === document.body || at?.shadowRoot === panel.current?.getRootNode();
      if (event.key === "Escape" && isOurs && !isImeKey(event)) onClose();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [onClose]);
  const title = (chat.config?.appearance["title"] as Record<string, string> | undefined)?.[locale] || say("title");
  return (
    <section
      ref={panel}
      class={`panel theme-${isDark ? "dark" : "light"}`}
      role="dialog"
      aria-label={title}
      lang={locale}
    >
      <header>
        <div>
          <p class="title">{title}</p>
          <Status />
        </div>
        <Menu onConsent={onConsent} />
        <button type="button" class="tool" aria-label={say("close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {(chat.line === "lost" || chat.line === "connecting") && (
        <p class="banner" role="status">
          {say(chat.line)}
        </p>
      )}
      <Queue />
      {view === "home" && <Home />}
      {view === "chat" && <Chat />}
      {view === "leave" && <Leave />}
      {view === "callback" && <Callback />}
    </section>
  );
}

/** Minutes in whole numbers: down for the low end, up for the high one. */
const minutes = (low: number, high: number) => ({
  low: Math.max(1, Math.floor(low / 60)),
  high: Math.max(1, Math.ceil(high / 60)),
});

function Status() {
  const { chat, say } = useChat();
  const { agent } = chat.conversation.state ?? { agent: null };
  if (agent) return <p>{say("joined", { name: agent.name })}</p>;
  if (!chat.config) return null;
  if (!chat.config.is_open) return <p>{say("closed")}</p>;
  const high = chat.config.wait?.high_seconds;
  if (high == null) return null;
  return <p>{high < 60 ? say("replies_now") : say("replies", { minutes: Math.ceil(high / 60) })}</p>;
}

function Queue() {
  const { chat, say } = useChat();
  const queue = chat.conversation.state?.queue;
  if (!queue) return null;
  const { low_seconds: low, high_seconds: high } = queue;
  const wait = low === null || high === null ? null : minutes(low, high);
  return (
    <p class="banner" role="status">
      {say("place", { position: queue.position })}{" "}
      {wait && (wait.low < wait.high ? say("wait", wait) : say("wait_less", { high: wait.high }))}
    </p>
  );
}

function Menu({ onConsent }: { onConsent: (isGiven: boolean) => void }) {
  const { say } = useChat();
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  return (
    <div
      class="menu"
      ref={box}
      onFocusOut={(event) => !box.current?.contains(event.relatedTarget as Node | null) && setOpen(false)}
    >
      <button type="button" class="tool" aria-label={say("menu")} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name="more" />
      </button>
      {isOpen && <MenuItems onConsent={onConsent} onDone={() => setOpen(false)} />}
    </div>
  );
}
