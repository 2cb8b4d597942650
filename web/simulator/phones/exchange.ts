// Several phones side by side, and the telephones outside that ring. A phone is added to call from, or by answering.
import { create } from "zustand";
import { type CallView, type Control, ControlError } from "../call/client.ts";
import { openFeed } from "../call/feed.ts";
import { createPhone, currentPhase, type Phone } from "../call/phone.ts";
import { createTour, type Tour } from "../tour/tour.ts";

/** One phone on the page, with the guide that can play calls on it. */
export interface PhoneLine {
  readonly id: number;
  readonly phone: Phone;
  readonly tour: Tour;
}

export interface ExchangeState {
  readonly lines: readonly PhoneLine[];
  /** Id of the phone in the hand. */
  readonly shown: number;
  /** Legs the product is dialling to telephones outside, oldest first. */
  readonly ringing: readonly CallView[];
}

export interface ExchangeDeps {
  readonly control: Control;
  readonly storage?: Storage;
  readonly feed?: typeof openFeed;
}

/** More would not fit beside one another, and every phone keeps a socket of its own. */
export const MOST_PHONES = 6;

const KEPT = "switchboard.simulator.phones";
const LOOK_AGAIN = 80; // ms: journal lines that come together are followed by one question

/** Everything the page has of phones. */
export function createExchange({ control, storage = sessionStorage, feed = openFeed }: ExchangeDeps) {
  const first = makeLine(1);
  const use = create<ExchangeState>(() => ({ lines: [first], shown: 1, ringing: [] }));
  const { getState: get, setState: set } = use;
  let stopFeed: (() => void) | null = null;
  let look: ReturnType<typeof setTimeout> | undefined;

  function makeLine(id: number): PhoneLine {
    const phone = createPhone({ control, storage, feed, name: id === 1 ? "" : String(id) });
    return { id, phone, tour: createTour(phone) };
  }

  function keep(): void {
    storage.setItem(KEPT, JSON.stringify(get().lines.map(({ id }) => id)));
  }

  /** A further phone with the number list of the first; null when there are as many as fit. */
  function add(): PhoneLine | null {
    const { lines } = get();
    if (lines.length >= MOST_PHONES) return null;
    const line = makeLine(Math.max(...lines.map(({ id }) => id)) + 1);
    line.phone.use.setState({ directory: lines[0]?.phone.get().directory ?? null });
    set({ lines: [...lines, line], shown: line.id });
    keep();
    return line;
  }

  /** Put a phone away; one is always left, and one in a call hangs up first. */
  async function remove(id: number): Promise<void> {
    const line = get().lines.find((known) => known.id === id);
    if (!line || get().lines.length === 1) return;
    const phase = currentPhase(line.phone.get());
    if (phase !== "idle" && phase !== "ended") await line.phone.hangUp();
    line.tour.stop();
    line.phone.clear();
    const lines = get().lines.filter((known) => known.id !== id);
    set({ lines, shown: get().shown === id ? (lines[0]?.id ?? 1) : get().shown });
    keep();
  }

  /** A phone that is in no call: the one in the hand, else any, else a new one. */
  function free(): PhoneLine | null {
    const { lines, shown } = get();
    const isFree = ({ phone }: PhoneLine) => ["idle", "ended"].includes(currentPhase(phone.get()));
    const inHand = lines.find(({ id }) => id === shown);
    return inHand && isFree(inHand) ? inHand : (lines.find(isFree) ?? add());
  }

  /** Answer a telephone outside that rings, on a phone of this page. */
  async function answer(leg: CallView): Promise<void> {
    const line = free();
    if (!line) return;
    set({ shown: line.id, ringing: get().ringing.filter(({ call_sid }) => call_sid !== leg.call_sid) });
    await line.phone.answer(leg);
    lookSoon();
  }

  /** Refuse a telephone outside that rings. */
  async function refuse(leg: CallView): Promise<void> {
    set({ ringing: get().ringing.filter(({ call_sid }) => call_sid !== leg.call_sid) });
    await control.reject(leg.call_sid).catch(notReachable);
    lookSoon();
  }

  function lookSoon(): void {
    if (look !== undefined) return;
    look = setTimeout(() => {
      look = undefined;
      void lookNow();
    }, LOOK_AGAIN);
  }

  async function lookNow(): Promise<void> {
    const found = await control.legs().catch(notReachable);
    if (found) set({ ringing: ringingOutside(found.legs) });
  }

  /** Read who can call, take up the calls this tab had, and listen for telephones that ring. */
  async function start(): Promise<void> {
    const { phone } = first;
    await phone.load();
    const { directory } = phone.get();
    if (!directory) return;
    for (const id of keptIds(storage.getItem(KEPT))) {
      if (id === 1 || get().lines.some((line) => line.id === id) || get().lines.length >= MOST_PHONES) continue;
      const line = makeLine(id);
      line.phone.use.setState({ directory });
      set({ lines: [...get().lines, line] });
    }
    await Promise.all(get().lines.map((line) => line.phone.resume()));
    listen((await control.legs().catch(notReachable))?.last_n ?? 0);
  }

  function listen(lastN: number): void {
    stopFeed?.();
    stopFeed = feed({
      after: lastN,
      url: control.eventsUrl,
      onEntry: ({ kind }) => {
        if (kind === "call") lookSoon();
      },
      onState: (state) => state === "live" && lookSoon(),
    });
  }

  function stop(): void {
    stopFeed?.();
    stopFeed = null;
    clearTimeout(look);
    look = undefined;
  }

  return {
    use,
    get,
    start,
    stop,
    add,
    remove,
    show: (id: number) => set({ shown: id }),
    answer,
    refuse,
  };
}

export type Exchange = ReturnType<typeof createExchange>;

/** The legs that ring a telephone outside: not agents' softphones, not SIP phones. */
export function ringingOutside(legs: readonly CallView[]): readonly CallView[] {
  return legs.filter(({ status, to }) => status === "ringing" && to.startsWith("+")).toReversed();
}

function keptIds(kept: string | null): readonly number[] {
  try {
    const ids: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => Number.isInteger(id)) : [];
  } catch {
    return [];
  }
}

// Telephones that ring are news, no command: when the network does not answer, the phones themselves say so.
function notReachable(error: unknown): null {
  if (!(error instanceof ControlError)) throw error;
  return null;
}
