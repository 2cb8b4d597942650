// One clock for every timer on the page, running on the service's time and ticking once a second.
import { useSyncExternalStore } from "react";
import { useServer } from "./store.ts";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let tickAt = Date.now();

/** Let every timer read the same present moment; called each second and when the service told us something. */
export function tick(): void {
  tickAt = Date.now();
  for (const call of listeners) call();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    tickAt = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The service's time in milliseconds, as of the last tick. */
export function useNow(): number {
  const at = useSyncExternalStore(subscribe, () => tickAt);
  const offset = useServer((state) => state.clockOffsetMs);
  return at + offset;
}

/** Whole seconds since a moment; 0 when there is none. */
export function useElapsed(since: string | null | undefined): number {
  const now = useNow();
  return since ? Math.max(0, Math.floor((now - Date.parse(since)) / 1000)) : 0;
}

/** What the way from the service may take; without it a fresh countdown of 20 s would begin at 21. */
const WAY_MS = 200;

/** Whole seconds until a moment, rounded up; null when there is none. */
export function useRemaining(until: string | null | undefined): number | null {
  const now = useNow();
  return until ? Math.max(0, Math.ceil((Date.parse(until) - now - WAY_MS) / 1000)) : null;
}
