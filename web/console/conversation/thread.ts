// A conversation as it is known here: pure. Messages are numbered 1..n without a gap by the service, so that what is
// missing shows, whatever came twice, late or in another order.
import type { MessagePage, MessageView } from "../../shared/api/index.ts";
import { isWhatsApp } from "./channels.ts";

export interface Thread {
  /** The first page has not come yet; live messages are kept meanwhile. */
  isLoading: boolean;
  address: string | null;
  isOptedOut: boolean;
  /** By number. */
  messages: readonly MessageView[];
  nextBefore: number | null;
}

export const LOADING: Thread = { isLoading: true, address: null, isOptedOut: false, messages: [], nextBefore: null };

/** Put messages in: each once, the newest news of each, in order. */
export function merged(known: readonly MessageView[], more: readonly MessageView[]): readonly MessageView[] {
  const byId = new Map(known.map((one) => [one.message_id, one]));
  for (const one of more) {
    const held = byId.get(one.message_id);
    if (!held || held.status_at <= one.status_at) byId.set(one.message_id, one);
  }
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/** A page came: the newest one, or one further into the past. */
export function withPage(thread: Thread, page: MessagePage): Thread {
  const oldest = thread.messages[0]?.seq ?? Infinity;
  const reachesBack = thread.isLoading || (page.messages[0]?.seq ?? Infinity) < oldest;
  return {
    isLoading: false,
    address: page.address,
    isOptedOut: page.is_opted_out,
    messages: merged(thread.messages, page.messages),
    nextBefore: reachesBack ? page.next_before : thread.nextBefore,
  };
}

/** A message was added or got further. News of one before the loaded ones leaves them as they are. */
export function withMessage(thread: Thread, message: MessageView): Thread {
  const oldest = thread.messages[0];
  if (!thread.isLoading && oldest && message.seq < oldest.seq) return thread;
  return { ...thread, messages: merged(thread.messages, [message]) };
}

/** Is a message missing between those that are here? */
export function hasGap({ messages }: Thread): boolean {
  return messages.some((one, at) => at > 0 && one.seq !== (messages[at - 1]?.seq ?? 0) + 1);
}

const WINDOW_MS = 24 * 3_600_000;

/**
 * Until when WhatsApp takes free text: 24 hours after the customer's last message
 * (https://www.twilio.com/docs/whatsapp/key-concepts). Null on channels without such a window.
 */
export function windowEnd({ address, messages }: Thread): number | null {
  if (!isWhatsApp(address)) return null;
  const last = messages.findLast((one) => one.direction === "inbound");
  return last ? Date.parse(last.at) + WINDOW_MS : 0;
}
