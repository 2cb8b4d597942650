// What the agent is writing, per contact: moving between contacts never loses or mixes it.
import { create } from "zustand";

export interface WrapUpDraft {
  dispositions: readonly string[];
  note: string;
}

interface Drafts {
  notes: Readonly<Record<string, string>>;
  wrapUps: Readonly<Record<string, WrapUpDraft>>;
}

export const NO_WRAP_UP: WrapUpDraft = { dispositions: [], note: "" };

const KEY = "switchboard.drafts";

function kept(): Drafts {
  try {
    return { notes: {}, wrapUps: {}, ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Drafts>) };
  } catch {
    return { notes: {}, wrapUps: {} };
  }
}

export const useDrafts = create<Drafts>(kept);

useDrafts.subscribe((drafts) => sessionStorage.setItem(KEY, JSON.stringify(drafts)));

/** Keep the note being written for a contact. */
export function draftNote(contactId: string, body: string): void {
  useDrafts.setState(({ notes }) => ({ notes: { ...notes, [contactId]: body } }));
}

/** Keep the wrap-up being filled in for a contact. */
export function draftWrapUp(contactId: string, change: Partial<WrapUpDraft>): void {
  useDrafts.setState(({ wrapUps }) => ({
    wrapUps: { ...wrapUps, [contactId]: { ...(wrapUps[contactId] ?? NO_WRAP_UP), ...change } },
  }));
}

/** The contact is finished: forget what was being written for it. */
export function forgetDrafts(contactId: string): void {
  useDrafts.setState(({ notes: { [contactId]: _note, ...notes }, wrapUps: { [contactId]: _wrapUp, ...wrapUps } }) => ({
    notes,
    wrapUps,
  }));
}
