// The lines of one call out of everything the network does: its own leg's, and those of whoever it is connected with.
// A leg belongs to the call once a conference ties them, so lines that came before that are kept ready and join then.
import type { JournalEntry } from "./entry.ts";

export interface CallJournal {
  /** The call's lines in order, each once. */
  readonly lines: readonly JournalEntry[];
  /** Newest lines that belong to nobody we know of yet. */
  readonly others: readonly JournalEntry[];
  /** Legs and conferences that belong to the call. */
  readonly ties: ReadonlySet<string>;
}

const OTHERS_KEPT = 2_000;
const SID = /\b(?:CA|CF)[0-9a-fA-F]{32}\b/g;
const CONFERENCE_PATH = /\/Conferences\/([^/.]+)/;

/** The journal of a call nothing is known of yet. */
export function emptyJournal(sid: string): CallJournal {
  return { lines: [], others: [], ties: new Set([sid]) };
}

/** Takes a line in; one that is there already changes nothing (the same journal comes back). */
export function withEntry(journal: CallJournal, entry: JournalEntry): CallJournal {
  if (has(journal.lines, entry.n) || has(journal.others, entry.n)) return journal;
  if (!belongs(entry, journal.ties)) {
    return { ...journal, others: inserted(journal.others, entry).slice(-OTHERS_KEPT) };
  }
  const ties = new Set([...journal.ties, ...tiesOf(entry)]);
  const next = { ...journal, lines: inserted(journal.lines, entry), ties };
  return ties.size === journal.ties.size ? next : withTied(next);
}

/** A detail that is a text and not empty, else null. */
export function textOf(entry: JournalEntry, name: string): string | null {
  const value = entry.detail[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function withTied(journal: CallJournal): CallJournal {
  const tied = journal.others.filter((entry) => belongs(entry, journal.ties));
  const others = journal.others.filter((entry) => !tied.includes(entry));
  return tied.reduce<CallJournal>(withEntry, { ...journal, others });
}

function has(entries: readonly JournalEntry[], n: number): boolean {
  return entries.findLast((entry) => entry.n <= n)?.n === n;
}

function inserted(entries: readonly JournalEntry[], entry: JournalEntry): readonly JournalEntry[] {
  const at = entries.findLastIndex((other) => other.n < entry.n) + 1;
  return entries.toSpliced(at, 0, entry);
}

function belongs(entry: JournalEntry, ties: ReadonlySet<string>): boolean {
  return [...tiesOf(entry), ...mentionsOf(entry)].some((mark) => ties.has(mark));
}

/** What an entry of the call brings into it: its leg and its conference. */
function tiesOf(entry: JournalEntry): string[] {
  const conference = entry.kind === "conference" ? [textOf(entry, "conference_sid"), textOf(entry, "name")] : [];
  return [entry.call_sid, ...conference].filter((mark) => mark !== null);
}

/** What it merely speaks of: a list of everybody who waits must not make them all one call. */
function mentionsOf(entry: JournalEntry): string[] {
  const conference = CONFERENCE_PATH.exec(textOf(entry, "path") ?? "")?.[1];
  const sids = JSON.stringify(entry.detail).match(SID) ?? [];
  return conference === undefined ? sids : [decodeURIComponent(conference), ...sids];
}
