// How customers and their past are put into words.
import i18next from "i18next";
import type { PastContact, ScreenPop } from "../../shared/api/index.ts";
import { clock, daysAgo, phoneNumber, shortDate } from "../../shared/format.ts";
import type { Locale } from "../../shared/i18n/locales.ts";
import type { Text } from "../text.ts";

const CHANNELS = ["voice", "chat", "email", "sms", "line", "whatsapp", "web", "callback", "messaging"] as const;
type KnownChannel = (typeof CHANNELS)[number];

/** The name of a channel; one we do not know is shown as it is called. */
export function channelWords(channel: string, t: Text): string {
  const known = CHANNELS.find((one): one is KnownChannel => one === channel);
  return known ? t(`channel.${known}`) : channel;
}

/** How a contact ended. */
export function outcomeWords(outcome: string | null, t: Text): string {
  if (outcome === null) return t("outcome.open");
  const key = `outcome.${outcome}`;
  // `tests/web/test_words.py` sees to it that every outcome has words; one of a newer service is shown as it is called.
  const isKnown = (name: string): name is "outcome.handled" => i18next.exists(name, { ns: "console" });
  return isKnown(key) ? t(key) : outcome.replaceAll("_", " ");
}

/** When, in the shortest clear words: a time today, "yesterday", or a date. */
export function whenWords(at: string, t: Text, locale: Locale, now: number): string {
  const days = daysAgo(at, now);
  if (days === 0) return clock(at, locale);
  return days === 1 ? t("yesterday") : shortDate(at, locale, now);
}

/** "Yesterday · web chat · left while waiting" */
export function lastContactWords(past: PastContact, t: Text, locale: Locale, now: number): string {
  const parts = [whenWords(past.started_at, t, locale, now), channelWords(past.channel, t)];
  if (past.topic_label) parts.push(past.topic_label);
  return [...parts, outcomeWords(past.outcome, t)].join(" · ");
}

/** A label in the page's language, or in any other rather than none. */
export function labelIn(labels: Record<string, string>, locale: Locale): string {
  return labels[locale] ?? labels["en"] ?? Object.values(labels)[0] ?? "";
}

/** Where somebody calls or writes from, for people to read; a site's visitor has no address, a caller may hide it. */
export function addressWords(address: string | null, channel: string, t: Text): string {
  if (address) return phoneNumber(address);
  return t(channel === "chat" ? "number.visitor" : "number.withheld");
}

/** What stands in place of a customer's name: one of several, a hidden number, or one that nobody has called from. */
export function unknownWords(pop: ScreenPop, address: string | null, channel: string, t: Text): string {
  if (pop.candidates.length > 1) return t("identity.several", { count: pop.candidates.length });
  if (pop.candidates.length === 1) return t("identity.single");
  if (address) return t("identity.unknown");
  return t(channel === "chat" ? "identity.visitor" : "identity.withheld");
}
