import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerMessage } from "../../shared/api/index.ts";
import { backoffMs } from "./backoff.ts";
import { Connection, type ConnectionStatus } from "./connection.ts";

/** A socket that behaves: it opens when told, keeps what was sent, and closes with a code. */
class FakeSocket {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close() {
    this.closed = true;
  }
  says(message: ServerMessage) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const welcome: ServerMessage = {
  type: "welcome",
  reply_to: 1,
  agent_id: "a1",
  heartbeat_seconds: 10,
  now: "2026-11-21T06:00:00Z",
  build: "b",
  streams: {},
};
const heartbeat = (streams: Record<string, number>): ServerMessage => ({
  type: "heartbeat",
  reply_to: 2,
  now: "2026-11-21T06:00:10Z",
  streams,
});

function setUp() {
  const sockets: FakeSocket[] = [];
  const statuses: ConnectionStatus[] = [];
  const state = { seen: { "agent:a1": 7 } as Record<string, number>, gap: null as string | null, signedOut: false };
  const connection = new Connection({
    ticket: () => (state.signedOut ? Promise.reject(new Error("401")) : Promise.resolve(`ticket${sockets.length}`)),
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    every: (ms, tick) => {
      const timer = setInterval(tick, ms);
      return () => clearInterval(timer);
    },
    positions: () => state.seen,
    receive: () => state.gap,
    onStatus: (status) => statuses.push(status),
    isSignedOut: () => state.signedOut,
  });
  return { connection, sockets, statuses, state };
}

async function opened(parts: ReturnType<typeof setUp>): Promise<FakeSocket> {
  parts.connection.start();
  await vi.advanceTimersByTimeAsync(0);
  const socket = parts.sockets[0] as FakeSocket;
  socket.onopen?.();
  socket.says(welcome);
  return socket;
}

describe("the connection", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("opens with its ticket and the last numbers it saw", async () => {
    const parts = setUp();
    const socket = await opened(parts);
    expect(socket.sent[0]).toEqual({ id: 1, type: "hello", ticket: "ticket0", streams: { "agent:a1": 7 } });
    expect(parts.statuses).toEqual(["connecting", "open"]);
  });

  it("comes back by itself with a new ticket and the new position", async () => {
    const parts = setUp();
    const socket = await opened(parts);
    parts.state.seen = { "agent:a1": 9 };
    socket.onclose?.({ code: 1013 });
    expect(parts.statuses.at(-1)).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(300);
    const second = parts.sockets[1] as FakeSocket;
    second.onopen?.();
    expect(second.sent[0]).toMatchObject({ type: "hello", ticket: "ticket1", streams: { "agent:a1": 9 } });
  });

  it("resumes at once when the reducer finds a gap", async () => {
    const parts = setUp();
    const socket = await opened(parts);
    parts.state.gap = "agent:a1";
    socket.says({ type: "events", events: [] });
    expect(socket.closed).toBe(true);
    expect(parts.statuses.at(-1)).toBe("reconnecting");
  });

  it("notices by the second heartbeat that promised events never came", async () => {
    const parts = setUp();
    const socket = await opened(parts);
    socket.says(heartbeat({ "agent:a1": 8 }));
    expect(parts.statuses.at(-1)).toBe("open");
    socket.says(heartbeat({ "agent:a1": 8 }));
    expect(parts.statuses.at(-1)).toBe("reconnecting");
  });

  it("gives up a socket that does not answer a heartbeat", async () => {
    const parts = setUp();
    const socket = await opened(parts);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.sent.at(-1)).toMatchObject({ type: "heartbeat" });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(socket.closed).toBe(true);
    expect(parts.statuses.at(-1)).toBe("reconnecting");
  });

  it.each([
    [4401, "signed_out"],
    [4409, "replaced"],
  ] as const)("does not come back after close code %i", async (code, status) => {
    const parts = setUp();
    const socket = await opened(parts);
    socket.onclose?.({ code });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(parts.statuses.at(-1)).toBe(status);
    expect(parts.sockets).toHaveLength(1);
  });

  it("asks to sign in when the ticket is refused", async () => {
    const parts = setUp();
    parts.state.signedOut = true;
    parts.connection.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(parts.statuses).toEqual(["connecting", "signed_out"]);
  });
});

describe("waiting before the next attempt", () => {
  it("stays between 0.2 and 5 seconds and spreads the attempts", () => {
    const waits = [0, 1, 2, 5, 50].flatMap((attempt) => [backoffMs(attempt, 0), backoffMs(attempt, 0.999)]);
    expect(Math.min(...waits)).toBe(200);
    expect(Math.max(...waits)).toBeLessThan(5000);
    expect(backoffMs(50, 0.999)).toBeGreaterThan(4900);
  });
});
