import { describe, expect, it } from "vitest";
import { checksOf, type Facts, mayStart } from "./checks.ts";

const good: Facts = {
  connection: "open",
  loaded: true,
  phone: { status: "ready", failure: null, backend: "twilio" },
  microphone: "granted",
  sound: true,
  notifications: "granted",
};

describe("the start of a shift", () => {
  it("is held up by nothing when all is well", () => {
    expect(mayStart(checksOf(good))).toBe(true);
    expect(checksOf(good).every((check) => check.state === "ok")).toBe(true);
  });

  it("is not held up by what the click itself will settle", () => {
    expect(mayStart(checksOf({ ...good, microphone: "unasked", sound: false, notifications: "default" }))).toBe(true);
  });

  it.each([
    ["no connection", { connection: "reconnecting" }],
    ["a phone that is refused", { phone: { status: "failed", failure: "refused", backend: "twilio" } }],
    ["a phone that is not ready yet", { phone: { status: "registering", failure: null, backend: "twilio" } }],
    ["a blocked microphone", { microphone: "denied" }],
  ] as [string, Partial<Facts>][])("is held up by %s", (_name, change) => {
    expect(mayStart(checksOf({ ...good, ...change }))).toBe(false);
  });

  it("asks for no microphone of who is reached at a telephone", () => {
    const phone = { status: "ready", failure: null, backend: "telephone" } as const;
    const checks = checksOf({ ...good, phone, microphone: "unasked" });
    expect(checks.every((check) => check.state === "ok")).toBe(true);
  });

  it("goes without a microphone where the phone is the demo's", () => {
    const phone = { status: "ready", failure: null, backend: "demo" } as const;
    expect(mayStart(checksOf({ ...good, phone, microphone: "missing" }))).toBe(true);
  });
});
