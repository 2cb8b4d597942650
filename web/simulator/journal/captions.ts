// What the caller hears and does, as one conversation.
import type { JournalEntry } from "./entry.ts";
import { textOf } from "./journal.ts";

export interface Heard {
  readonly type: "heard";
  readonly id: string;
  /** Words, or the name of the audio when `sound`. */
  readonly text: string;
  readonly sound: boolean;
  /** BCP 47 tag for the `lang` attribute; null for a sound. */
  readonly lang: string | null;
  /** Who speaks, when it is a person in the same conference. */
  readonly speaker: string | null;
}

export interface Done {
  readonly type: "pressed" | "said";
  readonly id: string;
  readonly text: string;
  /** Whether anybody listened: keys and words outside a question are lost. */
  readonly taken: boolean;
}

export type Line = Heard | Done;

const SOUND = /^♪\s*/;

/** Whether what is heard is a sound and not words. */
export function isMusic(hearing: string | null): boolean {
  return hearing !== null && SOUND.test(hearing);
}

/** Speech languages of the network whose tags a browser does not know, or knows without the script. */
const LANGS: Readonly<Record<string, string>> = {
  "cmn-tw": "zh-Hant-TW",
  "cmn-hant-tw": "zh-Hant-TW",
  "zh-tw": "zh-Hant-TW",
  "cmn-cn": "zh-Hans-CN",
  "cmn-hans-cn": "zh-Hans-CN",
  "zh-cn": "zh-Hans-CN",
  zh: "zh-Hans",
  "yue-hk": "zh-Hant-HK",
  "yue-hant-hk": "zh-Hant-HK",
  "zh-hk": "zh-Hant-HK",
};

/** The `lang` attribute for a speech language such as `cmn-TW`. */
export function htmlLang(language: string): string {
  return LANGS[language.toLowerCase()] ?? language;
}

/** Everything said, played and done on the call `sid`, in order; music that only goes on is one line. */
export function conversation(sid: string, entries: readonly JournalEntry[]): readonly Line[] {
  const lines: Line[] = [];
  let inConference = false;
  for (const entry of entries) {
    if (entry.call_sid !== sid) continue;
    inConference ||= entry.kind === "conference";
    const line = heardIn(entry) ?? doneIn(entry, inConference);
    const before = lines.at(-1);
    if (!line || (before && goesOn(before, line))) continue;
    if (before && isSameKeying(before, line)) lines[lines.length - 1] = { ...before, text: before.text + line.text };
    else lines.push(line);
  }
  return lines;
}

function heardIn(entry: JournalEntry): Heard | null {
  const text = textOf(entry, "text");
  if (entry.kind !== "hears" || text === null) return null;
  const sound = SOUND.test(text);
  const language = textOf(entry, "language");
  return {
    type: "heard",
    id: `n${entry.n}`,
    text: text.replace(SOUND, ""),
    sound,
    lang: sound || language === null ? null : htmlLang(language),
    speaker: textOf(entry, "speaker"),
  };
}

// Words nobody collects are not lost in a conference: the others hear them.
function doneIn(entry: JournalEntry, inConference: boolean): Done | null {
  if (entry.kind !== "call") return null;
  const { taken } = entry.detail;
  const id = `n${entry.n}`;
  const digits = textOf(entry, "digits");
  if (digits !== null) return { type: "pressed", id, text: digits, taken: taken !== "" };
  const text = textOf(entry, "text");
  return text === null ? null : { type: "said", id, text, taken: taken === true || inConference };
}

function goesOn(before: Line, line: Line): boolean {
  return line.type === "heard" && line.sound && before.type === "heard" && before.sound && before.text === line.text;
}

// Keys pressed in a row are one line, as the person meant them.
function isSameKeying(before: Line, line: Line): boolean {
  return before.type === "pressed" && line.type === "pressed" && before.taken === line.taken;
}
