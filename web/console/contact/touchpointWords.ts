// What a line of the timeline says. Kinds come from the service's log; one we do not know is shown by its own
// text, so that a newer service is never silent.
import i18next from "i18next";
import type { DispositionOption, TouchpointView } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import type { Locale } from "../../shared/i18n/locales.ts";
import { labelIn, outcomeWords } from "../customer/words.ts";
import type { Text } from "../text.ts";

export interface Words {
  title: string;
  /** What was said or written; shown as it is. */
  body: string | null;
  /** An internal note, on yellow paper. */
  note: boolean;
}

export interface Wording {
  t: Text;
  locale: Locale;
  dispositions: readonly DispositionOption[];
}

type Data = TouchpointView["data"];

const text = (data: Data, ...names: string[]): string | null => {
  for (const name of names) if (typeof data[name] === "string" && data[name] !== "") return data[name];
  return null;
};
const number = (data: Data, name: string): number => (typeof data[name] === "number" ? data[name] : 0);
const list = (data: Data, name: string): string[] => (Array.isArray(data[name]) ? data[name] : []);

const plain = (title: string, body: string | null = null): Words => ({ title, body, note: false });

/** Where a simple kind keeps the words that were said or written. */
const SAID = ["text", "question", "title", "label", "subject"];

/** Their own words say all that the label of the choice would say again. */
const SAYS_IT = new Set<string>(["faq.helped", "faq.not_helped"]);

/** A kind we have words for: `log` in the catalogue is ordered by kind. `tests/web/test_words.py` sees to it that every
 *  kind the service writes has them. */
type LogKey = "an_agent" | "contact.opened";
const isKnown = (kind: string, key = kind): key is LogKey => /^\w+\.\w+$/.test(kind) && i18next.exists(`log.${key}`, { ns: "console" });

/** Kinds whose words depend on more than their name. */
const VARIANTS: Record<string, (line: TouchpointView) => string | null> = {
  "offer.withdrawn": ({ data }) => (text(data, "taken_by") ? "offer.taken_by" : null),
  "contact.ended": ({ data }) => {
    const by = text(data, "ended_by");
    return by === "customer" || by === "agent" ? `contact.ended_by_${by}` : null;
  },
  "chat.message": ({ actor }) => (actor === "agent" ? "chat.message_by_agent" : null),
  "message.sent": ({ actor }) => (actor === "agent" ? "message.sent_by_agent" : null),
  "recording.ended": ({ data }) => (text(data, "status") === "failed" ? "recording.failed" : null),
};

/** The words for one line. */
export function touchpointWords(line: TouchpointView, wording: Wording): Words {
  const { t } = wording;
  const { data, kind } = line;
  const key = VARIANTS[kind]?.(line) ?? kind;
  if (!isKnown(kind, key)) return plain(kind.replaceAll(/[._]/g, " "), text(data, "text", "title", "label", "body"));
  const title = t(`log.${key}`, {
    agent: text(data, "agent") ?? line.actor_name ?? t("log.an_agent"),
    by: text(data, "taken_by") ?? line.actor_name ?? t("log.an_agent"),
    with: text(data, "with") ?? "",
    to: text(data, "to_agent", "to_queue", "to_number") ?? "",
    time: duration(number(data, "waited_seconds") || number(data, "handled_seconds") || number(data, "seconds")),
    outcome: outcomeWords(text(data, "outcome"), t),
    score: number(data, "score"),
  });
  return { title, body: bodyOf(line, wording), note: kind === "note.added" };
}

function bodyOf({ kind, data }: TouchpointView, wording: Wording): string | null {
  const { t } = wording;
  switch (kind) {
    case "contact.queued":
      return reasonWords(text(data, "reason"), t);
    case "contact.diverted":
      return oneOf("diverted", text(data, "action"), t);
    case "call.not_reached":
      return oneOf("not_reached", text(data, "why"), t);
    case "note.added":
      return text(data, "body");
    case "wrap_up.completed":
      return dispositionWords(list(data, "dispositions"), wording);
    default:
      return SAYS_IT.has(kind) ? null : text(data, ...SAID);
  }
}

/** A word of the service that the catalogue has in this part; null for one it has not. */
function oneOf(part: "diverted" | "not_reached", word: string | null, t: Text): string | null {
  const key = `${part}.${word}`;
  const isWord = (name: string): name is "diverted.queue" => i18next.exists(name, { ns: "console" });
  return isWord(key) ? t(key) : null;
}

function dispositionWords(codes: readonly string[], { t, locale, dispositions }: Wording): string | null {
  const labels = codes.map((code) => {
    const option = dispositions.find((one) => one.code === code);
    return option ? labelIn(option.labels, locale) : code;
  });
  return labels.join(t("list_separator")) || null;
}

const REASONS = [
  "asked_for_agent",
  "answer_did_not_help",
  "no_answer_found",
  "no_input",
  "wrong_input",
  "menu_choice",
  "unavailable",
] as const;

function reasonWords(reason: string | null, t: Text): string | null {
  const known = REASONS.find((one) => one === reason);
  return known ? t(`unsolved.${known}`) : null;
}
