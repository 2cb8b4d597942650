// How long to wait before the next attempt: full jitter, so that a thousand consoles do not return at once.

const FLOOR_MS = 200;
const CEILING_MS = 5_000;

/** Milliseconds before attempt `attempt` (0 = the first after a loss); `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const bound = Math.min(CEILING_MS, FLOOR_MS * 2 ** attempt);
  return FLOOR_MS + random * (bound - FLOOR_MS);
}
