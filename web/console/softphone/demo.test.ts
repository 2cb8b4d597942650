import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { softphoneToken } from "../testing/samples.ts";
import { DemoSoftphone } from "./demo.ts";
import type { SoftphoneView } from "./softphone.ts";

class FakeSocket {
  readyState = WebSocket.OPEN;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close() {}
  says(frame: Record<string, unknown>) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

async function registered() {
  const sockets: FakeSocket[] = [];
  const seen = { view: null as SoftphoneView | null, tokens: 0 };
  const phone = new DemoSoftphone(
    {
      token: () => {
        return Promise.resolve(softphoneToken({ backend: "demo", url: "ws://phone", token: `t${++seen.tokens}` }));
      },
      onChange: (view) => void (seen.view = view),
    },
    () => {
      sockets.push(new FakeSocket());
      return sockets.at(-1) as unknown as WebSocket;
    },
  );
  phone.start();
  await vi.advanceTimersByTimeAsync(0);
  const socket = sockets[0] as FakeSocket;
  socket.onopen?.();
  socket.says({ type: "registered", identity: "a" });
  return { phone, socket, sockets, seen };
}

describe("the demo phone", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("registers, rings, is answered, muted and cut off", async () => {
    const { phone, socket, seen } = await registered();
    expect(socket.sent).toEqual([{ type: "register", token: "t1" }]);
    expect(seen.view?.status).toBe("ready");

    socket.says({ type: "incoming", call_sid: "CA1", from: "+1", params: { leg: "l1" } });
    expect(seen.view?.call).toMatchObject({ callSid: "CA1", leg: "l1", state: "incoming" });
    phone.answer();
    socket.says({ type: "connected", call_sid: "CA1" });
    phone.mute(true);
    expect(seen.view?.call).toMatchObject({ state: "connected", muted: true });
    expect(socket.sent.slice(1)).toEqual([
      { type: "accept", call_sid: "CA1" },
      { type: "mute", call_sid: "CA1", on: true },
    ]);
    socket.says({ type: "disconnected", call_sid: "CA1", reason: "hangup" });
    expect(seen.view?.call).toBeNull();
  });

  it("takes up the call again that goes on while the page is loaded anew", async () => {
    const { socket, seen } = await registered();
    socket.says({ type: "connected", call_sid: "CA7" });
    expect(seen.view?.call).toMatchObject({ callSid: "CA7", state: "connected", interrupted: false });
  });

  it("keeps the call of now when an old one ends late", async () => {
    const { socket, seen } = await registered();
    socket.says({ type: "incoming", call_sid: "CA2", from: "+1", params: {} });
    socket.says({ type: "disconnected", call_sid: "CA1", reason: "hangup" });
    expect(seen.view?.call?.callSid).toBe("CA2");
  });

  it("comes back with a fresh token when its socket drops", async () => {
    const { socket, sockets, seen } = await registered();
    socket.onclose?.();
    expect(seen.view?.status).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(300);
    const second = sockets[1] as FakeSocket;
    second.onopen?.();
    expect(second.sent).toEqual([{ type: "register", token: "t2" }]);
    second.says({ type: "registered", identity: "a" });
    expect(seen.view?.status).toBe("ready");
  });

  it("finds a muted call muted when its socket comes back, and forgets one that ended meanwhile", async () => {
    const { phone, socket, sockets, seen } = await registered();
    socket.says({ type: "connected", call_sid: "CA1" });
    phone.mute(true);
    socket.onclose?.();
    expect(seen.view?.call?.interrupted).toBe(true);
    await vi.advanceTimersByTimeAsync(300);
    const second = sockets[1] as FakeSocket;
    second.says({ type: "registered", identity: "a" });
    expect(seen.view?.call).toBeNull();
    second.says({ type: "connected", call_sid: "CA1" });
    expect(seen.view?.call).toMatchObject({ muted: true, interrupted: false });
  });
});
