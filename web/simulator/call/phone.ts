// A person's phone: one call at a time and its journal.
// The network is the only truth about the call: after every journal line the page asks it where the call stands.
import { create } from "zustand";
import type { JournalEntry } from "../journal/entry.ts";
import { type CallJournal, emptyJournal, withEntry } from "../journal/journal.ts";
import { type CallView, type Control, ControlError, type Directory } from "./client.ts";
import { type FeedState, openFeed } from "./feed.ts";
import { isFinal, type Phase, phaseOf } from "./phase.ts";

export interface CurrentCall {
  /** Null until the network has given the call its name. */
  readonly sid: string | null;
  readonly from: string;
  readonly to: string;
  /** The product called this person. */
  readonly isIncoming: boolean;
  /** Browser clock, ms. */
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export interface Problem {
  readonly kind: "unreachable" | "refused" | "gone";
  readonly message: string;
  readonly field: string | null;
}

export interface PhoneState {
  readonly directory: Directory | null;
  readonly call: CurrentCall | null;
  readonly view: CallView | null;
  /** The call's lines, in order. */
  readonly entries: readonly JournalEntry[];
  readonly feed: FeedState | null;
  /** What went wrong with the last thing the person did; the next one clears it. */
  readonly problem: Problem | null;
}

export interface PhoneDeps {
  readonly control: Control;
  readonly now?: () => number;
  readonly storage?: Storage;
  /** Tells several phones of one page apart in what the tab keeps. */
  readonly name?: string;
  readonly feed?: typeof openFeed;
}

const KEY = "switchboard.simulator.call";
const LOOK_AGAIN = 60; // ms: journal lines that come together are followed by one question

const EMPTY: PhoneState = {
  directory: null,
  call: null,
  view: null,
  entries: [],
  feed: null,
  problem: null,
};

/** The phase shown for a state of the phone. */
export function currentPhase(state: PhoneState): Phase {
  if (!state.call) return "idle";
  return state.call.endedAt === null ? phaseOf(state.view) : "ended";
}

/** A phone on the given network: its state, for React, and what a person can do with it. */
export function createPhone({ control, now = Date.now, storage = sessionStorage, feed = openFeed, name = "" }: PhoneDeps) {
  const KEPT = name === "" ? KEY : `${KEY}.${name}`;
  const useState = create<PhoneState>(() => EMPTY);
  const { getState: get, setState: set } = useState;
  let stopFeed: (() => void) | null = null;
  let look: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<unknown> = Promise.resolve();

  function fail(error: unknown): void {
    if (!(error instanceof ControlError)) throw error;
    set({ problem: { kind: error.kind, message: error.message, field: error.field } });
  }

  // Everything since the call began is followed, not its own leg alone: the commands that ring an agent are its too.
  async function follow(sid: string): Promise<void> {
    const firstN = await control.firstLine(sid).catch(() => 1);
    if (get().call?.sid !== sid) return;
    let journal: CallJournal = emptyJournal(sid);
    stopFeed?.();
    stopFeed = feed({
      after: firstN - 1,
      url: control.eventsUrl,
      onEntry: (entry) => {
        if (get().call?.sid !== sid) return;
        journal = withEntry(journal, entry);
        if (journal.lines === get().entries) return;
        set({ entries: journal.lines });
        lookSoon(sid);
      },
      onState: (state) => {
        set({ feed: state });
        if (state !== "live") return;
        if (get().problem?.kind === "unreachable") set({ problem: null });
        lookSoon(sid);
      },
    });
  }

  function lookSoon(sid: string): void {
    if (look !== undefined) return;
    look = setTimeout(() => {
      look = undefined;
      void lookAt(sid);
    }, LOOK_AGAIN);
  }

  async function lookAt(sid: string): Promise<void> {
    const view = await control.call(sid).catch((error: unknown) => (isGone(error) ? "gone" : null));
    if (view === null || get().call?.sid !== sid) return;
    if (view !== "gone") set({ view });
    if (view === "gone" || isFinal(view.status)) finish();
  }

  // The socket stays open: callbacks and the recording arrive after the caller is gone.
  function finish(): void {
    const { call } = get();
    if (!call || call.endedAt !== null) return;
    set({ call: { ...call, endedAt: now() } });
    storage.removeItem(KEPT);
  }

  async function load(): Promise<void> {
    try {
      set({ directory: await control.directory(), problem: null });
    } catch (error) {
      fail(error);
    }
  }

  async function dial(from: string, to: string): Promise<string | null> {
    clear();
    const call = { sid: null, from, to, isIncoming: false, startedAt: now(), endedAt: null };
    set({ call });
    try {
      const sid = await control.dial(from, to);
      set({ call: { ...call, sid } });
      storage.setItem(KEPT, JSON.stringify({ ...call, sid }));
      await follow(sid);
      return sid;
    } catch (error) {
      set({ call: null });
      fail(error);
      return null;
    }
  }

  async function answer(leg: CallView): Promise<boolean> {
    clear();
    const call = { sid: leg.call_sid, from: leg.from, to: leg.to, isIncoming: true, startedAt: now(), endedAt: null };
    set({ call, view: leg });
    try {
      await control.answer(leg.call_sid);
      storage.setItem(KEPT, JSON.stringify(call));
      await follow(leg.call_sid);
      return true;
    } catch (error) {
      set({ call: null, view: null });
      fail(error);
      return false;
    }
  }

  async function resume(): Promise<void> {
    const call = keptCall(storage.getItem(KEPT));
    if (!call?.sid) return;
    const view = await control.call(call.sid).catch(() => null);
    if (!view || isFinal(view.status)) return storage.removeItem(KEPT);
    set({ call, view });
    await follow(call.sid);
  }

  async function act(send: (sid: string) => Promise<void>): Promise<boolean> {
    const { call } = get();
    const sid = call?.sid;
    if (!sid || call.endedAt !== null) return false;
    set({ problem: null });
    const sent = sending.then(() => send(sid)); // one after the other, so that keys arrive in their order
    sending = sent.catch(() => undefined);
    try {
      await sent;
      return true;
    } catch (error) {
      fail(error);
      return false;
    }
  }

  async function hangUp(): Promise<void> {
    const sid = get().call?.sid;
    if (!sid) return;
    try {
      await control.hangUp(sid);
      await lookAt(sid);
    } catch (error) {
      if (isGone(error)) finish();
      else fail(error);
    }
  }

  function clear(): void {
    stopFeed?.();
    stopFeed = null;
    clearTimeout(look);
    look = undefined;
    storage.removeItem(KEPT);
    set({ ...EMPTY, directory: get().directory });
  }

  return {
    use: useState,
    get,
    /** Read who can call and what can be called. */
    load,
    /** Take up the call this tab had before it was reloaded, if it is still going on. */
    resume,
    /** Call `to` as `from`; the call's sid, or null when the network refused (`problem` says why). */
    dial,
    /** Take a call that rings here; false when it rings no more (`problem` says why). */
    answer,
    press: (key: string) => act((sid) => control.press(sid, key)),
    say: (text: string) => act((sid) => control.say(sid, text)),
    hangUp,
    /** Ask the network once more where the call stands. */
    refresh: async () => {
      const sid = get().call?.sid;
      if (sid) await lookAt(sid);
    },
    /** Put the phone back to its first screen; the log of the last call goes with it. */
    clear,
    dismiss: () => set({ problem: null }),
  };
}

export type Phone = ReturnType<typeof createPhone>;

function isGone(error: unknown): boolean {
  return error instanceof ControlError && error.kind === "gone";
}

function keptCall(kept: string | null): CurrentCall | null {
  try {
    return kept === null ? null : (JSON.parse(kept) as CurrentCall);
  } catch {
    return null;
  }
}
