// Texts and formats of the knowledge pages in the language on screen.
import { useTranslation } from "react-i18next";
import { INTL_LOCALES, type Locale } from "../../shared/i18n/locales.ts";

/** The texts of these pages. */
export function useKnowledgeText() {
  return useTranslation("knowledge").t;
}

export type KnowledgeText = ReturnType<typeof useKnowledgeText>;

/** A share as a percentage with at most one digit after the point; a dash where there is nothing to share. */
export function share(part: number, of: number, locale: Locale): string {
  if (of === 0) return "–";
  return new Intl.NumberFormat(INTL_LOCALES[locale], { style: "percent", maximumFractionDigits: 1 }).format(part / of);
}

/** Day and time of an instant. */
export function moment(at: string, locale: Locale): string {
  return new Intl.DateTimeFormat(INTL_LOCALES[locale], { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" }).format(
    new Date(at),
  );
}

/** A day without a time, such as 2026-11-22. */
export function day(date: string, locale: Locale): string {
  return new Intl.DateTimeFormat(INTL_LOCALES[locale], { dateStyle: "medium", timeZone: "UTC" }).format(new Date(date));
}
