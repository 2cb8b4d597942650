// What the agent sent and the service has not confirmed. It stays on screen until it is stored or taken back, also over
// a reload of the page; sending again uses the same id, so that nothing is written twice.
import { create } from "zustand";
import { Problem, Unreachable } from "../../shared/api/index.ts";
import { isSignedOut, signedOut } from "../session/session.ts";
import { forgetThread, receiveMessage } from "../store/store.ts";
import { conversationApi } from "./api.ts";

export interface Outgoing {
  clientId: string;
  contactId: string;
  body: string;
  at: string;
  state: "sending" | "failed";
  /** What the service said; null when there was no answer. */
  error: unknown;
}

const KEY = "switchboard.outbox";

function kept(): { items: readonly Outgoing[] } {
  try {
    const items = JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as Outgoing[];
    // Whether it arrived before the page was left nobody knows; sending it again is safe.
    return { items: items.map((one) => ({ ...one, state: "failed", error: new Unreachable(false) })) };
  } catch {
    return { items: [] };
  }
}

export const useOutbox = create<{ items: readonly Outgoing[] }>(kept);

useOutbox.subscribe(({ items }) => sessionStorage.setItem(KEY, JSON.stringify(items)));

function change(clientId: string, to: Partial<Outgoing> | null): void {
  useOutbox.setState(({ items }) => ({
    items: items.flatMap((one) => (one.clientId !== clientId ? [one] : to ? [{ ...one, ...to }] : [])),
  }));
}

async function deliver({ clientId, contactId, body }: Outgoing): Promise<void> {
  change(clientId, { state: "sending", error: null });
  try {
    const stored = await conversationApi.send(contactId, { client_id: clientId, body });
    receiveMessage(contactId, stored);
    change(clientId, null);
  } catch (error) {
    if (isSignedOut(error)) signedOut();
    // The customer has just said so: load the conversation afresh, which tells the composer.
    if (error instanceof Problem && error.code === "opted_out") forgetThread(contactId);
    change(clientId, { state: "failed", error });
  }
}

/** Send words to the customer of a contact. */
export function sendReply(contactId: string, body: string, at: string): void {
  const item: Outgoing = { clientId: crypto.randomUUID(), contactId, body, at, state: "sending", error: null };
  useOutbox.setState(({ items }) => ({ items: [...items, item] }));
  void deliver(item);
}

/** Try one again. */
export function sendAgain(item: Outgoing): void {
  void deliver(item);
}

/** Take one back that did not arrive. */
export function discard(clientId: string): void {
  change(clientId, null);
}
