// Text that is not saved yet, kept in this browser: a closed tab or a lost connection costs nothing.
import type { Entry } from "./entry.ts";

export interface Unsaved {
  entry: Entry;
  /** The version it was made from; 0 for an article that was never saved. */
  base: number;
  /** What that version was, to merge with. */
  from: Entry;
  at: string;
}

const PREFIX = "switchboard.article.";
const MAX_KEPT = 30;

/** What was being written on an article, or null. */
export function unsavedOf(id: string): Unsaved | null {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + id) ?? "null") as Unsaved | null;
  } catch {
    return null; // not what we wrote
  }
}

/** Keep what is being written; the oldest of many makes room. */
export function keepUnsaved(id: string, unsaved: Unsaved): void {
  const others = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key !== PREFIX + id);
  const oldest = others
    .map((key) => ({ key, at: unsavedOf(key.slice(PREFIX.length))?.at ?? "" }))
    .sort((a, b) => a.at.localeCompare(b.at));
  for (const { key } of oldest.slice(0, Math.max(0, oldest.length + 1 - MAX_KEPT))) localStorage.removeItem(key);
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify(unsaved));
  } catch {
    // No room in this browser: the text stays on the page.
  }
}

/** It is saved, or was thrown away. */
export function forgetUnsaved(id: string): void {
  localStorage.removeItem(PREFIX + id);
}
