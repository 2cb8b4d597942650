// Which incoming call the page answers by itself: the agent's yes to the offer was the yes to the call.
import { isCall } from "../conversation/channels.ts";
import type { AgentState, ContactView, OfferView } from "../../shared/api/index.ts";
import type { SoftphoneCall } from "./softphone.ts";

interface Work {
  offers: readonly OfferView[];
  contacts: readonly ContactView[];
  agent?: Pick<AgentState, "engagement"> | null;
}

/** May this call be answered now? Only while an accepted offer or a live call of ours waits for its media. */
export function mayAnswer(call: SoftphoneCall | null, { offers, contacts, agent }: Work): boolean {
  if (call?.state !== "incoming") return false;
  const engagement = agent?.engagement;
  // a supervisor asked for this call; a colleague's question is the agent's to answer
  if (engagement && call.leg === engagement.leg_id) return engagement.role === "supervise";
  return (
    offers.some((offer) => isCall(offer.channel) && (offer.state === "accepting" || offer.state === "accepted")) ||
    contacts.some((contact) => isCall(contact.channel) && contact.state === "active")
  );
}
