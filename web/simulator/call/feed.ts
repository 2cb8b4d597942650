// Keeps a call's journal flowing: reconnects by itself and asks again only for what came after the last line.
import { type JournalEntry, parseEntry } from "../journal/entry.ts";

export type FeedState = "connecting" | "live" | "lost";

const FIRST_RETRY = 300; // ms
const LAST_RETRY = 4_000; // ms
const JITTER = 0.3; // share of the wait, so that many pages do not come back at once

interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  close(): void;
}

export interface FeedOptions {
  /** Number of the last line that is not wanted, 0 for none. */
  after: number;
  /** Address to connect to, given the number of the last line received. */
  url(lastN: number): string;
  onEntry(entry: JournalEntry): void;
  onState(state: FeedState): void;
  connect?: (url: string) => Socket;
}

/** How long to wait before the given attempt (0 is the first after a loss), in ms. */
export function retryDelay(attempt: number, random: number): number {
  const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** attempt);
  return wait * (1 - JITTER * random);
}

/** Starts the feed; the returned function stops it for good. */
export function openFeed(options: FeedOptions): () => void {
  const connect = options.connect ?? ((url: string): Socket => new WebSocket(url) as Socket);
  let lastN = options.after;
  let attempt = 0;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let socket: Socket | null = null;

  function start(): void {
    options.onState(attempt === 0 ? "connecting" : "lost");
    socket = connect(options.url(lastN));
    socket.onopen = () => {
      attempt = 0;
      options.onState("live");
    };
    socket.onmessage = (event) => {
      const entry = parseEntry(decode(event.data));
      if (!entry || stopped || entry.n <= lastN) return;
      lastN = entry.n;
      options.onEntry(entry);
    };
    socket.onclose = () => {
      if (stopped) return;
      options.onState("lost");
      timer = setTimeout(start, retryDelay(attempt, Math.random()));
      attempt += 1;
    };
  }

  start();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}

function decode(data: unknown): unknown {
  if (typeof data !== "string") return null;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
