// Up to which message of each conversation the agent has looked, in this tab.
import { create } from "zustand";
import type { Thread } from "./thread.ts";

const KEY = "switchboard.seen";

function kept(): Record<string, number> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Record<string, number>;
  } catch {
    return {};
  }
}

export const useSeen = create<Record<string, number>>(kept);

useSeen.subscribe((seen) => sessionStorage.setItem(KEY, JSON.stringify(seen)));

/** The agent has these messages before their eyes. */
export function markSeen(contactId: string, seq: number): void {
  if ((useSeen.getState()[contactId] ?? 0) < seq) useSeen.setState({ [contactId]: seq });
}

/** How many messages of the customer came since. */
export function unreadOf(thread: Thread | undefined, seen: number | undefined): number {
  return thread?.messages.filter((one) => one.direction === "inbound" && one.seq > (seen ?? 0)).length ?? 0;
}
