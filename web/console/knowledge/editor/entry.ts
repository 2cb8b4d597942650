// An article as the editor holds it: every field there, so that two states can be compared. Pure.
import type { Audience, ContentFields, EntryFields, Language } from "../../../shared/api/index.ts";
import { LOCALES } from "../../../shared/i18n/locales.ts";

export type Content = Required<ContentFields>;

export interface Entry {
  topic: string;
  contents: Partial<Record<Language, Content>>;
  audience: Audience;
  auto_answer: boolean;
  valid_from: string | null;
  valid_to: string | null;
  tags: string[];
  owner_id: string | null;
  review_on: string | null;
}

export const EMPTY: Content = {
  question: "",
  answer: "",
  answer_short: "",
  wordings: [],
  spoken_steps: [],
  category: "",
};

/** What a new article begins with: nothing but the language of its author. */
export function newEntry(language: Language): Entry {
  return {
    topic: "general",
    contents: { [language]: EMPTY },
    audience: "both",
    auto_answer: true,
    valid_from: null,
    valid_to: null,
    tags: [],
    owner_id: null,
    review_on: null,
  };
}

/** An entry as the service tells it, with every field. */
export function entryOf(fields: EntryFields): Entry {
  const contents = LOCALES.flatMap((language) => {
    const content = fields.contents[language];
    return content ? [[language, { ...EMPTY, ...content }] as const] : [];
  });
  return {
    topic: fields.topic,
    contents: Object.fromEntries(contents),
    audience: fields.audience ?? "both",
    auto_answer: fields.auto_answer ?? true,
    valid_from: fields.valid_from ?? null,
    valid_to: fields.valid_to ?? null,
    tags: fields.tags ?? [],
    owner_id: fields.owner_id ?? null,
    review_on: fields.review_on ?? null,
  };
}

const filled = (lines: readonly string[]) => lines.map((line) => line.trim()).filter(Boolean);

/** What is sent: without empty lines, and without languages in which nothing is written. */
export function fieldsOf(entry: Entry): EntryFields {
  const contents = Object.entries(entry.contents)
    .map(([language, one]) => [language, { ...one, wordings: filled(one.wordings), spoken_steps: filled(one.spoken_steps) }] as const)
    .filter(([, one]) => JSON.stringify({ ...one, category: "" }) !== JSON.stringify(EMPTY));
  return { ...entry, tags: filled(entry.tags), contents: Object.fromEntries(contents) };
}

/** Do two states say the same? */
export function isSame(a: Entry, b: Entry): boolean {
  return fieldNames(a, b).every((name) => equal(fieldOf(a, name), fieldOf(b, name)));
}

/** Are two values of a field the same? */
export function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** Every field of two states, named as the service names them: `contents.zh-Hant.answer`. */
export function fieldNames(...entries: Entry[]): string[] {
  const names = new Set<string>();
  for (const entry of entries) {
    for (const name of Object.keys(entry)) if (name !== "contents") names.add(name);
    for (const language of Object.keys(entry.contents))
      for (const name of Object.keys(EMPTY)) names.add(`contents.${language}.${name}`);
  }
  return [...names];
}

/** The value of a field; of a language that is not there, as if it were empty. */
export function fieldOf(entry: Entry, name: string): unknown {
  const [first = "", language, field] = name.split(".");
  if (first !== "contents") return entry[first as keyof Entry];
  return (entry.contents[language as Language] ?? EMPTY)[field as keyof Content];
}

/** The entry with another value in a field. */
export function withField(entry: Entry, name: string, value: unknown): Entry {
  const [first = "", language, field = ""] = name.split(".");
  if (first !== "contents") return { ...entry, [first]: value };
  const content = { ...EMPTY, ...entry.contents[language as Language], [field]: value };
  return { ...entry, contents: { ...entry.contents, [language as Language]: content } };
}
