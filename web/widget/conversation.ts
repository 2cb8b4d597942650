// What the visitor sees of the conversation: a pure fold over what the server says. Messages are 1..n without a gap.
import type { ChatMessage, ChatState, ChatUpdates } from "../shared/api/generated/types.gen.ts";

export interface Conversation {
  readonly id: string | null;
  readonly messages: readonly ChatMessage[];
  /** Older messages can be read. */
  readonly earlier: boolean;
  readonly state: ChatState | null;
}

export const EMPTY: Conversation = { id: null, messages: [], earlier: false, state: null };

/** The number of the newest message held; 0 without one. */
export const lastSeq = (conversation: Conversation): number => conversation.messages.at(-1)?.seq ?? 0;

/** Take a fresh start or what was missed. */
export function withUpdates(before: Conversation, updates: ChatUpdates): Conversation {
  const id = updates.conversation_id ?? null;
  const fresh = updates.mode === "reset" || id !== before.id;
  const base: Conversation = fresh
    ? { id, messages: [], earlier: updates.earlier, state: updates.state }
    : { ...before, state: updates.state };
  const { conversation } = withMessages(base, updates.messages, fresh);
  return conversation;
}

/**
 * Add messages. One that is held already is left out; `gap` says that some are missing between, and nothing after the
 * gap was taken: ask for everything after `lastSeq` again. `anyStart`: the first may have any number.
 */
export function withMessages(
  before: Conversation,
  messages: readonly ChatMessage[],
  anyStart = false,
): { conversation: Conversation; gap: boolean } {
  const taken = [...before.messages];
  for (const message of messages) {
    const next = taken.length > 0 ? (taken.at(-1) as ChatMessage).seq + 1 : anyStart ? message.seq : 1;
    if (message.seq < next) continue;
    if (message.seq > next) return { conversation: { ...before, messages: taken }, gap: true };
    taken.push(message);
  }
  return { conversation: { ...before, messages: taken }, gap: false };
}

/** Put older messages before what is held. */
export function withEarlier(before: Conversation, older: readonly ChatMessage[], more: boolean): Conversation {
  const first = before.messages[0]?.seq ?? Number.MAX_SAFE_INTEGER;
  return { ...before, messages: [...older.filter((one) => one.seq < first), ...before.messages], earlier: more };
}

/** How many messages of the other side were not on screen yet, on any device. */
export function unread(conversation: Conversation, readHere: number): number {
  const read = Math.max(readHere, conversation.state?.marks.read ?? 0);
  return conversation.messages.filter((one) => one.sender !== "visitor" && one.seq > read).length;
}
