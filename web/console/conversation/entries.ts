// What the conversation shows, in order: messages by their number, notes where they were written, and at the end what
// the service has not confirmed. Pure.
import type { MessageView, NoteView } from "../../shared/api/index.ts";
import type { Outgoing } from "./outbox.ts";
import type { Thread } from "./thread.ts";

export type Entry =
  | { kind: "message"; id: string; at: string; message: MessageView }
  | { kind: "note"; id: string; at: string; note: NoteView }
  | { kind: "outgoing"; id: string; at: string; outgoing: Outgoing };

/** The entries of a conversation. What is stored already is left out of what is on its way. */
export function entriesOf(thread: Thread | null, outbox: readonly Outgoing[], notes: readonly NoteView[]): Entry[] {
  const messages = thread?.messages ?? [];
  const stored = new Set(messages.map((one) => one.client_id));
  const entries: Entry[] = messages.map((message) => ({ kind: "message", id: message.message_id, at: message.at, message }));
  for (const note of [...notes].sort((a, b) => a.at.localeCompare(b.at))) {
    const before = entries.findLastIndex((one) => Date.parse(one.at) <= Date.parse(note.at));
    entries.splice(before + 1, 0, { kind: "note", id: note.note_id, at: note.at, note });
  }
  const onItsWay = outbox.filter((one) => !stored.has(one.clientId));
  return [
    ...entries,
    ...onItsWay.map((outgoing) => ({ kind: "outgoing" as const, id: outgoing.clientId, at: outgoing.at, outgoing })),
  ];
}
