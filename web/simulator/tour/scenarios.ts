// Ready-made calls for newcomers: what the caller does, and the moment in the call at which to do it.
// The keys are those of the demo flow: 3 = ask a question, 1 = yes, 0 = a person.
import { type CallView, type Caller, type Directory, knownCallers, WITHHELD } from "../call/client.ts";
import type { Phase } from "../call/phase.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { Locale } from "../../shared/i18n/locales.ts";

export type ScenarioId = "refund" | "human" | "withheld";

export type Step =
  | { readonly do: "call" }
  | { readonly do: "say"; readonly words: Readonly<Record<Locale, string>> }
  | {
      readonly do: "press";
      readonly key: string;
      /** Not before everything was said; otherwise the caller is quick and interrupts, as regulars do. */
      readonly hearsOut?: true;
      /** Left out where the question does not name the key: outside opening hours the menu is another one. */
      readonly ifOffered?: true;
    }
  | {
      readonly until: "listening" | "waiting" | "talking" | "ended";
      /** The key that answers every question asked on the way there. */
      readonly answering?: string;
    };

export interface Scenario {
  readonly id: ScenarioId;
  readonly steps: readonly Step[];
}

const REFUND: Readonly<Record<Locale, string>> = {
  en: "How long does a refund take?",
  "zh-Hant": "退款要多久？",
  "zh-Hans": "退款要多久？",
};

export const SCENARIOS: readonly Scenario[] = [
  {
    id: "refund",
    steps: [
      { do: "call" },
      { do: "press", key: "3", ifOffered: true },
      { do: "say", words: REFUND },
      { do: "press", key: "1", hearsOut: true },
      { until: "ended", answering: "1" },
    ],
  },
  { id: "human", steps: [{ do: "call" }, { do: "press", key: "0" }, { until: "waiting" }, { until: "talking" }] },
  { id: "withheld", steps: [{ do: "call" }, { until: "listening" }] },
];

/** What a step is decided by. */
export interface Moment {
  readonly phase: Phase;
  readonly view: CallView | null;
  readonly entries: readonly JournalEntry[];
  /** Newest journal line when the caller last did something. */
  readonly sinceN: number;
}

/**
 * Whether the moment of a step has come (`answer`: a question on the way to it is to be answered), can no longer
 * come, is awaited, waits for the line to finish speaking, or is not needed here.
 */
export function momentOf(step: Step, moment: Moment): "now" | "answer" | "never" | "later" | "speaking" | "skip" {
  if ("until" in step) {
    const reached = step.until === "listening" ? listens(moment, "dtmf", "speech") : moment.phase === step.until;
    if (reached) return "now";
    if (moment.phase === "ended") return "never";
    if (step.answering === undefined || !listens(moment, "dtmf")) return "later";
    return moment.view?.hearing ? "speaking" : "answer";
  }
  if (step.do === "call") return "later"; // the start of the tour makes the call
  if (moment.phase === "ended" || moment.phase === "waiting" || moment.phase === "talking") return "never";
  if (!listens(moment, step.do === "say" ? "speech" : "dtmf")) return "later";
  if (step.do === "press" && step.ifOffered && !offers(moment.entries, step.key)) return "skip";
  return step.do === "press" && step.hearsOut && moment.view?.hearing ? "speaking" : "now";
}

// A caller answers a new question, not the one answered before: a new document must have come since.
function listens({ view, entries, sinceN, phase }: Moment, ...inputs: ("dtmf" | "speech")[]): boolean {
  const asked = entries.some((entry) => entry.n > sinceN && entry.kind === "instruction" && entry.title === "Gather");
  return phase === "menu" && asked && inputs.some((input) => inputsOf(view).includes(input));
}

const HAN_DIGITS = "零一二三四五六七八九";

function offers(entries: readonly JournalEntry[], key: string): boolean {
  const question = entries.findLast((entry) => entry.kind === "instruction" && entry.title === "Gather");
  const words = typeof question?.detail["text"] === "string" ? question.detail["text"] : "";
  return words.includes(key) || words.includes(HAN_DIGITS[Number(key)] ?? key);
}

/** The kinds of input the network collects right now. */
export function inputsOf(view: CallView | null): readonly string[] {
  const input = view?.collecting?.input ?? [];
  return typeof input === "string" ? input.split(/\s+/) : input;
}

/** Who makes the call of a scenario: a known customer who speaks the page's language, where there is one. */
export function callerFor(id: ScenarioId, directory: Directory, locale: Locale): Caller | null {
  const known = knownCallers(directory);
  if (id === "withheld") return { label: "", number: WITHHELD, language: null, note: null };
  return known.find((caller) => caller.language === locale) ?? known[0] ?? null;
}

/** What the caller says, in the caller's own language. */
export function wordsOf(step: { readonly words: Readonly<Record<Locale, string>> }, language: string | null): string {
  const locale = (Object.keys(step.words) as Locale[]).find((known) => known === language);
  return step.words[locale ?? "zh-Hant"];
}
