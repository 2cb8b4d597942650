// What the guest bar shows: who was called in, and what may be done about them now.
import type { ContactView, PartyView } from "../../shared/api/index.ts";

export type GuestStand = "calling" | "ringing" | "talking" | "held" | "all";

export interface Guest {
  party: PartyView;
  name: string;
  stand: GuestStand;
}

/** The guest in the call or on the way, if there is one. */
export function guestOf(contact: ContactView, nameOf: (number: string) => string): Guest | null {
  const party = contact.parties.find((one) => one.kind === "guest");
  if (!party) return null;
  return { party, name: party.name ?? (party.number ? nameOf(party.number) : ""), stand: standOf(contact, party) };
}

function standOf(contact: ContactView, party: PartyView): GuestStand {
  if (party.state !== "joined") return party.state;
  if (party.is_held) return "held";
  return contact.call_state === "held" ? "talking" : "all";
}
