// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type CallView, type Control, ControlError, type Directory } from "../call/client.ts";
import type { FeedOptions } from "../call/feed.ts";
import { currentPhase } from "../call/phone.ts";
import { createExchange, MOST_PHONES, ringingOutside } from "./exchange.ts";

const SHOP = "+886277000100";
const LIN = "+886912345678";
const CHEN = "+886933000111";
const directory: Directory = {
  numbers: [{ number: SHOP, label: "Shop" }],
  callers: [{ label: "Lin", number: LIN, language: "en", note: null }],
};

function leg(call_sid: string, to: string, change: Partial<CallView> = {}): CallView {
  const nothing = { hearing: null, collecting: null, in_queue: null, in_conference: null, on_hold: false, peers: [] };
  return { call_sid, status: "ringing", from: SHOP, to, direction: "outbound-api", ...nothing, ...change };
}

/** A network with any number of calls. */
class Network implements Control {
  calls = new Map<string, CallView>();
  isThere = true;
  private feeds: FeedOptions[] = [];
  private n = 0;

  readonly openFeed = (options: FeedOptions) => {
    this.feeds.push(options);
    queueMicrotask(() => options.onState("live"));
    return () => void (this.feeds = this.feeds.filter((known) => known !== options));
  };

  directory = async () => directory;
  firstLine = async () => 1;
  eventsUrl = () => "";
  press = async () => undefined;
  say = async () => undefined;
  hangUp = async (sid: string) => this.change(sid, { status: "completed" });
  answer = async (sid: string) => {
    if (this.calls.get(sid)?.status !== "ringing") throw new ControlError("refused", "it does not ring");
    await this.change(sid, { status: "in-progress" });
  };
  reject = async (sid: string) => this.change(sid, { status: "busy" });

  async dial(from: string, to: string): Promise<string> {
    const sid = `CA${this.calls.size + 1}`;
    await this.change(sid, leg(sid, to, { from, direction: "inbound" }));
    return sid;
  }

  async call(sid: string): Promise<CallView> {
    const found = this.calls.get(sid);
    if (!found) throw new ControlError("gone", "there is no such call");
    return found;
  }

  async legs() {
    if (!this.isThere) throw new ControlError("unreachable", "nobody there");
    const legs = [...this.calls.values()].filter(({ direction }) => direction !== "inbound").toReversed();
    return { legs, last_n: this.n };
  }

  async change(sid: string, change: Partial<CallView>): Promise<void> {
    this.calls.set(sid, { ...(this.calls.get(sid) ?? leg(sid, LIN)), ...change });
    this.n += 1;
    const entry = { n: this.n, t: this.n, call_sid: sid, kind: "call", title: "", detail: {} } as const;
    for (const { onEntry } of this.feeds) onEntry(entry);
    await vi.advanceTimersByTimeAsync(200);
  }
}

let network: Network;
let exchange: ReturnType<typeof createExchange>;

beforeEach(async () => {
  vi.useFakeTimers();
  sessionStorage.clear();
  network = new Network();
  exchange = createExchange({ control: network, feed: network.openFeed });
  await exchange.start();
});

afterEach(() => {
  exchange.stop();
  vi.useRealTimers();
});

const phases = () => exchange.get().lines.map(({ phone }) => currentPhase(phone.get()));

test("telephones outside that ring are listed; softphones, SIP phones and calls to us are not", async () => {
  await network.change("CA1", leg("CA1", LIN));
  await network.change("CA2", leg("CA2", "client:agent_7"));
  await network.change("CA3", leg("CA3", "sip:desk@example.com"));
  await network.change("CA4", leg("CA4", CHEN));
  await network.dial(LIN, SHOP);
  expect(exchange.get().ringing.map(({ call_sid }) => call_sid)).toEqual(["CA1", "CA4"]);
  await network.change("CA1", { status: "no-answer" });
  expect(exchange.get().ringing.map(({ call_sid }) => call_sid)).toEqual(["CA4"]);
  expect(ringingOutside([leg("CA9", LIN, { status: "in-progress" })])).toEqual([]);
});

test("answering takes a free phone, and one more when all are in calls", async () => {
  await network.change("CA1", leg("CA1", LIN));
  await network.change("CA2", leg("CA2", CHEN));
  const [first, second] = exchange.get().ringing;
  if (!first || !second) throw new Error("two telephones ring");
  await exchange.answer(first);
  expect(exchange.get().lines).toHaveLength(1);
  await exchange.answer(second);
  await vi.advanceTimersByTimeAsync(200);
  expect(exchange.get().lines).toHaveLength(2);
  expect(exchange.get().shown).toBe(2);
  expect(phases()).toEqual(["menu", "menu"]);
  expect(exchange.get().lines.map(({ phone }) => phone.get().call?.isIncoming)).toEqual([true, true]);
  expect(exchange.get().ringing).toEqual([]);
});

test("a telephone that rings no more cannot be answered, and the phone says why", async () => {
  await network.change("CA1", leg("CA1", LIN));
  const [ringing] = exchange.get().ringing;
  network.calls.set("CA1", leg("CA1", LIN, { status: "canceled" }));
  if (ringing) await exchange.answer(ringing);
  const { call, problem } = exchange.get().lines[0]?.phone.get() ?? {};
  expect(call).toBeNull();
  expect(problem?.kind).toBe("refused");
});

test("refusing takes the telephone off the list", async () => {
  await network.change("CA1", leg("CA1", LIN));
  const [ringing] = exchange.get().ringing;
  if (ringing) await exchange.refuse(ringing);
  expect(exchange.get().ringing).toEqual([]);
  expect(network.calls.get("CA1")?.status).toBe("busy");
});

test("several phones call at once, and a phone put away hangs up", async () => {
  await exchange.get().lines[0]?.phone.dial(LIN, SHOP);
  const other = exchange.add();
  await other?.phone.dial(CHEN, SHOP);
  await vi.advanceTimersByTimeAsync(200);
  expect(phases()).toEqual(["ringing", "ringing"]);
  await exchange.remove(2);
  expect(network.calls.get("CA2")?.status).toBe("completed");
  expect(exchange.get().shown).toBe(1);
  await exchange.remove(1);
  expect(exchange.get().lines).toHaveLength(1);
  while (exchange.add());
  expect(exchange.get().lines).toHaveLength(MOST_PHONES);
});

test("a reloaded page takes up all its phones", async () => {
  await exchange.get().lines[0]?.phone.dial(LIN, SHOP);
  await exchange.add()?.phone.dial(CHEN, SHOP);
  exchange.stop();
  const again = createExchange({ control: network, feed: network.openFeed });
  await again.start();
  expect(again.get().lines.map(({ phone }) => phone.get().call?.from)).toEqual([LIN, CHEN]);
  again.stop();
});

test("while the network does not answer nothing is lost and nothing breaks", async () => {
  await network.change("CA1", leg("CA1", LIN));
  network.isThere = false;
  await network.change("CA1", { status: "ringing" });
  expect(exchange.get().ringing).toHaveLength(1);
});
