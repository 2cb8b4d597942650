// Turns a journal line into what the log shows: which way it went, its outcome, one line of summary, its details.
import type { EntryKind, JournalEntry } from "../journal/entry.ts";
import { htmlLang } from "../journal/captions.ts";
import { textOf } from "../journal/journal.ts";
import { looksLikeXml, prettyXml } from "./xml.ts";

/** Seen from the application under test: asked of it, told by it, heard by the caller, or within the network. */
export type Direction = "to_app" | "from_app" | "to_caller" | "within";

export interface Outcome {
  readonly text: string;
  readonly good: boolean;
}

export interface Field {
  readonly name: string;
  readonly value: string;
}

export type Detail =
  | { readonly type: "fields"; readonly name: string | null; readonly fields: readonly Field[] }
  | { readonly type: "code"; readonly name: string; readonly text: string };

const DIRECTIONS: Readonly<Record<EntryKind, Direction>> = {
  webhook: "to_app",
  instruction: "from_app",
  rest: "from_app",
  hears: "to_caller",
  call: "within",
  queue: "within",
  conference: "within",
  message: "within",
  error: "within",
};

const SUMMARY = ["text", "digits", "path", "name", "url", "ended_by"] as const;
const ACCOUNT_PATH = /^\/2010-04-01\/Accounts\/AC[0-9a-f]+\//i;
const SHOWN_ELSEWHERE: Readonly<Partial<Record<EntryKind, readonly string[]>>> = {
  webhook: ["status", "ms", "kind", "path"],
  rest: ["status", "ms", "operation"],
};

/** Which way a line went. */
export function directionOf(entry: JournalEntry): Direction {
  return DIRECTIONS[entry.kind];
}

/** The answer of a request, such as `200 · 12 ms`; null for lines that are not requests. */
export function outcomeOf(entry: JournalEntry): Outcome | null {
  if (entry.kind !== "webhook" && entry.kind !== "rest") return null;
  const { status, ms } = entry.detail;
  if (status === undefined || status === null) return null;
  const code = Number(status);
  const text = typeof ms === "number" ? `${String(status)} · ${ms} ms` : String(status);
  return { text, good: code >= 200 && code < 400 };
}

/** What the line is called; empty where the summary says it all. */
export function titleOf(entry: JournalEntry): string {
  if (entry.kind === "hears") return "";
  return (entry.kind === "rest" && textOf(entry, "operation")) || entry.title;
}

/** One line that says what it was about; empty when the title says it all. */
export function summaryOf(entry: JournalEntry): string {
  const attributes = entry.detail["attributes"];
  for (const name of SUMMARY) {
    const text = textOf(entry, name);
    if (text !== null && (text !== entry.title || entry.kind === "hears")) return shortUrl(text);
  }
  return isRecord(attributes) ? inline(attributes) : "";
}

/** The `lang` of the words in a line, where it tells. */
export function langOf(entry: JournalEntry): string | undefined {
  const attributes = entry.detail["attributes"];
  const language = isRecord(attributes) ? attributes["language"] : entry.detail["language"];
  return typeof language === "string" && language !== "" ? htmlLang(language) : undefined;
}

/** Everything a line holds, laid out: plain values first, then form fields, then documents. */
export function detailsOf(entry: JournalEntry): readonly Detail[] {
  const plain: Field[] = [];
  const rest: Detail[] = [];
  for (const [name, value] of Object.entries(entry.detail)) {
    if (value === null || value === undefined || value === "") continue;
    if (SHOWN_ELSEWHERE[entry.kind]?.includes(name)) continue;
    if (isRecord(value)) rest.push(...fieldsOf(name, Object.entries(value)));
    else if (isPairs(value)) rest.push(...fieldsOf(name, value));
    else if (Array.isArray(value)) rest.push({ type: "code", name, text: JSON.stringify(value, null, 2) });
    else if (typeof value === "string" && looksLikeXml(value)) rest.push({ type: "code", name, text: prettyXml(value) });
    else plain.push({ name, value: String(value) });
  }
  return plain.length > 0 ? [{ type: "fields", name: null, fields: plain }, ...rest] : rest;
}

// A REST form may hold a name several times, so it comes as pairs.
function isPairs(value: unknown): value is readonly [string, unknown][] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}

function fieldsOf(name: string, pairs: readonly (readonly [string, unknown])[]): Detail[] {
  const fields = pairs.map(([key, item]) => ({
    name: key,
    value: typeof item === "string" ? item : JSON.stringify(item),
  }));
  return fields.length > 0 ? [{ type: "fields", name, fields }] : [];
}

function inline(attributes: Record<string, unknown>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join("  ");
}

// Paths of the REST API all begin with the account, which says nothing here.
function shortUrl(text: string): string {
  if (text.startsWith("/")) return text.replace(ACCOUNT_PATH, "/");
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  return url.pathname + url.search;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
