// Whether the agent writes to the customer or a note, for each contact; and how a page part puts words into the reply.
import { create } from "zustand";
import { draftReply, useDrafts } from "../contact/drafts.ts";

export type Mode = "reply" | "note";

const useModes = create<Record<string, Mode>>(() => ({}));

/** The mode of a contact's composer, and its change. */
export function useMode(contactId: string): [Mode, (mode: Mode) => void] {
  return [useModes((modes) => modes[contactId] ?? "reply"), (mode) => useModes.setState({ [contactId]: mode })];
}

/** Add words to the reply being written, and go on writing there. */
export function insertIntoReply(contactId: string, words: string): void {
  const before = useDrafts.getState().replies[contactId]?.trimEnd();
  draftReply(contactId, before ? `${before}\n${words}` : words);
  useModes.setState({ [contactId]: "reply" });
  // The field is there once the mode is drawn.
  requestAnimationFrame(() => document.querySelector<HTMLTextAreaElement>('[data-composer="reply"]')?.focus());
}
