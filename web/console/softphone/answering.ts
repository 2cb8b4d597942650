// Which incoming call the page answers by itself: the agent's yes to the offer was the yes to the call.
import type { ContactView, OfferView } from "../../shared/api/index.ts";
import type { SoftphoneCall } from "./softphone.ts";

interface Work {
  offers: readonly OfferView[];
  contacts: readonly ContactView[];
}

/** May this call be answered now? Only while an accepted offer or a live call of ours waits for its media. */
export function mayAnswer(call: SoftphoneCall | null, { offers, contacts }: Work): boolean {
  if (call?.state !== "incoming") return false;
  return (
    offers.some((offer) => offer.channel === "voice" && (offer.state === "accepting" || offer.state === "accepted")) ||
    contacts.some((contact) => contact.channel === "voice" && contact.state === "active")
  );
}
