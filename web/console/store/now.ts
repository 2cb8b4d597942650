// One clock for every timer on the page, running on the service's time and ticking once a second.
import { useSyncExternalStore } from "react";
import { useServer } from "./store.ts";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let tick = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick += 1;
    for (const call of listeners) call();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The service's time in milliseconds, as of the last tick. */
export function useNow(): number {
  useSyncExternalStore(subscribe, () => tick);
  const offset = useServer((state) => state.clockOffsetMs);
  return Date.now() + offset;
}

/** Whole seconds since a moment; 0 when there is none. */
export function useElapsed(since: string | null | undefined): number {
  const now = useNow();
  return since ? Math.max(0, Math.floor((now - Date.parse(since)) / 1000)) : 0;
}

/** Whole seconds until a moment, rounded up; null when there is none. */
export function useRemaining(until: string | null | undefined): number | null {
  const now = useNow();
  return until ? Math.max(0, Math.ceil((Date.parse(until) - now) / 1000)) : null;
}
