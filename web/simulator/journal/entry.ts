// One line of the simulator's journal, as its socket sends it. Anything malformed is refused here, once.

export const ENTRY_KINDS = [
  "webhook",
  "instruction",
  "hears",
  "rest",
  "call",
  "queue",
  "conference",
  "message",
  "error",
] as const;

export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface JournalEntry {
  /** Running number, unique in one run of the simulator. */
  readonly n: number;
  /** Seconds since the epoch on the simulator's clock. */
  readonly t: number;
  readonly call_sid: string | null;
  readonly kind: EntryKind;
  readonly title: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKind(value: unknown): value is EntryKind {
  return ENTRY_KINDS.some((kind) => kind === value);
}

/** The entry in a decoded socket frame, or null when the frame is something else. */
export function parseEntry(frame: unknown): JournalEntry | null {
  if (!isRecord(frame)) return null;
  const { n, t, call_sid, kind, title, detail } = frame;
  if (typeof n !== "number" || typeof t !== "number" || !isKind(kind)) return null;
  return {
    n,
    t,
    kind,
    call_sid: typeof call_sid === "string" ? call_sid : null,
    title: typeof title === "string" ? title : "",
    detail: isRecord(detail) ? detail : {},
  };
}
