// Short messages that say what could not be done. Shown in place, read out politely, gone after a while.
import { create } from "zustand";

export interface Notice {
  id: number;
  text: string;
}

const SHOWN_MS = 8_000;
let lastId = 0;

export const useNotices = create<{ notices: readonly Notice[] }>(() => ({ notices: [] }));

/** Show a message. */
export function notify(text: string): void {
  const id = ++lastId;
  useNotices.setState(({ notices }) => ({ notices: [...notices.filter((n) => n.text !== text), { id, text }] }));
  setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Take a message away. */
export function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((n) => n.id !== id) }));
}
