import { describe, expect, it } from "vitest";
import { contact, offer } from "../testing/samples.ts";
import { mayAnswer } from "./answering.ts";
import type { SoftphoneCall } from "./softphone.ts";

const ringing: SoftphoneCall = { callSid: "CA1", leg: "l1", state: "incoming", muted: false, interrupted: false };

describe("answering by itself", () => {
  it("never answers before the agent accepted", () => {
    expect(mayAnswer(ringing, { offers: [offer("o1")], contacts: [] })).toBe(false);
    expect(mayAnswer(ringing, { offers: [], contacts: [] })).toBe(false);
  });

  it("answers once the offer is accepted, whichever message came first", () => {
    expect(mayAnswer(ringing, { offers: [offer("o1", { state: "accepting" })], contacts: [] })).toBe(true);
    expect(mayAnswer(ringing, { offers: [], contacts: [contact("c1")] })).toBe(true);
  });

  it("answers again when the leg of a live call rings after a reload", () => {
    expect(mayAnswer(ringing, { offers: [], contacts: [contact("c1", { call_state: "connecting" })] })).toBe(true);
  });

  it("answers for a callback too, which is a call", () => {
    expect(mayAnswer(ringing, { offers: [offer("o1", { channel: "callback", state: "accepting" })], contacts: [] })).toBe(true);
    expect(mayAnswer(ringing, { offers: [offer("o1", { channel: "messaging", state: "accepting" })], contacts: [] })).toBe(false);
  });

  it("does not answer for a call that is over, or one it answers already", () => {
    expect(mayAnswer(ringing, { offers: [], contacts: [contact("c1", { state: "wrap_up" })] })).toBe(false);
    expect(mayAnswer({ ...ringing, state: "answering" }, { offers: [], contacts: [contact("c1")] })).toBe(false);
  });
});
