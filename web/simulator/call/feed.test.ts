import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { JournalEntry } from "../journal/entry.ts";
import { type FeedState, openFeed, retryDelay } from "./feed.ts";

class Line {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  close(): void {
    this.closed = true;
  }

  send(n: number): void {
    const entry = { n, t: n, call_sid: "CA1", kind: "call", title: "ringing", detail: {} };
    this.onmessage?.({ data: JSON.stringify(entry) });
  }
}

function open() {
  const lines: Line[] = [];
  const entries: JournalEntry[] = [];
  const states: FeedState[] = [];
  const stop = openFeed({
    after: 2,
    url: (lastN) => `ws://sim/?after=${lastN}`,
    onEntry: (entry) => entries.push(entry),
    onState: (state) => states.push(state),
    connect: (url) => {
      const line = new Line(url);
      lines.push(line);
      return line;
    },
  });
  return { lines, entries, states, stop };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a lost feed comes back and asks for what followed the last line", () => {
  const { lines, states, entries } = open();
  lines[0]?.onopen?.();
  expect(lines[0]?.url).toBe("ws://sim/?after=2");
  lines[0]?.send(4);
  lines[0]?.send(9);
  lines[0]?.onclose?.();
  expect(states).toEqual(["connecting", "live", "lost"]);
  vi.advanceTimersByTime(400);
  expect(lines[1]?.url).toBe("ws://sim/?after=9");
  lines[1]?.onopen?.();
  expect(states.at(-1)).toBe("live");
  lines[1]?.send(4);
  lines[1]?.send(9);
  lines[1]?.send(10);
  expect(entries.map((entry) => entry.n)).toEqual([4, 9, 10]);
});

test("frames that are not journal lines are passed over", () => {
  const { lines, entries } = open();
  lines[0]?.onmessage?.({ data: "not json" });
  lines[0]?.onmessage?.({ data: '{"type":"ping"}' });
  lines[0]?.onmessage?.({ data: '{"n":1,"t":1,"kind":"gossip"}' });
  expect(entries).toEqual([]);
});

test("a stopped feed stays stopped", () => {
  const { lines, stop } = open();
  stop();
  lines[0]?.onclose?.();
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.closed).toBe(true);
});

test("waits grow, but never beyond four seconds", () => {
  expect(retryDelay(0, 0)).toBe(300);
  expect(retryDelay(1, 0)).toBe(600);
  expect(retryDelay(20, 0)).toBe(4_000);
  expect(retryDelay(20, 1)).toBeCloseTo(2_800);
});
