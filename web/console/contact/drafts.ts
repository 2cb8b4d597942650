// What the agent is writing, per contact: moving between contacts never loses or mixes it.
import { create } from "zustand";

export interface WrapUpDraft {
  dispositions: readonly string[];
  note: string;
}

interface Drafts {
  notes: Readonly<Record<string, string>>;
  replies: Readonly<Record<string, string>>;
  wrapUps: Readonly<Record<string, WrapUpDraft>>;
}

export const NO_WRAP_UP: WrapUpDraft = { dispositions: [], note: "" };

const KEY = "switchboard.drafts";

function kept(): Drafts {
  try {
    return { notes: {}, replies: {}, wrapUps: {}, ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Drafts>) };
  } catch {
    return { notes: {}, replies: {}, wrapUps: {} };
  }
}

export const useDrafts = create<Drafts>(kept);

useDrafts.subscribe((drafts) => sessionStorage.setItem(KEY, JSON.stringify(drafts)));

/** Keep the note being written for a contact. */
export function draftNote(contactId: string, body: string): void {
  useDrafts.setState(({ notes }) => ({ notes: { ...notes, [contactId]: body } }));
}

/** Keep the reply being written to the customer of a contact. */
export function draftReply(contactId: string, body: string): void {
  useDrafts.setState(({ replies }) => ({ replies: { ...replies, [contactId]: body } }));
}

/** Keep the wrap-up being filled in for a contact. */
export function draftWrapUp(contactId: string, change: Partial<WrapUpDraft>): void {
  useDrafts.setState(({ wrapUps }) => ({
    wrapUps: { ...wrapUps, [contactId]: { ...(wrapUps[contactId] ?? NO_WRAP_UP), ...change } },
  }));
}

const without = <Kept>(all: Readonly<Record<string, Kept>>, contactId: string) => {
  const { [contactId]: _gone, ...others } = all;
  return others;
};

/** The contact is finished: forget what was being written for it. */
export function forgetDrafts(contactId: string): void {
  useDrafts.setState(({ notes, replies, wrapUps }) => ({
    notes: without(notes, contactId),
    replies: without(replies, contactId),
    wrapUps: without(wrapUps, contactId),
  }));
}
