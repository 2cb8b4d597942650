// Sample shapes for unit tests: complete, valid, and as small as can be.
import type {
  AgentState,
  ConsoleSnapshot,
  ContactView,
  MessageView,
  OfferView,
  ScreenPop,
  ServerEvent,
  SoftphoneToken,
  TouchpointView,
} from "../../shared/api/index.ts";

const AT = "2026-11-21T06:00:00Z";
export const STREAM = "agent:a1";

export const agent = (change: Partial<AgentState> = {}): AgentState => ({
  agent_id: "a1",
  presence: "available",
  presence_reason: null,
  presence_since: AT,
  activity: "idle",
  activity_since: AT,
  wrap_up_until: null,
  engagement: null,
  ...change,
});

export const screenPop = (change: Partial<ScreenPop> = {}): ScreenPop => ({
  identification: "unknown",
  language: "zh-Hant",
  customer: null,
  candidates: [],
  self_service: {
    topic: null,
    topic_label: null,
    question: null,
    article_id: null,
    article_title: null,
    unsolved_reason: null,
    path: [],
  },
  usual_topics: [],
  past_contacts: [],
  orders: [],
  ...change,
});

export const offer = (id: string, change: Partial<OfferView> = {}): OfferView => ({
  offer_id: id,
  contact_id: `contact-of-${id}`,
  state: "pending",
  channel: "voice",
  queue_name: "Orders",
  made_at: AT,
  expires_at: null,
  waiting_since: AT,
  from_address: "+886223456789",
  is_by_phone: false,
  screen_pop: screenPop(),
  ...change,
});

export const contact = (id: string, change: Partial<ContactView> = {}): ContactView => ({
  contact_id: id,
  channel: "voice",
  direction: "inbound",
  state: "active",
  outcome: null,
  queue_name: "Orders",
  from_address: "+886223456789",
  opened_at: AT,
  queued_at: AT,
  accepted_at: AT,
  ended_at: null,
  wrap_up_until: null,
  call_state: "talking",
  pending_command: null,
  command_error: null,
  held_since: null,
  recording: null,
  is_hold_long: false,
  parties: [],
  guest_ended: null,
  chat: null,
  not_reached: null,
  notes: [],
  dispositions: [],
  screen_pop: screenPop(),
  version: 1,
  ...change,
});

export const touchpoint = (id: string): TouchpointView => ({
  touchpoint_id: id,
  contact_id: null,
  kind: "contact.opened",
  channel: "voice",
  at: AT,
  actor: "customer",
  actor_name: null,
  data: {},
});

export const message = (seq: number, change: Partial<MessageView> = {}): MessageView => ({
  message_id: `m${seq}`,
  conversation_id: "v1",
  contact_id: "c1",
  seq,
  direction: "inbound",
  sender: "customer",
  agent_name: null,
  client_id: `SM${seq}`,
  body: `message ${seq}`,
  at: AT,
  status: "received",
  status_reason: null,
  status_at: AT,
  attachments: [],
  ...change,
});

export const snapshot = (seq: number, change: Partial<ConsoleSnapshot> = {}): ConsoleSnapshot => ({
  stream: STREAM,
  seq,
  now: AT,
  agent: agent(),
  offers: [],
  contacts: [],
  queues: [],
  dispositions: [],
  ...change,
});

type Bare<E> = E extends unknown ? Omit<E, "stream" | "seq" | "at"> : never;

/** An event of the agent's stream, or of another when named. */
export const event = (seq: number, body: Bare<ServerEvent>, stream = STREAM): ServerEvent =>
  ({ stream, seq, at: AT, ...body }) as ServerEvent;

export const softphoneToken = (change: Partial<SoftphoneToken> = {}): SoftphoneToken => ({
  backend: "twilio",
  url: null,
  edges: [],
  gateway: null,
  token: "t",
  identity: "a",
  expires_at: AT,
  ...change,
});
