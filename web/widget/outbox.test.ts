import { beforeEach, expect, test } from "vitest";
import type { ChatMessage } from "../shared/api/generated/types.gen.ts";
import { Outbox, type Pending } from "./outbox.ts";
import { Keep } from "./session.ts";

const pending = (client_id: string): Pending => ({
  message: { client_id, body: client_id },
  files: [],
  at: "2026-11-22T09:00:00Z",
  failed: null,
});
const ids = (outbox: Outbox) => outbox.all().map((one) => one.message.client_id);

/** The browser's storage, as much of it as is used. */
class Storage {
  readonly values = new Map<string, string>();
  isBlocked = false;
  getItem(key: string): string | null {
    if (this.isBlocked) throw new Error("SecurityError");
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.isBlocked) throw new Error("SecurityError");
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    if (this.isBlocked) throw new Error("SecurityError");
    this.values.delete(key);
  }
}

let storage: Storage;
beforeEach(() => {
  storage = new Storage();
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
});

test("what was written before a reload is there after it, in its order", () => {
  const before = new Outbox(new Keep("pk_a"));
  before.put(pending("a"));
  before.put(pending("b"));
  expect(ids(new Outbox(new Keep("pk_a")))).toEqual(["a", "b"]);
  expect(ids(new Outbox(new Keep("pk_other")))).toEqual([]);
});

test("a confirmed message leaves, by whichever way it was confirmed", () => {
  const outbox = new Outbox(new Keep("pk_a"));
  outbox.put(pending("a"));
  outbox.put(pending("b"));
  outbox.confirm([{ client_id: "a" } as ChatMessage]);
  outbox.confirm([{ client_id: null } as ChatMessage]);
  expect(ids(outbox)).toEqual(["b"]);
});

test("a message tried again keeps its place", () => {
  const outbox = new Outbox(new Keep("pk_a"));
  for (const id of ["a", "b"]) outbox.put(pending(id));
  outbox.put({ ...pending("a"), failed: "too long" });
  expect(outbox.all().map(({ failed }) => failed)).toEqual(["too long", null]);
});

test("where storage is blocked or full it is held in memory", () => {
  const keep = new Keep("pk_a");
  const outbox = new Outbox(keep);
  outbox.put(pending("a"));
  storage.isBlocked = true;
  outbox.put(pending("b"));
  expect(ids(outbox)).toEqual(["b"]);
  storage.isBlocked = false;
  outbox.put(pending("c"));
  expect(ids(new Outbox(new Keep("pk_a")))).toEqual(["b", "c"]);
});
