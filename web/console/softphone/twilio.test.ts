import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { softphoneToken } from "../testing/samples.ts";
import type { SoftphoneView } from "./softphone.ts";
import { TwilioSoftphone } from "./twilio.ts";

type Listener = (...args: unknown[]) => void;

/** What the SDK's Device and Call have in common: listeners, and a record of what was asked of them. */
class Emitter {
  asked: unknown[] = [];
  private listeners: [string, Listener][] = [];
  on(name: string, listener: Listener) {
    this.listeners.push([name, listener]);
  }
  emit(name: string, ...args: unknown[]) {
    for (const [wanted, listener] of this.listeners) if (wanted === name) listener(...args);
  }
}

class FakeDevice extends Emitter {
  constructor(readonly token: string) {
    super();
  }
  register() {
    return Promise.resolve();
  }
  updateToken(token: string) {
    this.asked.push(token);
  }
  destroy() {
    this.asked.push("destroy");
    this.emit("unregistered");
  }
}

class FakeCall extends Emitter {
  parameters = { CallSid: "CA1" };
  customParameters = new Map([["leg", "l1"]]);
  accept() {
    this.asked.push("accept");
  }
  disconnect() {
    this.asked.push("disconnect");
  }
  reject() {
    this.asked.push("reject");
  }
  mute(on: boolean) {
    this.emit("mute", on);
  }
}

function phone() {
  const seen = { view: null as SoftphoneView | null, tokens: 0, refuse: false };
  const devices: FakeDevice[] = [];
  const built = new TwilioSoftphone(
    {
      token: () =>
        seen.refuse ? Promise.reject(new Error("503")) : Promise.resolve(softphoneToken({ token: `t${++seen.tokens}` })),
      onChange: (view) => void (seen.view = view),
    },
    "really?",
    ({ token }) => {
      devices.push(new FakeDevice(token));
      return Promise.resolve(devices.at(-1) as never);
    },
  );
  return { built, seen, devices };
}

async function registered() {
  const all = phone();
  all.built.start();
  await vi.advanceTimersByTimeAsync(0);
  const device = all.devices[0] as FakeDevice;
  device.emit("registered");
  return { ...all, device };
}

const LONG_MS = 6_000; // more than any pause between two attempts

describe("the SDK's phone", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("registers with a token of its own, rings, is answered, muted and hung up", async () => {
    const { built, seen, device } = await registered();
    expect(device.token).toBe("t1");
    expect(seen.view?.status).toBe("ready");

    const call = new FakeCall();
    device.emit("incoming", call);
    expect(seen.view?.call).toMatchObject({ callSid: "CA1", leg: "l1", state: "incoming" });
    built.answer();
    call.emit("accept");
    built.mute(true);
    expect(seen.view?.call).toMatchObject({ state: "connected", muted: true });
    built.hangUp();
    call.emit("disconnect");
    expect(call.asked).toEqual(["accept", "disconnect"]);
    expect(seen.view?.call).toBeNull();
  });

  it("declines a call that rings when it is put down", async () => {
    const { built, device } = await registered();
    const call = new FakeCall();
    device.emit("incoming", call);
    built.hangUp();
    expect(call.asked).toEqual(["reject"]);
  });

  it("takes a new token before the old one ends, and keeps the device", async () => {
    const { device, devices, seen } = await registered();
    device.emit("tokenWillExpire");
    await vi.advanceTimersByTimeAsync(0);
    expect(device.asked).toEqual(["t2"]);
    expect(devices).toHaveLength(1);
    expect(seen.view?.status).toBe("ready");
  });

  it("asks for the new token until it gets one", async () => {
    const { device, seen } = await registered();
    seen.refuse = true;
    device.emit("tokenWillExpire");
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(device.asked).toEqual([]);
    seen.refuse = false;
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(device.asked).toEqual(["t2"]);
  });

  it("begins anew with a fresh token when its own is refused", async () => {
    const { device, devices, seen } = await registered();
    device.emit("error", { code: 20104 });
    expect(seen.view).toMatchObject({ status: "failed", failure: "token" });
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(device.asked).toEqual(["destroy"]);
    expect(devices[1]?.token).toBe("t2");
    devices[1]?.emit("registered");
    expect(seen.view).toMatchObject({ status: "ready", failure: null });
  });

  it("lets a call end before it begins anew", async () => {
    const { device, devices } = await registered();
    const call = new FakeCall();
    device.emit("incoming", call);
    device.emit("error", { code: 20104 });
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(device.asked).toEqual([]);
    call.emit("disconnect");
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(devices).toHaveLength(2);
  });

  it("tries again by itself when the service has no token to give", async () => {
    const { built, seen, devices } = phone();
    seen.refuse = true;
    built.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.view).toMatchObject({ status: "failed", failure: "token" });
    seen.refuse = false;
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(devices).toHaveLength(1);
  });

  it("says that it reconnects while the SDK looks for the network", async () => {
    const { device, seen } = await registered();
    device.emit("error", { code: 31005 });
    expect(seen.view).toMatchObject({ status: "reconnecting", failure: null });
    device.emit("registered");
    expect(seen.view?.status).toBe("ready");
  });

  it("names a microphone that may not be used, and a refusal nobody can mend here", async () => {
    const { device, seen } = await registered();
    device.emit("error", { code: 31401 });
    expect(seen.view?.failure).toBe("microphone");
    device.emit("error", { code: 31002 });
    expect(seen.view?.failure).toBe("refused");
  });

  it("is silent once stopped, whatever the device says afterwards", async () => {
    const { built, device, seen } = await registered();
    built.stop();
    device.emit("registered");
    expect(seen.view?.status).toBe("off");
  });
});
