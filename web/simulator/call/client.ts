// The control API of the phone simulator: what a person with a phone can do, and what the network knows of it.

export interface PhoneNumber {
  readonly number: string;
  readonly label: string;
}

export interface Caller {
  readonly label: string;
  /** E.164, or null for a caller who withholds the number. */
  readonly number: string | null;
  readonly language: string | null;
  readonly note: string | null;
}

export interface Directory {
  readonly numbers: readonly PhoneNumber[];
  readonly callers: readonly Caller[];
}

/** Where a call stands, as the network sees it. */
export interface CallView {
  readonly call_sid: string;
  readonly status: string;
  readonly from: string;
  readonly to: string;
  /** `inbound` when the person dialled, else the product dialled the person. */
  readonly direction: string;
  /** What plays to the caller right now: words, or the name of a sound. */
  readonly hearing: string | null;
  readonly collecting: { readonly input: string | readonly string[]; readonly numDigits: number | null } | null;
  readonly in_queue: string | boolean | null;
  readonly in_conference: string | boolean | null;
  readonly on_hold: boolean;
  readonly peers: readonly string[];
}

/** What rings or talks because the product dialled it. */
export interface Legs {
  readonly legs: readonly CallView[];
  readonly last_n: number;
}

/** `from` of a caller who withholds the number. */
export const WITHHELD = "anonymous";

/** The callers who show a number, in the directory's order. */
export function knownCallers(directory: Directory): readonly Caller[] {
  return directory.callers.filter(({ number }) => number !== null && number !== WITHHELD);
}

const TIMEOUT = 8_000; // ms

export type FailureKind = "unreachable" | "refused" | "gone";

/** A request that did not succeed: nobody there, the simulator said no (and why), or the call is unknown. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly kind: FailureKind;
  readonly field: string | null;

  constructor(kind: FailureKind, message: string, field: string | null = null) {
    super(message);
    this.kind = kind;
    this.field = field;
  }
}

/** What the phone needs of the simulator; the tests give it one that answers by itself. */
export interface Control {
  directory(): Promise<Directory>;
  dial(from: string, to: string): Promise<string>;
  press(callSid: string, digits: string): Promise<void>;
  say(callSid: string, text: string): Promise<void>;
  hangUp(callSid: string): Promise<void>;
  /** The person rung answers, or refuses. */
  answer(callSid: string): Promise<void>;
  reject(callSid: string): Promise<void>;
  call(callSid: string): Promise<CallView>;
  /** Live legs the product dialled, newest first, and the number of the newest journal line. */
  legs(): Promise<Legs>;
  /** Number of the call's first journal line. */
  firstLine(callSid: string): Promise<number>;
  /** Address of the socket with all journal lines; those up to `lastN` need not be sent again. */
  eventsUrl(lastN: number): string;
}

/** The control API at an address such as `http://127.0.0.1:8010`. */
export function controlAt(base: string): Control {
  const root = base.replace(/\/+$/, "");
  const of = (callSid: string, verb: string) => `/sim/calls/${encodeURIComponent(callSid)}${verb}`;
  return {
    directory: () => request<Directory>(root, "GET", "/sim/directory"),
    dial: async (from, to) =>
      (await request<{ call_sid: string }>(root, "POST", "/sim/calls", { from, to })).call_sid,
    press: (callSid, digits) => request<void>(root, "POST", of(callSid, "/press"), { digits }),
    say: (callSid, text) => request<void>(root, "POST", of(callSid, "/say"), { text }),
    hangUp: (callSid) => request<void>(root, "POST", of(callSid, "/hangup")),
    answer: (callSid) => request<void>(root, "POST", of(callSid, "/answer")),
    reject: (callSid) => request<void>(root, "POST", of(callSid, "/reject")),
    legs: () => request<Legs>(root, "GET", "/sim/endpoints"),
    call: (callSid) => request<CallView>(root, "GET", of(callSid, "")),
    firstLine: async (callSid) => {
      const path = `/sim/journal?call=${encodeURIComponent(callSid)}`;
      return (await request<{ entries: readonly { n: number }[] }>(root, "GET", path)).entries[0]?.n ?? 1;
    },
    eventsUrl: (lastN) => {
      const url = new URL("/sim/events", root);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      if (lastN > 0) url.searchParams.set("after", String(lastN));
      return url.href;
    },
  };
}

/** Ask the control API. Rejects with ControlError. */
export async function request<T>(root: string, method: string, path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(root + path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT),
      ...(body ? { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {}),
    });
  } catch (error) {
    throw new ControlError("unreachable", String(error));
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusal(response.status, answer);
  return answer as T;
}

function refusal(status: number, answer: unknown): ControlError {
  const { error, field } = (answer ?? {}) as { error?: unknown; field?: unknown };
  return new ControlError(
    status === 404 ? "gone" : "refused",
    typeof error === "string" ? error : `HTTP ${status}`,
    typeof field === "string" ? field : null,
  );
}
