// Where the caller's call stands, in the words the page shows. Derived from what the network says, never guessed ahead.
import type { CallView } from "./client.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { textOf } from "../journal/journal.ts";

export type Phase = "idle" | "dialling" | "ringing" | "menu" | "waiting" | "talking" | "hold" | "ended";

export type EndReason =
  | "caller"
  | "callee"
  | "api"
  | "network"
  | "busy"
  | "failed"
  | "no-answer"
  | "canceled"
  | "completed"
  | "lost";

const FINAL = ["completed", "busy", "failed", "no-answer", "canceled"] as const;
const BY = ["caller", "callee", "api", "network"] as const;

/** Whether a call status is final. */
export function isFinal(status: string): boolean {
  return FINAL.some((known) => known === status);
}

/** The phase of a call that was dialled; `view` is null until the network has told about it. */
export function phaseOf(view: CallView | null): Phase {
  if (!view) return "dialling";
  if (isFinal(view.status)) return "ended";
  if (view.status !== "in-progress") return view.status === "ringing" ? "ringing" : "dialling";
  if (view.on_hold) return "hold";
  if (view.in_conference && view.peers.length > 0) return "talking";
  return view.in_queue || view.in_conference ? "waiting" : "menu";
}

/** Why an ended call ended: who hung up when the journal says so, else its final status.
 * A call whose instructions could not be had ends as `completed` too, after an apology; here it has failed. */
export function endReason(view: CallView | null, entries: readonly JournalEntry[]): EndReason {
  const status = FINAL.find((known) => known === view?.status) ?? "lost";
  if (status !== "completed") return status;
  if (failedAtLast(view, entries)) return "failed";
  for (const entry of entries.toReversed()) {
    if (entry.kind !== "call" || entry.call_sid !== view?.call_sid) continue;
    const by = textOf(entry, "ended_by");
    const known = BY.find((name) => name === by);
    if (known) return known;
  }
  return "completed";
}

function failedAtLast(view: CallView | null, entries: readonly JournalEntry[]): boolean {
  const last = entries.findLast(
    ({ kind, call_sid }) => (kind === "error" || kind === "instruction") && call_sid === view?.call_sid,
  );
  return last?.kind === "error";
}
