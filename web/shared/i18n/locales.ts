// The languages of the product, and which of them to start with.

export type Locale = "en" | "zh-Hant" | "zh-Hans";

export const LOCALES: readonly Locale[] = ["en", "zh-Hant", "zh-Hans"];

/** Each language named in itself. */
export const LOCALE_NAMES: Record<Locale, string> = { en: "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文" };

/** The tag that `Intl` and React Aria know the language by. */
export const INTL_LOCALES: Record<Locale, string> = { en: "en-GB", "zh-Hant": "zh-TW", "zh-Hans": "zh-CN" };

const KEY = "switchboard.locale";

/** Is this one of the product's languages? */
export function isLocale(value: unknown): value is Locale {
  return LOCALES.some((locale) => locale === value);
}

/** The language chosen in this browser, or null. */
export function keptLocale(): Locale | null {
  const kept = localStorage.getItem(KEY);
  return isLocale(kept) ? kept : null;
}

/** Remember a choice for this browser. */
export function keepLocale(locale: Locale): void {
  localStorage.setItem(KEY, locale);
}

/** The best of our languages for a list of BCP 47 tags, most wanted first. */
export function matchLocale(tags: readonly string[]): Locale {
  for (const tag of tags) {
    const parts = tag.toLowerCase().split("-");
    if (parts[0] === "en") return "en";
    if (parts[0] !== "zh" && parts[0] !== "yue") continue;
    if (parts.includes("hans")) return "zh-Hans";
    if (parts.includes("hant")) return "zh-Hant";
    return ["cn", "sg", "my"].some((region) => parts.includes(region)) ? "zh-Hans" : "zh-Hant";
  }
  return "en";
}
