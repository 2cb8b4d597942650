// What the editor knows of each kind of step: its picture, what a new one holds, and how its fields are edited.
import {
  BookOpenText, Bot, CircleHelp, Clock, DoorOpen, Globe, Hand, Hash, Languages, ListTree, type LucideIcon,
  MessageCircleQuestion, MessageSquareText, PhoneCall, PhoneOff, SearchCheck, Send, Settings2, Split, SquareDashed, Users,
  Voicemail,
} from "lucide-react"; // prettier-ignore
import type { FlowNode } from "./graph.ts";

interface Kind {
  icon: LucideIcon;
  /** Every field of a new one but its id. */
  blank: Record<string, unknown>;
}

const ASKING = { timeout_seconds: 6, otherwise: null };
const ROUTED = { prompt: null, queue: null, priority: null, skills: [], topic: null };

export const KINDS: Readonly<Record<string, Kind>> = {
  greeting: { icon: Hand, blank: { known: null, unknown: null, withheld: null, next: null } },
  say: { icon: MessageSquareText, blank: { prompt: {}, interruptible: true, next: null } },
  menu: { icon: ListTree, blank: { prompt: {}, options: [], ...ASKING, timeout_seconds: 5 } },
  ask: { icon: MessageCircleQuestion, blank: { prompt: null, found: null, unsure: null, none: null, silence: null, ...ASKING } },
  answer: { icon: BookOpenText, blank: { intro: null, next: null, otherwise: null } },
  confirm: { icon: CircleHelp, blank: { prompt: null, yes: null, no: null, ...ASKING } },
  choose: { icon: Bot, blank: { intro: null, next: null, none: null, ...ASKING } },
  hours: { icon: Clock, blank: { open: null, closed: null } },
  set: { icon: Settings2, blank: { topic: null, queue: null, priority: null, skills: [], next: null } },
  language: { icon: Languages, blank: { options: [], next: null, ...ASKING, timeout_seconds: 5 } },
  lookup: { icon: SearchCheck, blank: { what: "customer", value: null, found: null, none: null } },
  number: { icon: Hash, blank: { prompt: {}, value: "number", min_digits: 1, max_digits: 20, next: null, ...ASKING } },
  branch: { icon: Split, blank: { value: "number", cases: [], otherwise: null } },
  request: {
    icon: Globe,
    blank: { prompt: null, method: "GET", url: "https://", body: {}, results: {}, timeout_seconds: 5, next: null, failed: null },
  },
  message: { icon: Send, blank: { text: {}, next: null } },
  queue: { icon: Users, blank: { ...ROUTED, closed: null } },
  callback: { icon: PhoneCall, blank: { ...ROUTED, otherwise: null } },
  voicemail: { icon: Voicemail, blank: { ...ROUTED, otherwise: null } },
  close: { icon: DoorOpen, blank: { prompt: null } },
  hangup: { icon: PhoneOff, blank: { prompt: null, outcome: "ended" } },
};

export const iconOf = (kind: string): LucideIcon => KINDS[kind]?.icon ?? SquareDashed;

export type Editing =
  | "words" | "link" | "queue" | "topic" | "number" | "list" | "flag" | "choice" | "options" | "cases" | "line" | "pairs" | "unknown"; // prettier-ignore

/** The values of fields that know only a few. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  outcome: ["ended", "out_of_hours"],
  what: ["customer", "order"],
  method: ["GET", "POST"],
};

const AS_NAMED: Readonly<Record<string, Editing>> = {
  queue: "queue",
  topic: "topic",
  options: "options",
  cases: "cases",
  skills: "list",
  priority: "number",
  value: "line",
  url: "line",
  body: "pairs",
  results: "pairs",
};

const WORDS = ["prompt", "intro", "known", "unknown", "withheld", "text"];
const ASIDE = ["id", "kind", "name", "position"];

/** How a field is edited. */
export function editingOf(field: string, value: unknown, isLink: boolean): Editing {
  if (isLink) return "link";
  if (WORDS.includes(field)) return "words";
  if (CHOICES[field]) return "choice";
  const named = AS_NAMED[field];
  if (named) return named;
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "flag" : "unknown";
}

/** The fields of a node that can be edited, in the order of its kind; of an unknown kind, all that it has. */
export function fieldsOf(node: FlowNode): string[] {
  const known = Object.keys(KINDS[node.kind]?.blank ?? {});
  return [...new Set([...known, ...Object.keys(node).filter((field) => !ASIDE.includes(field))])];
}
