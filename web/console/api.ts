// The service's endpoints that the console uses, by name. Shapes are those of the OpenAPI document.
import {
  type AgentState,
  call,
  type ContactView,
  type FaqResults,
  type FaqUse,
  type Me,
  type NewNote,
  type NoteView,
  type OfferAnswer,
  type PresenceChange,
  type SignIn,
  type SocketTicket,
  type SoftphoneToken,
  type TimelinePage,
  type WrapUp,
} from "../shared/api/index.ts";

export type CallControl = "hold" | "resume" | "hang-up";

const contact = (id: string) => `/contacts/${encodeURIComponent(id)}`;

export const api = {
  me: () => call<Me>("GET", "/session"),
  signIn: (body: SignIn) => call<Me>("POST", "/session", { body }),
  signOut: () => call<void>("DELETE", "/session"),
  socketTicket: () => call<SocketTicket>("POST", "/session/socket-ticket"),
  softphoneToken: () => call<SoftphoneToken>("POST", "/session/softphone-token"),
  setPresence: (body: PresenceChange) => call<AgentState>("PUT", "/agents/me/presence", { body }),
  acceptOffer: (id: string) => call<OfferAnswer>("POST", `/offers/${id}/accept`),
  rejectOffer: (id: string) => call<OfferAnswer>("POST", `/offers/${id}/reject`),
  contact: (id: string) => call<ContactView>("GET", contact(id)),
  control: (id: string, control: CallControl) => call<ContactView>("POST", `${contact(id)}/${control}`),
  addNote: (id: string, body: NewNote) => call<NoteView>("POST", `${contact(id)}/notes`, { body }),
  wrapUp: (id: string, body: WrapUp) => call<ContactView>("POST", `${contact(id)}/wrap-up`, { body }),
  moreWrapUp: (id: string) => call<ContactView>("POST", `${contact(id)}/wrap-up/extend`),
  chooseCustomer: (id: string, customer_id: string | null) =>
    call<ContactView>("POST", `${contact(id)}/customer`, { body: { customer_id } }),
  timeline: (owner: TimelineOwner, before?: string) =>
    call<TimelinePage>("GET", `/${owner.kind}s/${owner.id}/timeline`, { query: { before, limit: 50 } }),
  searchFaq: (query: { q: string; lang: string; limit: number }, signal: AbortSignal) =>
    call<FaqResults>("GET", "/faq/search", { query, signal }),
  faqUsed: (body: FaqUse) => call<void>("POST", "/faq/uses", { body }),
};

/** Whose timeline: the customer's, or the contact's alone while the customer is unknown. */
export interface TimelineOwner {
  kind: "customer" | "contact";
  id: string;
}
