// Applies what the server says to the console's state: pure, and the same for live and replayed events.
// Per stream only `seq == last + 1` is applied; a smaller number is a repeat and dropped, a larger one is a gap.
import type {
  ConsoleSnapshot,
  ContactView,
  MessagePage,
  MessageView,
  OfferEnded,
  ServerEvent,
  ServerMessage,
  StreamPosition,
  TimelinePage,
  TouchpointAdded,
} from "../../shared/api/index.ts";
import { hasGap, LOADING, type Thread, withMessage, withPage } from "../conversation/thread.ts";
import type { RecentContact, ServerState, Timeline } from "./state.ts";

export interface Applied {
  state: ServerState;
  /** The stream in which events are missing; the connection must resume from the known positions. */
  gap: string | null;
}

const RECENT_KEPT = 20;

/** Apply one frame of the socket. `nowMs` is this computer's clock, used for the clock offset alone. */
export function applyMessage(state: ServerState, message: ServerMessage, nowMs: number): Applied {
  switch (message.type) {
    case "welcome":
      return settled(afterPositions(withClock(state, message.now, nowMs), message.streams));
    case "snapshot":
      return settled(applySnapshot(state, message.snapshot, nowMs));
    case "events":
      return applyEvents(state, message.events);
    case "queues":
      return settled({ ...state, queues: message.queues });
    case "result":
      return settled(afterPositions(state, message.streams ?? {}));
    case "heartbeat":
      return settled(withClock(state, message.now, nowMs));
    case "typing": // passes by; it is no part of the state
    case "error":
      return settled(state);
  }
}

const settled = (state: ServerState): Applied => ({ state, gap: null });

function withClock(state: ServerState, now: string, nowMs: number): ServerState {
  return { ...state, clockOffsetMs: Date.parse(now) - nowMs, toldAt: now };
}

/** A watched stream that cannot be resumed is forgotten, so that its page is loaded afresh. */
function afterPositions(state: ServerState, positions: Record<string, StreamPosition>): ServerState {
  const lost = Object.entries(positions).filter(([stream, at]) => at.mode === "reset" && stream in state.timelines);
  return lost.reduce((kept, [stream]) => dropTimeline(kept, stream), state);
}

/** Replace everything the agent's own stream tells of; timelines are streams of their own and stay. */
export function applySnapshot(state: ServerState, snapshot: ConsoleSnapshot, nowMs: number): ServerState {
  return {
    ...withClock(state, snapshot.now, nowMs),
    stream: snapshot.stream,
    seq: snapshot.seq,
    agent: snapshot.agent,
    offers: snapshot.offers,
    contacts: snapshot.contacts,
    queues: snapshot.queues,
    dispositions: snapshot.dispositions,
    threads: {}, // what was written meanwhile nobody told us: they are loaded afresh
  };
}

function applyEvents(state: ServerState, events: readonly ServerEvent[]): Applied {
  let next = state;
  for (const event of events) {
    const last = positionOf(next, event.stream);
    if (last === null || event.seq <= last) continue;
    if (event.seq > last + 1) return { state: next, gap: event.stream };
    next = advanced(applyEvent(next, event), event);
  }
  return settled(next);
}

/** The last number seen of a stream; null when we do not follow it. */
export function positionOf(state: ServerState, stream: string): number | null {
  return stream === state.stream ? state.seq : (state.timelines[stream]?.seq ?? null);
}

function advanced(state: ServerState, event: ServerEvent): ServerState {
  const told = { ...state, toldAt: event.at };
  if (event.stream === state.stream) return { ...told, seq: event.seq };
  const timeline = state.timelines[event.stream];
  return timeline ? withTimeline(told, { ...timeline, seq: event.seq }) : told;
}

function applyEvent(state: ServerState, event: ServerEvent): ServerState {
  switch (event.type) {
    case "agent.state_changed":
      return {
        ...state,
        agent: event.agent,
        missed: event.agent.activity === "not_responding" ? state.missed : null,
      };
    case "offer.made":
      return { ...state, offers: [...state.offers.filter((o) => o.offer_id !== event.offer.offer_id), event.offer] };
    case "offer.accepting":
      return {
        ...state,
        offers: state.offers.map((o) =>
          o.offer_id === event.offer_id ? { ...o, state: "accepting" as const, expires_at: event.expires_at } : o,
        ),
      };
    case "offer.ended":
      return offerEnded(state, event);
    case "contact.changed":
      return { ...state, contacts: placed(state.contacts, event.contact) };
    case "contact.removed":
      return contactRemoved(state, event.contact_id, event.at);
    case "touchpoint.added":
      return touchpointAdded(state, event);
    case "message.added":
    case "message.changed":
      return applyMessageOf(state, event.contact_id, event.message);
    case "alert.opened":
    case "alert.cleared":
      return state; // of the supervisors' stream, which this page does not follow
    default:
      return state; // a service newer than this page tells of more than it knows
  }
}

function offerEnded(state: ServerState, event: OfferEnded): ServerState {
  const offer = state.offers.find((o) => o.offer_id === event.offer_id);
  const offers = state.offers.filter((o) => o.offer_id !== event.offer_id);
  if (event.taken_by) return { ...state, offers, taken: { by: event.taken_by, at: event.at } };
  if (event.state !== "timed_out") return { ...state, offers };
  const name = offer?.screen_pop.customer?.display_name ?? null;
  return { ...state, offers, missed: { name, address: offer?.from_address ?? null, at: event.at } };
}

function placed(contacts: readonly ContactView[], contact: ContactView): readonly ContactView[] {
  const at = contacts.findIndex((c) => c.contact_id === contact.contact_id);
  if (at < 0) return [...contacts, contact];
  return contacts.map((c, i) => (i === at ? contact : c));
}

function contactRemoved(state: ServerState, contactId: string, at: string): ServerState {
  const contact = state.contacts.find((c) => c.contact_id === contactId);
  if (!contact) return state;
  const recent = [recentOf(contact, at), ...state.recent.filter((r) => r.contactId !== contactId)];
  return {
    ...state,
    contacts: state.contacts.filter((c) => c.contact_id !== contactId),
    recent: recent.slice(0, RECENT_KEPT),
  };
}

function recentOf(contact: ContactView, at: string): RecentContact {
  return {
    contactId: contact.contact_id,
    name: contact.screen_pop.customer?.display_name ?? null,
    address: contact.from_address,
    topic: contact.screen_pop.self_service.topic_label,
    channel: contact.channel,
    endedAt: contact.ended_at ?? at,
  };
}

function touchpointAdded(state: ServerState, event: TouchpointAdded): ServerState {
  const timeline = state.timelines[event.stream];
  if (!timeline || timeline.touchpoints.some((t) => t.touchpoint_id === event.touchpoint.touchpoint_id)) return state;
  return withTimeline(state, { ...timeline, touchpoints: [event.touchpoint, ...timeline.touchpoints] });
}

function withTimeline(state: ServerState, timeline: Timeline): ServerState {
  return { ...state, timelines: { ...state.timelines, [timeline.stream]: timeline } };
}

/** The first page of a timeline was loaded: follow its stream from `page.seq` on. */
export function openTimeline(state: ServerState, page: TimelinePage): ServerState {
  const { stream, seq, touchpoints, next_before: nextBefore } = page;
  return withTimeline(state, { stream, seq, touchpoints, nextBefore });
}

/** An older page was loaded: add what is not there yet at the old end. */
export function extendTimeline(state: ServerState, page: TimelinePage): ServerState {
  const timeline = state.timelines[page.stream];
  if (!timeline) return state;
  const known = new Set(timeline.touchpoints.map((t) => t.touchpoint_id));
  const older = page.touchpoints.filter((t) => !known.has(t.touchpoint_id));
  return withTimeline(state, {
    ...timeline,
    touchpoints: [...timeline.touchpoints, ...older],
    nextBefore: page.next_before,
  });
}

/** Stop following a timeline. */
export function dropTimeline(state: ServerState, stream: string): ServerState {
  const { [stream]: _dropped, ...timelines } = state.timelines;
  return { ...state, timelines };
}

/** A contact as a REST answer gave it; an older version than the one held is ignored. */
export function applyContact(state: ServerState, contact: ContactView): ServerState {
  const held = state.contacts.find((c) => c.contact_id === contact.contact_id);
  if (!held || held.version > contact.version) return state;
  return { ...state, contacts: placed(state.contacts, contact) };
}

function withThread(state: ServerState, contactId: string, thread: Thread): ServerState {
  return { ...state, threads: { ...state.threads, [contactId]: thread } };
}

/** A conversation is being loaded: keep what is told of it from now on. */
export function startThread(state: ServerState, contactId: string): ServerState {
  const held = state.threads[contactId];
  return withThread(state, contactId, held && !hasGap(held) ? { ...held, isLoading: true } : LOADING);
}

/** A page of a conversation that is still wanted. */
export function applyPage(state: ServerState, contactId: string, page: MessagePage): ServerState {
  const thread = state.threads[contactId];
  return thread ? withThread(state, contactId, withPage(thread, page)) : state;
}

/** A message of a conversation that is loaded or being loaded. */
export function applyMessageOf(state: ServerState, contactId: string, message: MessageView): ServerState {
  const thread = state.threads[contactId];
  if (!thread) return state;
  // A customer who wants no messages writes: perhaps that they want them again, which loading afresh tells.
  if (thread.isOptedOut && message.direction === "inbound") return dropThread(state, contactId);
  return withThread(state, contactId, withMessage(thread, message));
}

/** Forget a conversation, so that it is loaded afresh. */
export function dropThread(state: ServerState, contactId: string): ServerState {
  const { [contactId]: _dropped, ...threads } = state.threads;
  return { ...state, threads };
}

/** Where every followed stream stands, for the hello of a new connection. */
export function positions(state: ServerState): Record<string, number> {
  const followed = Object.values(state.timelines).map((t) => [t.stream, t.seq] as const);
  return Object.fromEntries(state.stream ? [[state.stream, state.seq] as const, ...followed] : followed);
}
