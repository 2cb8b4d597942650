import type { KeyboardEvent } from "react";
import { isImeKey } from "../../shared/ime.ts";
import { usePreferences } from "../settings/preferences.ts";

/** The key that sends what is being written, as the agent prefers it; never the Enter of an input method. */
export function useSendKey(send: () => void) {
  const enterSends = usePreferences((preferences) => preferences.enterSends);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || isImeKey(event)) return;
    const sends = enterSends ? !event.shiftKey : event.ctrlKey || event.metaKey;
    if (!sends) return;
    event.preventDefault();
    send();
  };
  return { onKeyDown, label: enterSends ? "Enter" : "Ctrl Enter" };
}
