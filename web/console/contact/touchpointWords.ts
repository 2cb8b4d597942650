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

/** The words for one line. */
export function touchpointWords(line: TouchpointView, { t, locale, dispositions }: Wording): Words {
  const { data } = line;
  const agent = text(data, "agent") ?? line.actor_name ?? t("log.an_agent");
  switch (line.kind) {
    case "contact.opened":
      return plain(t("log.opened"));
    case "contact.queued":
      return plain(t("log.queued"), text(data, "topic_label"));
    case "contact.requeued":
      return plain(t("log.requeued"));
    case "contact.connected":
      return plain(t("log.connected", { agent, time: duration(number(data, "waited_seconds")) }));
    case "contact.ended":
      return plain(endedWords(data, t));
    case "contact.closed":
      return plain(t("log.closed", { outcome: outcomeWords(text(data, "outcome"), t) }));
    case "offer.made":
      return plain(t("log.offered", { agent }));
    case "offer.accepted":
      return plain(t("log.accepted", { agent }));
    case "offer.rejected":
      return plain(t("log.rejected", { agent }));
    case "offer.timed_out":
      return plain(t("log.timed_out", { agent }));
    case "offer.withdrawn":
    case "offer.ended":
      return plain(t("log.withdrawn", { agent }));
    case "customer.confirmed":
      return plain(t("log.confirmed", { agent }));
    case "customer.rejected":
      return plain(t("log.not_known", { agent }));
    case "note.added":
      return { title: t("log.note", { agent }), body: text(data, "body"), note: true };
    case "wrap_up.completed": {
      const codes = list(data, "dispositions").map((code) => {
        const option = dispositions.find((one) => one.code === code);
        return option ? labelIn(option.labels, locale) : code;
      });
      return plain(t("log.wrapped_up", { agent }), codes.join(t("list_separator")) || null);
    }
    default:
      return otherWords(line, t);
  }
}

function endedWords(data: Data, t: Text): string {
  const time = duration(number(data, "handled_seconds"));
  const by = text(data, "ended_by");
  if (by === "customer") return t("log.ended_by_customer", { time });
  return by === "agent" ? t("log.ended_by_agent", { time }) : t("log.ended", { time });
}

const STEPS = ["greeting", "menu", "question", "answer", "helped", "queued", "announcement"] as const;

function otherWords(line: TouchpointView, t: Text): Words {
  const words = text(line.data, "text", "title", "label", "body", "article_title", "question");
  const last = line.kind.slice(line.kind.lastIndexOf(".") + 1);
  const step = STEPS.find((known) => known === last || known === line.data["kind"]);
  return plain(step ? t(`path.${step}`) : line.kind.replaceAll(/[._]/g, " "), words);
}
