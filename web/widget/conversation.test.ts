import { expect, test } from "vitest";
import type { ChatMessage, ChatState, ChatUpdates } from "../shared/api/generated/types.gen.ts";
import { EMPTY, lastSeq, unread, withEarlier, withMessages, withUpdates } from "./conversation.ts";

const message = (seq: number, sender: ChatMessage["sender"] = "agent"): ChatMessage => ({
  type: "message",
  seq,
  message_id: `m${seq}`,
  sender,
  agent_name: null,
  client_id: null,
  body: String(seq),
  at: "2026-11-22T09:00:00Z",
  files: [],
});

const state = (read = 0): ChatState => ({
  version: "1",
  phase: "talking",
  prompt: null,
  queue: null,
  agent: null,
  marks: { agent_read: 0, delivered: 0, read },
  is_open: true,
  opens_at: null,
  may_leave_message: false,
  rating: null,
  person: { is_verified: false, name: null },
});

const updates = (mode: ChatUpdates["mode"], seqs: number[], id = "c1"): ChatUpdates => ({
  conversation_id: id,
  mode,
  messages: seqs.map((seq) => message(seq)),
  earlier: false,
  state: state(),
});

const seqs = (conversation: { messages: readonly ChatMessage[] }) => conversation.messages.map(({ seq }) => seq);

test("what comes after a reconnect is added to what is held", () => {
  const first = withUpdates(EMPTY, updates("reset", [1, 2]));
  expect(seqs(withUpdates(first, updates("resume", [3, 4])))).toEqual([1, 2, 3, 4]);
});

test("a reset and another conversation replace everything", () => {
  const first = withUpdates(EMPTY, updates("reset", [1, 2]));
  expect(seqs(withUpdates(first, updates("reset", [7, 8])))).toEqual([7, 8]);
  expect(seqs(withUpdates(first, updates("resume", [1], "c2")))).toEqual([1]);
});

test("a message that comes twice is shown once, and none is shown out of its turn", () => {
  const held = withUpdates(EMPTY, updates("reset", [1, 2]));
  const twice = withMessages(held, [message(2), message(3)]);
  expect([seqs(twice.conversation), twice.gap]).toEqual([[1, 2, 3], false]);
  const late = withMessages(held, [message(4), message(3)]);
  expect([seqs(late.conversation), late.gap]).toEqual([[1, 2], true]);
});

test("older messages go in front, those held already only once", () => {
  const held = withUpdates(EMPTY, updates("reset", [5, 6]));
  expect(seqs(withEarlier(held, [message(3), message(4), message(5)], true))).toEqual([3, 4, 5, 6]);
});

test("unread is what the other side wrote and nobody saw, on no device", () => {
  const held = { ...withUpdates(EMPTY, updates("reset", [1, 2, 3])), state: state(1) };
  const talk = withMessages(held, [message(4, "visitor")]).conversation;
  expect(unread(talk, 0)).toBe(2);
  expect(unread(talk, 2)).toBe(1);
  expect(lastSeq(talk)).toBe(4);
});
