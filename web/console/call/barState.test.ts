import { describe, expect, it } from "vitest";
import type { SoftphoneView } from "../softphone/softphone.ts";
import { contact, offer } from "../testing/samples.ts";
import { barState } from "./barState.ts";

const ready: SoftphoneView = { status: "ready", failure: null, call: null };
const media = { callSid: "CA1", leg: null, state: "connected", muted: false, interrupted: false } as const;
const none = { offers: [], contacts: [] };

describe("the softphone bar", () => {
  it("says why the phone does not work", () => {
    expect(barState(none, { ...ready, status: "failed", failure: "microphone" })).toMatchObject({
      kind: "idle",
      failure: "microphone",
    });
  });

  it("rings, connects and talks as the service says", () => {
    expect(barState({ ...none, offers: [offer("o1")] }, ready).kind).toBe("ringing");
    expect(barState({ ...none, offers: [offer("o1", { state: "accepting" })] }, ready).kind).toBe("connecting");
    expect(barState({ ...none, contacts: [contact("c1", { call_state: "connecting" })] }, ready).kind).toBe("connecting");
    expect(barState({ ...none, contacts: [contact("c1")] }, ready).kind).toBe("talking");
    expect(barState({ ...none, contacts: [contact("c1", { call_state: "held" })] }, ready).kind).toBe("held");
  });

  it("keeps showing the call when the phone loses its connection, and says so", () => {
    const calls = { ...none, contacts: [contact("c1")] };
    expect(barState(calls, { ...ready, call: media })).toMatchObject({ kind: "talking", interrupted: false });
    expect(barState(calls, { ...ready, call: media, status: "reconnecting" })).toMatchObject({ interrupted: true });
    expect(barState(calls, { ...ready, call: null })).toMatchObject({ kind: "talking", interrupted: true });
  });

  it("is never interrupted for who speaks at a telephone of their own, and mutes there", () => {
    const away = { ...ready, backend: "telephone" as const };
    expect(barState({ ...none, contacts: [contact("c1")] }, away)).toMatchObject({ interrupted: false, canMute: false });
  });

  it("does not show a hold that the carrier has not confirmed", () => {
    const ordered = contact("c1", { pending_command: "hold" });
    expect(barState({ ...none, contacts: [ordered] }, ready).kind).toBe("talking");
  });

  it("goes back to ready in wrap-up", () => {
    expect(barState({ ...none, contacts: [contact("c1", { state: "wrap_up" })] }, ready).kind).toBe("idle");
  });
});
