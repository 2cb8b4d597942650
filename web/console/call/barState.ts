// What the softphone bar shows: the phone's own state, overruled by what the service says of calls.
import { isCall } from "../conversation/channels.ts";
import type { ContactView, OfferView } from "../../shared/api/index.ts";
import type { Phone } from "../softphone/phone.ts";
import type { SoftphoneFailure, SoftphoneView } from "../softphone/softphone.ts";

export type BarState =
  | { kind: "idle"; status: SoftphoneView["status"]; failure: SoftphoneFailure | null }
  | { kind: "ringing"; offer: OfferView }
  | { kind: "connecting"; offer: OfferView | null; contact: ContactView | null }
  | { kind: "talking" | "held"; contact: ContactView; muted: boolean; interrupted: boolean; canMute: boolean }
  | { kind: "ending"; contact: ContactView };

interface Work {
  offers: readonly OfferView[];
  contacts: readonly ContactView[];
}

/** The browser phone; an agent at a telephone speaks and mutes there, and nothing of it is seen here. */
type SeenPhone = SoftphoneView & Partial<Pick<Phone, "backend">>;

/** The call in the agent's hands, if there is one. */
export function callOf(contacts: readonly ContactView[]): ContactView | null {
  return contacts.find((c) => isCall(c.channel) && c.state === "active") ?? null;
}

/** The state of the bar. A call goes before an offer, an offer before the bare phone. */
export function barState({ offers, contacts }: Work, phone: SeenPhone): BarState {
  const contact = callOf(contacts);
  if (contact) return ofCall(contact, phone);
  const voice = offers.filter((offer) => isCall(offer.channel));
  const accepted = voice.find((offer) => offer.state === "accepting" || offer.state === "accepted");
  if (accepted) return { kind: "connecting", offer: accepted, contact: null };
  const ringing = voice.find((offer) => offer.state === "pending");
  if (ringing) return { kind: "ringing", offer: ringing };
  return { kind: "idle", status: phone.status, failure: phone.failure };
}

function ofCall(contact: ContactView, phone: SeenPhone): BarState {
  const away = phone.backend === "telephone";
  const interrupted = !away && (phone.status !== "ready" || phone.call === null || phone.call.interrupted);
  const canMute = !away && !interrupted;
  const muted = phone.call?.muted ?? false;
  switch (contact.call_state) {
    case "talking":
      return { kind: "talking", contact, muted, interrupted, canMute };
    case "held":
      return { kind: "held", contact, muted, interrupted, canMute };
    case "voicemail":
    case "survey":
    case "closing":
    case "closed":
      return { kind: "ending", contact };
    case "ivr":
    case "waiting":
    case "connecting":
    case null:
      return { kind: "connecting", offer: null, contact };
  }
}
