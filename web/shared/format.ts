// Numbers, times and names as people read them. Pure: the language is an argument.
import { INTL_LOCALES, type Locale } from "./i18n/locales.ts";

/** Seconds as m:ss, or h:mm:ss from an hour on; never negative. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Currencies without a minor unit: their `minor` amount is whole. */
const WHOLE = new Set(["TWD", "JPY", "KRW", "VND"]);

/** An amount in minor units as money. */
export function money(minor: number, currency: string, locale: Locale): string {
  const digits = WHOLE.has(currency) ? 0 : 2;
  const amount = (minor / 10 ** digits).toLocaleString(INTL_LOCALES[locale], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return currency === "TWD" ? `NT$${amount}` : `${currency} ${amount}`;
}

const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^\+886(9\d\d)(\d{3})(\d{3})$/, "+886 $1 $2 $3"],
  [/^\+886([2-8])(\d{3,4})(\d{4})$/, "+886 $1 $2 $3"],
  [/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3"],
  [/^\+86(1\d\d)(\d{4})(\d{4})$/, "+86 $1 $2 $3"],
];

/** An E.164 number in readable groups, without the `whatsapp:` before it; other texts come back as they are. */
export function phoneNumber(address: string): string {
  const e164 = address.replace(/^whatsapp:/i, "");
  const found = GROUPS.find(([pattern]) => pattern.test(e164));
  return found ? e164.replace(found[0], found[1]) : e164;
}

/** One or two letters that stand for a name; null when it has none. */
export function initials(name: string): string | null {
  const words = name.trim().split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const first = words[0];
  if (!first) return null;
  const letter = (word: string) => (word.match(/\p{L}/u)?.[0] ?? "").toUpperCase();
  if (/\p{Script=Han}/u.test(first)) return first[0] ?? null;
  const last = words.length > 1 ? words.at(-1) : undefined;
  return letter(first) + (last ? letter(last) : "");
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(INTL_LOCALES[locale], options);
  formats.set(key, known);
  return known;
}

/** Hours and minutes, with seconds when asked: 14:07 or 14:07:31. */
export function clock(at: string | number, locale: Locale, seconds = false): string {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return format(locale, seconds ? { ...options, second: "2-digit" } : options).format(new Date(at));
}

/** Day and month; with the year when it is not `now`'s. */
export function shortDate(at: string, locale: Locale, now: number): string {
  const date = new Date(at);
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: "numeric" } as const);
  return format(locale, { day: "numeric", month: "short", ...year }).format(date);
}

/** A whole day as a heading: Saturday, 21 November. */
export function longDate(at: string, locale: Locale, now: number): string {
  const date = new Date(at);
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: "numeric" } as const);
  return format(locale, { weekday: "long", day: "numeric", month: "long", ...year }).format(date);
}

/** Whole days between two moments in this computer's time zone: 0 = the same day, 1 = the day before. */
export function daysAgo(at: string | number, now: number): number {
  const midnight = (value: string | number) => new Date(value).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}
