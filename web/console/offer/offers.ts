// Which offers ask for an answer, and in which order. Pure.
import type { ContactView, OfferView } from "../../shared/api/index.ts";

/** The offers that ring or connect: voice first, then in the order they were made. */
export function liveOffers(offers: readonly OfferView[]): OfferView[] {
  const voice = (offer: OfferView) => (offer.channel === "voice" ? 0 : 1);
  return offers
    .filter((offer) => offer.state === "pending" || offer.state === "accepting")
    .sort((a, b) => voice(a) - voice(b) || a.made_at.localeCompare(b.made_at));
}

/** The offer whose customer fills the page: the first, while the agent has nothing else in hand. */
export function comingOffer(offers: readonly OfferView[], contacts: readonly ContactView[]): OfferView | null {
  return contacts.length === 0 ? (liveOffers(offers)[0] ?? null) : null;
}
