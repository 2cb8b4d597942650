// The widget's texts. The three catalogues hold the same keys; the compiler sees to it. Only one is ever loaded.
import type { Locale } from "../shared/i18n/locales.ts";
import type en from "./texts/en.json";

export type Texts = typeof en;
export type Say = (key: keyof Texts, values?: Record<string, string | number>) => string;

const CATALOGUES: Record<Locale, () => Promise<{ default: Texts }>> = {
  en: () => import("./texts/en.json"),
  "zh-Hant": () => import("./texts/zh-Hant.json"),
  "zh-Hans": () => import("./texts/zh-Hans.json"),
};

/** The texts of one language, with `{name}` filled in. */
export async function speaker(locale: Locale): Promise<Say> {
  const texts = (await CATALOGUES[locale]()).default;
  return (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
