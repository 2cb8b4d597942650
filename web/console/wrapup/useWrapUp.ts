import { useEffect, useRef } from "react";
import type { ContactView } from "../../shared/api/index.ts";
import { api } from "../api.ts";
import { draftWrapUp, forgetDrafts, NO_WRAP_UP, useDrafts } from "../contact/drafts.ts";
import { useRemaining } from "../store/now.ts";
import { receiveContact } from "../store/store.ts";
import { useAction } from "../useAction.ts";

/** With so little left, the time is stretched for an agent who is typing, and what was chosen is saved. */
const STRETCH_AT_S = 8;
const SAVE_AT_S = 1;
const TYPING_MS = 5_000;
const MOST = 5;

/** Filling in and saving the wrap-up of a contact. */
export function useWrapUp(contact: ContactView) {
  const id = contact.contact_id;
  const draft = useDrafts((drafts) => drafts.wrapUps[id] ?? NO_WRAP_UP);
  const left = useRemaining(contact.wrap_up_until);
  const saving = useAction();
  const extending = useAction();
  const typedAt = useRef(0);
  /** Names the note, so that a repeated request adds it once. */
  const clientId = useRef(crypto.randomUUID());

  const toggle = (code: string) => {
    const chosen = draft.dispositions.includes(code)
      ? draft.dispositions.filter((other) => other !== code)
      : [...draft.dispositions, code].slice(-MOST);
    draftWrapUp(id, { dispositions: chosen });
  };
  const write = (note: string) => {
    typedAt.current = Date.now();
    draftWrapUp(id, { note });
  };
  const save = async () => {
    if (draft.dispositions.length === 0 || saving.busy) return;
    const body = { client_id: clientId.current, dispositions: [...draft.dispositions], note: draft.note.trim() };
    const saved = await saving.run(() => api.wrapUp(id, body));
    if (saved) forgetDrafts(id);
  };
  const extend = async () => {
    const changed = await extending.run(() => api.moreWrapUp(id));
    if (changed) receiveContact(changed);
  };
  useEffect(() => {
    if (left === null) return;
    const typing = Date.now() - typedAt.current < TYPING_MS;
    if (left === STRETCH_AT_S && typing) void extend();
    if (left === SAVE_AT_S) void save();
    // Only the passing of time may start either.
  }, [left]);
  return { draft, left, toggle, write, save, extend, saving: saving.busy, extending: extending.busy };
}
