// What the console knows of the server's truth. Only `reducer.ts` makes a new one; nothing here is guessed.
import type {
  AgentState,
  ContactView,
  DispositionOption,
  OfferView,
  QueueFigures,
  TouchpointView,
} from "../../shared/api/index.ts";
import type { Thread } from "../conversation/thread.ts";

/** One watched customer or contact: everything up to `seq` of its stream, newest first. */
export interface Timeline {
  stream: string;
  seq: number;
  touchpoints: readonly TouchpointView[];
  nextBefore: string | null;
}

/** A contact that left the agent's hands during this shift. */
export interface RecentContact {
  contactId: string;
  name: string | null;
  address: string | null;
  topic: string | null;
  channel: string;
  endedAt: string;
}

/** The offer the agent did not answer, for the banner that tells of it. */
export interface MissedOffer {
  name: string | null;
  address: string | null;
  at: string;
}

/** The offer that a colleague was first to take, for the notice that tells of it. */
export interface TakenOffer {
  by: string;
  at: string;
}

export interface ServerState {
  stream: string | null;
  seq: number;
  /** Server time minus this computer's time, in milliseconds. */
  clockOffsetMs: number;
  /** Server time of the newest thing we were told. */
  toldAt: string | null;
  agent: AgentState | null;
  offers: readonly OfferView[];
  contacts: readonly ContactView[];
  queues: readonly QueueFigures[];
  dispositions: readonly DispositionOption[];
  recent: readonly RecentContact[];
  missed: MissedOffer | null;
  taken: TakenOffer | null;
  timelines: Readonly<Record<string, Timeline>>;
  /** Conversations in writing, by contact. */
  threads: Readonly<Record<string, Thread>>;
}

export const EMPTY: ServerState = {
  stream: null,
  seq: 0,
  clockOffsetMs: 0,
  toldAt: null,
  agent: null,
  offers: [],
  contacts: [],
  queues: [],
  dispositions: [],
  recent: [],
  missed: null,
  taken: null,
  timelines: {},
  threads: {},
};
