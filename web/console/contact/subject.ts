// What the page shows of a contact is the same before and after the agent accepts it.
import type { ContactView, OfferView } from "../../shared/api/index.ts";

export type Subject = Pick<
  ContactView,
  | "contact_id"
  | "channel"
  | "queue_name"
  | "from_address"
  | "queued_at"
  | "accepted_at"
  | "outcome"
  | "command_error"
  | "screen_pop"
  | "notes"
>;

/** Whose the contact is: offered and not accepted yet, the agent's, or finished. */
export type Stage = "offered" | "mine" | "finished";

/** An offered contact, as far as its page needs it. */
export function offeredSubject(offer: OfferView): Subject {
  return {
    contact_id: offer.contact_id,
    channel: offer.channel,
    queue_name: offer.queue_name,
    from_address: offer.from_address,
    queued_at: offer.waiting_since,
    accepted_at: null,
    outcome: null,
    command_error: null,
    notes: [],
    screen_pop: offer.screen_pop,
  };
}
