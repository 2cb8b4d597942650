// Short messages that say what could not be done. Shown in place, read out politely, gone after a while.
import { create } from "zustand";
import { Problem, Unreachable } from "../../shared/api/index.ts";

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

/** The words for an error: the service's own, or that it cannot be reached. */
export function wordsFor(error: unknown, words: { unreachable: string; unknown: string }): string {
  if (error instanceof Problem) return error.detail || words.unknown;
  return error instanceof Unreachable ? words.unreachable : words.unknown;
}
