import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LineToServer, type LineOptions } from "./connection.ts";

interface Sent {
  id: number;
  type: string;
  [field: string]: unknown;
}

/** A socket whose other end is this test. */
class Socket extends EventTarget {
  static all: Socket[] = [];
  readonly sent: Sent[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    super();
    Socket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Sent);
  }
  close(code = 1006): void {
    this.onclose?.({ code });
    this.onclose = null;
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  welcome(): void {
    this.onopen?.();
    const updates = { conversation_id: "c", mode: "resume", messages: [], earlier: false, state: {} };
    this.says({ type: "welcome", reply_to: 1, visitor_id: "v", heartbeat_seconds: 20, now: "", updates });
  }
}

const asked: string[] = [];
let answer: (url: string) => { status: number; body: unknown };
let held = 0;

const line = (more: Partial<LineOptions> = {}) => {
  const told: string[] = [];
  const connection = new LineToServer({
    api: "https://desk.example/api/v1/chat",
    socket: "wss://desk.example/ws/visitor?key=pk_a",
    token: "t",
    ticket: "first",
    has: () => ({ conversation_id: "c", after: held, state: null }),
    onUpdates: () => told.push("updates"),
    onFrame: (frame) => told.push(frame.type),
    onLine: (state) => told.push(state),
    onUnknown: () => told.push("unknown"),
    ...more,
  });
  return { connection, told };
};
const last = () => Socket.all.at(-1) as Socket;

beforeEach(() => {
  vi.useFakeTimers();
  Socket.all = [];
  asked.length = 0;
  held = 0;
  answer = () => ({ status: 200, body: { ticket: "next", expires_at: "" } });
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("document", { addEventListener() {}, removeEventListener() {}, hidden: false });
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    const { status, body } = answer(url);
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("it says what it holds, and is open with the welcome", async () => {
  held = 7;
  const { told } = line();
  await vi.advanceTimersByTimeAsync(0);
  last().welcome();
  expect(last().sent[0]).toEqual({ id: 1, type: "hello", ticket: "first", conversation_id: "c", after: 7 });
  expect(told).toEqual(["updates", "open"]);
});

test("a message is done when the server says so, and to be sent again when the socket is lost", async () => {
  const { connection } = line();
  await vi.advanceTimersByTimeAsync(0);
  last().welcome();
  const done = connection.send({ type: "message", client_id: "a", body: "hello" });
  const { id } = last().sent.at(-1) as Sent;
  last().says({ type: "result", reply_to: id, message: { seq: 1 } });
  expect(await done).toEqual({ seq: 1 });
  const lost = expect(connection.send({ type: "message", client_id: "b", body: "x" })).rejects.toThrow();
  last().close(1012);
  await lost;
});

test("it comes back with a new ticket, after pauses that grow to twenty seconds", async () => {
  const { told } = line();
  await vi.advanceTimersByTimeAsync(0);
  last().welcome();
  last().close(1012);
  expect(told.at(-1)).toBe("lost");
  await vi.advanceTimersByTimeAsync(800);
  expect(Socket.all).toHaveLength(2);
  last().welcome();
  expect(last().sent[0]).toMatchObject({ ticket: "next" });
  expect(asked).toEqual(["https://desk.example/api/v1/chat/tickets"]);
});

test("a silent server is given up after three heartbeats", async () => {
  line();
  await vi.advanceTimersByTimeAsync(0);
  last().welcome();
  const first = last();
  await vi.advanceTimersByTimeAsync(59_000);
  expect(first.sent.filter(({ type }) => type === "heartbeat")).toHaveLength(2);
  expect(Socket.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(Socket.all).toHaveLength(2);
});

test("two sockets without a welcome, and it polls", async () => {
  let polls = 0;
  answer = (url) => {
    if (url.includes("/tickets")) return { status: 200, body: { ticket: "next" } };
    polls += 1;
    return polls > 2 ? { status: 503, body: {} } : { status: 200, body: { updates: { messages: [] } } };
  };
  const { told } = line();
  await vi.advanceTimersByTimeAsync(0);
  last().close(1006);
  await vi.advanceTimersByTimeAsync(1_000);
  last().close(1006);
  await vi.advanceTimersByTimeAsync(0);
  expect(told.filter((word) => word === "updates")).toHaveLength(2);
  expect(asked.find((url) => url.includes("/updates?"))).toContain("after=0&wait=25&conversation_id=c");
});

test("a visitor the server knows no more needs a new session; a site that may not, goes quietly", async () => {
  answer = () => ({ status: 401, body: { code: "visitor_unknown" } });
  const unknown = line({ ticket: null });
  await vi.advanceTimersByTimeAsync(0);
  expect(unknown.told).toEqual(["unknown"]);
  answer = () => ({ status: 200, body: { ticket: "next" } });
  const refused = line();
  await vi.advanceTimersByTimeAsync(0);
  last().close(4403);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refused.told).toEqual(["closed"]);
});
