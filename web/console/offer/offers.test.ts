import { describe, expect, it } from "vitest";
import { contact, offer } from "../testing/samples.ts";
import { comingOffer, liveOffers } from "./offers.ts";

const chat = offer("chat", { channel: "chat", made_at: "2026-11-21T06:00:00Z" });
const call = offer("call", { made_at: "2026-11-21T06:00:05Z" });
const later = offer("later", { made_at: "2026-11-21T06:00:09Z" });

describe("offers on the page", () => {
  it("puts calls first, then those that were made first", () => {
    expect(liveOffers([chat, later, call]).map((one) => one.offer_id)).toEqual(["call", "later", "chat"]);
  });

  it("keeps an accepted offer while it connects, and drops one that is over", () => {
    const states = [offer("a", { state: "accepting" }), offer("b", { state: "timed_out" })];
    expect(liveOffers(states).map((one) => one.offer_id)).toEqual(["a"]);
  });

  it("fills the page with the next customer only while no contact is in hand", () => {
    expect(comingOffer([chat, call], [])?.offer_id).toBe("call");
    expect(comingOffer([call], [contact("a", { state: "wrap_up" })])).toBeNull();
    expect(comingOffer([], [])).toBeNull();
  });
});
