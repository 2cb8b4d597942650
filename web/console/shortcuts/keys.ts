// The console's keyboard shortcuts. They name physical keys (`event.code`), so that they work on every layout,
// and all have a modifier, so that they never clash with typing or with assistive technology.
import { isImeKey } from "../../shared/ime.ts";

export type ShortcutId =
  | "accept"
  | "decline"
  | "mute"
  | "hold"
  | "keypad"
  | "end"
  | "presence"
  | "note"
  | "faq"
  | "read_aloud"
  | "next_step"
  | "wrap_up"
  | "previous"
  | "next"
  | "resume_work"
  | "list";

export interface Shortcut {
  id: ShortcutId;
  code: string;
  alt: boolean;
  shift: boolean;
  /** How the key is shown. */
  label: string;
}

const alt = (id: ShortcutId, code: string, label: string, shift = false): Shortcut => ({
  id,
  code,
  alt: true,
  shift,
  label,
});

export const SHORTCUTS: readonly Shortcut[] = [
  alt("accept", "KeyA", "Alt A"),
  alt("decline", "KeyX", "Alt X"),
  alt("mute", "KeyM", "Alt M"),
  alt("hold", "KeyH", "Alt H"),
  alt("keypad", "KeyK", "Alt K"),
  alt("end", "KeyE", "Alt Shift E", true),
  alt("wrap_up", "KeyW", "Alt W"),
  alt("presence", "KeyP", "Alt P"),
  alt("resume_work", "KeyB", "Alt B"),
  alt("previous", "ArrowUp", "Alt ↑"),
  alt("next", "ArrowDown", "Alt ↓"),
  alt("note", "KeyC", "Alt C"),
  alt("faq", "KeyQ", "Alt Q"),
  alt("read_aloud", "KeyR", "Alt R"),
  alt("next_step", "KeyN", "Alt N"),
  { id: "list", code: "Slash", alt: false, shift: true, label: "?" },
];

/** How the key of an action is shown beside it. */
export function keyOf(id: ShortcutId): string {
  return SHORTCUTS.find((shortcut) => shortcut.id === id)?.label ?? "";
}

export interface KeyPress {
  code: string;
  altKey: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  keyCode: number;
  isComposing: boolean;
  getModifierState(key: string): boolean;
}

/** The action of a key press; null for none. Keys of an input method and of AltGr are never ours. */
export function actionOf(event: KeyPress, typing: boolean): ShortcutId | null {
  if (isImeKey(event) || event.ctrlKey || event.metaKey || event.getModifierState("AltGraph")) return null;
  const found = SHORTCUTS.find((s) => s.code === event.code && s.alt === event.altKey && s.shift === event.shiftKey);
  return found && (found.alt || !typing) ? found.id : null;
}

/** Is the agent typing in this element? */
export function isTypingIn(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement)
  );
}
