// What the visitor has written and the server has not confirmed. It is kept in the browser, so that a reload loses nothing;
// the same `client_id` goes with every try, so that nothing is stored twice.
import type { ChatFile, ChatMessage, NewChatMessage } from "../shared/api/generated/types.gen.ts";
import type { Keep } from "./session.ts";

export interface Pending {
  readonly message: NewChatMessage;
  /** Names of the files that go with it. */
  readonly files: readonly Pick<ChatFile, "name" | "size_bytes">[];
  readonly at: string;
  /** The server will never take it as it is; why, in its words. */
  readonly failed: string | null;
}

const NAME = "outbox";

export class Outbox {
  constructor(private readonly keep: Keep) {}

  /** Everything unconfirmed, oldest first. */
  all(): Pending[] {
    try {
      return JSON.parse(this.keep.get(NAME) ?? "[]") as Pending[];
    } catch {
      return [];
    }
  }

  /** Add one, or replace the one with the same client id. */
  put(pending: Pending): void {
    const others = this.all();
    const at = others.findIndex((one) => one.message.client_id === pending.message.client_id);
    if (at < 0) others.push(pending);
    else others[at] = pending;
    this.write(others);
  }

  /** Forget the ones which these messages confirm. */
  confirm(messages: readonly ChatMessage[]): void {
    const ids = new Set(messages.map((one) => one.client_id));
    this.forget((one) => ids.has(one.message.client_id));
  }

  /** Forget one by its client id. */
  drop(clientId: string): void {
    this.forget((one) => one.message.client_id === clientId);
  }

  /** Forget everything, when the visitor becomes another person. */
  clear(): void {
    this.keep.set(NAME, null);
  }

  private forget(which: (one: Pending) => boolean): void {
    const all = this.all();
    const left = all.filter((one) => !which(one));
    if (left.length < all.length) this.write(left);
  }

  private write(all: readonly Pending[]): void {
    this.keep.set(NAME, all.length > 0 ? JSON.stringify(all) : null);
  }
}
