// What every view needs: the chat, the language, where we are and how to go elsewhere.
import { createContext } from "preact";
import { useContext, useEffect, useReducer } from "preact/hooks";
import type { Locale } from "../../shared/i18n/locales.ts";
import type { ChatClient } from "../client.ts";
import type { Say } from "../text.ts";

export type View = "home" | "chat" | "leave" | "callback";

export interface Surroundings {
  readonly chat: ChatClient;
  readonly say: Say;
  readonly locale: Locale;
  readonly go: (view: View) => void;
  readonly root: ShadowRoot;
}

export const Context = createContext<Surroundings | null>(null);

/** The surroundings; the caller draws anew whenever the chat changes. */
export function useChat(): Surroundings {
  const surroundings = useContext(Context) as Surroundings;
  const [, redraw] = useReducer<number, undefined>((times) => times + 1, 0);
  useEffect(() => surroundings.chat.subscribe(() => redraw(undefined)), [surroundings.chat]);
  return surroundings;
}

const styled = new WeakMap<ShadowRoot, Set<string>>();

/** Have these rules in the widget from now on. */
export function useStyle(css: string): void {
  const { root } = useContext(Context) as Surroundings;
  const there = styled.get(root) ?? new Set();
  styled.set(root, there);
  if (there.has(css)) return;
  there.add(css);
  addStyle(root, css);
}

/** Add rules without a style element, which a page's policy may forbid. */
export function addStyle(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** A moment in the visitor's own words and zone. */
export function moment(iso: string, locale: Locale): string {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale, {
    ...(today ? {} : { weekday: "short", month: "numeric", day: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
  }).format(at);
}
