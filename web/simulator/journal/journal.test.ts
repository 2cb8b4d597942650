import { expect, test } from "vitest";
import { conversation, htmlLang } from "./captions.ts";
import { type EntryKind, type JournalEntry, parseEntry } from "./entry.ts";
import { type CallJournal, emptyJournal, withEntry } from "./journal.ts";

const CALL = `CA${"1".repeat(32)}`;
const OTHER = `CA${"2".repeat(32)}`;
const CONFERENCE = `CF${"3".repeat(32)}`;

function entry(n: number, kind: EntryKind = "call", detail: Record<string, unknown> = {}, sid: string | null = CALL): JournalEntry {
  return { n, t: 1_000 + n, call_sid: sid, kind, title: "", detail };
}

function hears(n: number, text: string, language: string | null = "en-US", sid = CALL): JournalEntry {
  return entry(n, "hears", { text, language, interruptible: true }, sid);
}

function journalOf(...entries: JournalEntry[]): CallJournal {
  return entries.reduce(withEntry, emptyJournal(CALL));
}

function numbers(journal: CallJournal): number[] {
  return journal.lines.map((line) => line.n);
}

test("a line that came twice is kept once", () => {
  const journal = journalOf(entry(1), entry(2), entry(4, "call", {}, OTHER));
  expect(withEntry(journal, entry(2))).toBe(journal);
  expect(withEntry(journal, entry(1))).toBe(journal);
  expect(withEntry(journal, entry(4, "call", {}, OTHER))).toBe(journal);
});

test("a late line goes to its place", () => {
  expect(numbers(journalOf(entry(1), entry(5), entry(3), entry(9)))).toEqual([1, 3, 5, 9]);
});

test("calls of other people stay out, even when a list names both", () => {
  const members = entry(3, "rest", { path: "/Queues/QU1/Members.json", answer: { members: [CALL, OTHER] } }, null);
  expect(numbers(journalOf(entry(1), entry(2, "call", {}, OTHER), members, entry(4, "hears", {}, OTHER)))).toEqual([1, 3]);
});

test("the agent's leg joins, with what came before, once a conference ties it to the call", () => {
  const journal = journalOf(
    entry(1),
    entry(2, "rest", { path: "/2010-04-01/Accounts/AC1/Conferences/room-7/Participants.json" }, OTHER),
    entry(3, "call", {}, OTHER),
    entry(4, "conference", { conference_sid: CONFERENCE, name: "room-7" }, OTHER),
  );
  expect(numbers(journal)).toEqual([1]);
  const tied = withEntry(journal, entry(5, "conference", { conference_sid: CONFERENCE, name: "room-7" }));
  expect(numbers(tied)).toEqual([1, 2, 3, 4, 5]);
  expect(numbers(withEntry(tied, entry(6, "call", {}, OTHER)))).toEqual([1, 2, 3, 4, 5, 6]);
});

test("captions are what this caller hears, in the language it is spoken in", () => {
  const lines = conversation(CALL, [hears(1, "您好", "cmn-TW"), entry(2), hears(3, "agent tone", null, OTHER)]);
  expect(lines).toEqual([
    { type: "heard", id: "n1", text: "您好", sound: false, lang: "zh-Hant-TW", speaker: null },
  ]);
});

test("music that goes on is one caption, and a sentence in between starts it anew", () => {
  const music = (n: number) => hears(n, "♪ wait.wav", null);
  const lines = conversation(CALL, [music(1), music(2), hears(3, "One moment"), music(4)]);
  expect(lines.map((line) => line.text)).toEqual(["wait.wav", "One moment", "wait.wav"]);
});

test("what the caller did stands where it was done, and keys in a row are one line", () => {
  const lines = conversation(CALL, [
    hears(1, "Your number?"),
    entry(2, "call", { digits: "1", taken: "1" }),
    entry(3, "call", { digits: "2", taken: "2" }),
    hears(4, "Is that right?"),
    entry(5, "call", { text: "yes", taken: true }),
    entry(6, "call", { ended_by: null }),
  ]);
  expect(lines.map((line) => [line.type, line.text])).toEqual([
    ["heard", "Your number?"],
    ["pressed", "12"],
    ["heard", "Is that right?"],
    ["said", "yes"],
  ]);
});

test("keys and words that nobody listened to are marked as lost", () => {
  const lines = conversation(CALL, [
    entry(1, "call", { digits: "7", taken: "" }),
    entry(2, "call", { text: "hello?", taken: false }),
  ]);
  expect(lines).toEqual([
    { type: "pressed", id: "n1", text: "7", taken: false },
    { type: "said", id: "n2", text: "hello?", taken: false },
  ]);
});

test("in a conference words reach the others, and a person who speaks is named", () => {
  const lines = conversation(CALL, [
    entry(1, "conference", { label: "customer" }),
    entry(2, "call", { text: "hello?", taken: false }),
    entry(3, "hears", { text: "Hello, this is Mei", language: null, speaker: "agent_7" }),
  ]);
  expect(lines).toMatchObject([{ taken: true }, { type: "heard", lang: null, speaker: "agent_7" }]);
});

test("speech languages become tags that choose the right script", () => {
  expect(htmlLang("cmn-TW")).toBe("zh-Hant-TW");
  expect(htmlLang("cmn-Hans-CN")).toBe("zh-Hans-CN");
  expect(htmlLang("en-US")).toBe("en-US");
});

test("a frame is a journal line only with number, time and a known kind", () => {
  expect(parseEntry({ n: 1, t: 2, kind: "queue", call_sid: null, title: "entered", detail: { name: "q" } })).toEqual({
    n: 1,
    t: 2,
    kind: "queue",
    call_sid: null,
    title: "entered",
    detail: { name: "q" },
  });
  expect(parseEntry({ n: "1", t: 2, kind: "queue" })).toBeNull();
  expect(parseEntry([])).toBeNull();
});
