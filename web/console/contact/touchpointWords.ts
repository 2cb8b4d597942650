// What a line of the timeline says. Kinds come from the service's log; one we do not know is shown by its own
// text, so that a newer service is never silent.
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

/** Kinds that only need the agent's name and perhaps the words that were said. */
const SIMPLE = {
  "contact.opened": "opened",
  "contact.requeued": "requeued",
  "contact.abandoned": "abandoned",
  "contact.expired": "expired",
  "menu.chosen": "menu_chosen",
  "question.asked": "asked",
  "faq.answered": "answered",
  "faq.helped": "helped",
  "faq.not_helped": "not_helped",
  "announcement.played": "announced",
  "offer.made": "offered",
  "offer.accepted": "accepted",
  "offer.rejected": "rejected",
  "offer.timed_out": "timed_out",
  "offer.withdrawn": "withdrawn",
  "offer.ended": "withdrawn",
  "call.dialled": "call_dialled",
  "call.not_reached": "call_not_reached",
  "call.connected": "call_connected",
  "call.held": "held",
  "call.resumed": "resumed",
  "agent.dropped": "dropped",
  "wrap_up.started": "wrap_up_started",
  "callback.requested": "callback_requested",
  "callback.dialled": "callback_dialled",
  "callback.missed": "callback_missed",
  "callback.reached": "callback_reached",
  "callback.settled": "callback_settled",
  "callback.failed": "callback_failed",
  "callback.cancelled": "callback_cancelled",
  "customer.confirmed": "confirmed",
  "customer.rejected": "not_known",
  "email.received": "email_received",
  "email.sent": "email_sent",
} as const;

/** Where a simple kind keeps the words that were said or written. */
const SAID = ["text", "question", "title", "label", "subject"];

/** Their own words say all that the label of the choice would say again. */
const SAYS_IT = new Set<string>(["faq.helped", "faq.not_helped"]);

type SimpleKind = keyof typeof SIMPLE;
const isSimple = (kind: string): kind is SimpleKind => kind in SIMPLE;

/** The words for one line. */
export function touchpointWords(line: TouchpointView, wording: Wording): Words {
  const { t } = wording;
  const { data, kind } = line;
  const agent = text(data, "agent") ?? line.actor_name ?? t("log.an_agent");
  const takenBy = kind === "offer.withdrawn" ? text(data, "taken_by") : null;
  if (takenBy) return plain(t("log.taken_by", { agent, by: takenBy }));
  if (isSimple(kind)) return plain(t(`log.${SIMPLE[kind]}`, { agent }), SAYS_IT.has(kind) ? null : text(data, ...SAID));
  switch (kind) {
    case "contact.queued":
      return plain(t("log.queued"), reasonWords(text(data, "reason"), t));
    case "contact.connected":
      return plain(t("log.connected", { agent, time: duration(number(data, "waited_seconds")) }));
    case "consult.started":
      return plain(t("log.consult_started", { agent, with: text(data, "with") ?? "" }));
    case "consult.ended":
      return plain(t("log.consult_ended"));
    case "contact.transferred":
      return plain(t("log.transferred", { agent, to: text(data, "to_agent", "to_queue", "to_number") ?? "" }));
    case "contact.ended":
      return plain(endedWords(data, t));
    case "contact.closed":
      return plain(t("log.closed", { outcome: outcomeWords(text(data, "outcome"), t) }));
    case "chat.message":
      return plain(t(line.actor === "agent" ? "log.chat_agent" : "log.chat_customer", { agent }), text(data, "text"));
    case "note.added":
      return { title: t("log.note", { agent }), body: text(data, "body"), note: true };
    case "wrap_up.completed":
      return plain(t("log.wrapped_up", { agent }), dispositionWords(list(data, "dispositions"), wording));
    default:
      return plain(kind.replaceAll(/[._]/g, " "), text(data, "text", "title", "label", "body"));
  }
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

function endedWords(data: Data, t: Text): string {
  const time = duration(number(data, "handled_seconds"));
  const by = text(data, "ended_by");
  if (by === "customer") return t("log.ended_by_customer", { time });
  return by === "agent" ? t("log.ended_by_agent", { time }) : t("log.ended", { time });
}
