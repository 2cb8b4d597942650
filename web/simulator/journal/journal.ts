// The lines of one call in order, each once, and what the caller heard according to them.
import type { JournalEntry } from "./entry.ts";

/** Adds a line in its place; a line that is already there changes nothing (the same array comes back). */
export function withEntry(entries: readonly JournalEntry[], entry: JournalEntry): readonly JournalEntry[] {
  let at = entries.length;
  while (at > 0) {
    const before = entries[at - 1];
    if (before === undefined || before.n < entry.n) break;
    if (before.n === entry.n) return entries;
    at -= 1;
  }
  return at === entries.length ? [...entries, entry] : entries.toSpliced(at, 0, entry);
}

/** Number of the newest line, 0 when there is none. */
export function lastNumber(entries: readonly JournalEntry[]): number {
  return entries.at(-1)?.n ?? 0;
}

/** A detail that is a text and not empty, else null. */
export function textOf(entry: JournalEntry, name: string): string | null {
  const value = entry.detail[name];
  return typeof value === "string" && value !== "" ? value : null;
}
