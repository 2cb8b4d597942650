import { useEffect, useRef } from "react";
import { usePreferences } from "../settings/preferences.ts";
import { actionOf, isTypingIn, type ShortcutId } from "./keys.ts";

type Handler = () => void;
const handlers = new Map<ShortcutId, Handler[]>();

/** Run `handler` on the shortcut while mounted and enabled; the one mounted last wins. */
export function useShortcut(id: ShortcutId, handler: Handler, enabled = true): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (!enabled) return;
    const run = () => latest.current();
    handlers.set(id, [...(handlers.get(id) ?? []), run]);
    return () => void handlers.set(id, (handlers.get(id) ?? []).filter((other) => other !== run));
  }, [id, enabled]);
}

/** Listen for all shortcuts; used once, by the shell. */
export function useShortcutKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { shortcuts, shortcutList } = usePreferences.getState();
      const id = actionOf(event, isTypingIn(event.target));
      if (!id || !shortcuts || (id === "list" && !shortcutList)) return;
      const handler = handlers.get(id)?.at(-1);
      if (!handler) return;
      event.preventDefault();
      event.stopPropagation();
      handler();
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);
}
