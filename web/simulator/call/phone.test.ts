// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { JournalEntry } from "../journal/entry.ts";
import { createTour } from "../tour/tour.ts";
import { type CallView, type Control, ControlError, type Directory } from "./client.ts";
import type { FeedOptions } from "./feed.ts";
import { endReason, phaseOf } from "./phase.ts";
import { createPhone, currentPhase } from "./phone.ts";

const SHOP = "+886277000100";
const LIN = "+886912345678";

const directory: Directory = {
  numbers: [{ number: SHOP, label: "Shop" }],
  callers: [{ label: "Lin", number: LIN, language: "en", note: null }],
};

/** A network with one line: it remembers what people do, and the test moves the call along. */
class Network implements Control {
  view: CallView | null = null;
  did: string[] = [];
  refusal: ControlError | null = null;
  private feed: FeedOptions | null = null;
  private n = 0;

  readonly openFeed = (options: FeedOptions) => {
    this.feed = options;
    return () => undefined;
  };

  directory = async () => directory;
  firstLine = async () => 1;
  eventsUrl = () => "";
  legs = async () => ({ legs: this.view ? [this.view] : [], last_n: this.n });
  answer = async () => this.becomes({ status: "in-progress" });
  reject = async () => this.becomes({ status: "busy" });

  async dial(from: string, to: string): Promise<string> {
    if (this.refusal) throw this.refusal;
    this.view = {
      call_sid: "CA1",
      status: "ringing",
      from,
      to,
      direction: "inbound",
      hearing: null,
      collecting: null,
      in_queue: null,
      in_conference: null,
      on_hold: false,
      peers: [],
    };
    return "CA1";
  }

  async call(): Promise<CallView> {
    if (!this.view) throw new ControlError("gone", "there is no such call");
    return this.view;
  }

  press = async (_: string, digits: string) => void this.did.push(`press ${digits}`);
  say = async (_: string, text: string) => void this.did.push(`say ${text}`);
  hangUp = async () => this.becomes({ status: "completed" }, { kind: "call", detail: { ended_by: "caller" } });

  async becomes(change: Partial<CallView>, line: Partial<JournalEntry> = {}): Promise<void> {
    if (this.view) this.view = { ...this.view, ...change };
    this.n += 1;
    this.feed?.onEntry({ n: this.n, t: this.n, call_sid: "CA1", kind: "call", title: "", detail: {}, ...line });
    await vi.advanceTimersByTimeAsync(100);
  }

  asks(input: string, text = "", hearing: string | null = null): Promise<void> {
    const collecting = { input, numDigits: 1 };
    const line = { kind: "instruction", title: "Gather", detail: { text } } as const;
    return this.becomes({ status: "in-progress", collecting, hearing }, line);
  }

  /** Nothing is written in the journal when a sentence ends. */
  async stopsSpeaking(): Promise<void> {
    if (this.view) this.view = { ...this.view, hearing: null };
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

function start() {
  const network = new Network();
  const phone = createPhone({ control: network, now: () => Date.now(), feed: network.openFeed });
  return { network, phone, phase: () => currentPhase(phone.get()) };
}

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
});

afterEach(() => vi.useRealTimers());

test("a call goes through its phases as the network reports them", async () => {
  const { network, phone, phase } = start();
  expect(phase()).toBe("idle");
  await phone.dial(LIN, SHOP);
  expect(phase()).toBe("dialling");
  await network.becomes({});
  expect(phase()).toBe("ringing");
  await network.asks("dtmf");
  expect(phase()).toBe("menu");
  await network.becomes({ in_queue: "shop", collecting: null });
  expect(phase()).toBe("waiting");
  await network.becomes({ in_queue: null, in_conference: "room", peers: ["agent_7"] });
  expect(phase()).toBe("talking");
  await network.becomes({ on_hold: true });
  expect(phase()).toBe("hold");
  await phone.hangUp();
  expect(phase()).toBe("ended");
  expect(endReason(phone.get().view, phone.get().entries)).toBe("caller");
});

test("a refused call leaves the phone ready, with the reason", async () => {
  const { network, phone, phase } = start();
  network.refusal = new ControlError("gone", "nobody has the number", "to");
  expect(await phone.dial(LIN, SHOP)).toBeNull();
  expect(phase()).toBe("idle");
  expect(phone.get().problem).toEqual({ kind: "gone", message: "nobody has the number", field: "to" });
});

test("a call whose instructions could not be had has failed, though the network completed it", async () => {
  const { network, phone } = start();
  await phone.dial(LIN, SHOP);
  await network.becomes({}, { kind: "error", title: "11205 document failed" });
  await network.becomes({ status: "completed" }, { detail: { ended_by: "network" } });
  expect(endReason(phone.get().view, phone.get().entries)).toBe("failed");
});

test("keys arrive in the order they were pressed", async () => {
  const { network, phone } = start();
  await phone.dial(LIN, SHOP);
  await Promise.all([phone.press("1"), phone.press("2"), phone.press("#")]);
  expect(network.did).toEqual(["press 1", "press 2", "press #"]);
});

test("a call the network has forgotten counts as ended", async () => {
  const { network, phone, phase } = start();
  await phone.dial(LIN, SHOP);
  network.view = null;
  await network.becomes({});
  expect(phase()).toBe("ended");
});

test("after a reload the running call is taken up again, and an ended one is not", async () => {
  const { network, phone } = start();
  await phone.dial(LIN, SHOP);
  await network.asks("dtmf");
  const reloaded = createPhone({ control: network, feed: network.openFeed });
  await reloaded.resume();
  expect(currentPhase(reloaded.get())).toBe("menu");
  network.view = null;
  const later = createPhone({ control: network, feed: network.openFeed });
  await later.resume();
  expect(currentPhase(later.get())).toBe("idle");
});

test("a ready-made call acts when it is asked, once for each question", async () => {
  const { network, phone } = start();
  const tour = createTour(phone, 10);
  await phone.load();
  await tour.start("refund", SHOP, "en");
  await network.becomes({ status: "in-progress" });
  expect(network.did).toEqual([]);
  await network.asks("dtmf speech", "想直接問問題，請按三");
  expect(network.did).toEqual(["press 3"]);
  await network.becomes({ collecting: null });
  expect(network.did).toHaveLength(1);
  await network.asks("dtmf speech");
  await network.asks("dtmf", "Did that help?", "A refund takes three days.");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(network.did).toHaveLength(2);
  await network.stopsSpeaking();
  expect(network.did).toEqual(["press 3", "say How long does a refund take?", "press 1"]);
  await network.asks("dtmf");
  expect(network.did.slice(3)).toEqual(["press 1"]);
  await network.becomes({ status: "completed", collecting: null });
  expect(tour.use.getState()).toMatchObject({ state: "done", at: 5 });
});

test("a ready-made call leaves out a key that the menu does not offer", async () => {
  const { network, phone } = start();
  const tour = createTour(phone, 10);
  await phone.load();
  await tour.start("refund", SHOP, "en");
  await network.asks("dtmf speech", "We are closed, but you can ask me.");
  expect(network.did).toEqual(["say How long does a refund take?"]);
  expect(tour.use.getState().skipped).toEqual([1]);
});

test("a ready-made call that takes another way is left to the person", async () => {
  const { network, phone } = start();
  const tour = createTour(phone, 10);
  await phone.load();
  await tour.start("refund", SHOP, "en");
  await network.becomes({ status: "in-progress", in_queue: "shop" });
  expect(tour.use.getState()).toMatchObject({ state: "left", at: 1 });
  expect(network.did).toEqual([]);
});

test("an answered call that is neither queued nor connected is in the menu", () => {
  expect(phaseOf(null)).toBe("dialling");
  const view: CallView = {
    call_sid: "CA1",
    status: "in-progress",
    from: LIN,
    to: SHOP,
    direction: "inbound",
    hearing: null,
    collecting: null,
    in_queue: null,
    in_conference: "room",
    on_hold: false,
    peers: [],
  };
  expect(phaseOf(view)).toBe("waiting");
  expect(phaseOf({ ...view, in_conference: null })).toBe("menu");
  expect(phaseOf({ ...view, status: "no-answer" })).toBe("ended");
});
