// The server's truth as one Zustand store. Components read it; only the socket and REST answers write it.
import { create } from "zustand";
import type { ContactView, MessagePage, MessageView, ServerMessage, TimelinePage } from "../../shared/api/index.ts";
import {
  applyContact,
  applyMessage,
  applyMessageOf,
  applyPage,
  dropThread,
  dropTimeline,
  extendTimeline,
  openTimeline,
  startThread,
} from "./reducer.ts";
import { EMPTY, type RecentContact, type ServerState } from "./state.ts";

export const useServer = create<ServerState>(() => EMPTY);

const RECENT_KEY = "switchboard.recent";

/** Apply a frame; returns the stream with a gap, or null. */
export function receive(message: ServerMessage): string | null {
  const before = useServer.getState();
  const { state, gap } = applyMessage(before, message, Date.now());
  if (state !== before) useServer.setState(state, true);
  if (state.recent !== before.recent) sessionStorage.setItem(RECENT_KEY, JSON.stringify(state.recent));
  return gap;
}

/** Take a contact from a REST answer. */
export function receiveContact(contact: ContactView): void {
  useServer.setState((state) => applyContact(state, contact), true);
}

/** Take the first page of a timeline. */
export function receiveTimeline(page: TimelinePage): void {
  useServer.setState((state) => openTimeline(state, page), true);
}

/** Take an older page of a timeline. */
export function receiveOlder(page: TimelinePage): void {
  useServer.setState((state) => extendTimeline(state, page), true);
}

/** Forget a timeline that is no longer watched. */
export function forgetTimeline(stream: string): void {
  useServer.setState((state) => dropTimeline(state, stream), true);
}

/** A conversation is being loaded. */
export function openThread(contactId: string): void {
  useServer.setState((state) => startThread(state, contactId), true);
}

/** Take a page of a conversation. */
export function receivePage(contactId: string, page: MessagePage): void {
  useServer.setState((state) => applyPage(state, contactId, page), true);
}

/** Take a message from a REST answer. */
export function receiveMessage(contactId: string, message: MessageView): void {
  useServer.setState((state) => applyMessageOf(state, contactId, message), true);
}

/** Forget a conversation that could not be loaded. */
export function forgetThread(contactId: string): void {
  useServer.setState((state) => dropThread(state, contactId), true);
}

/** Forget everything (signed out), keeping nothing of one agent for the next. */
export function forgetAll(): void {
  sessionStorage.removeItem(RECENT_KEY);
  useServer.setState(EMPTY, true);
}

/** Bring back the contacts of this shift after a reload of the page. */
export function restoreRecent(): void {
  const kept = sessionStorage.getItem(RECENT_KEY);
  if (kept) useServer.setState({ recent: JSON.parse(kept) as RecentContact[] });
}
