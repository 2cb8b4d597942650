// Texts and formats of the console in the language on screen.
import { useTranslation } from "react-i18next";
import { isLocale, type Locale } from "../shared/i18n/locales.ts";

/** The console's catalogue; keys are checked by the compiler. */
export function useText() {
  return useTranslation("console").t;
}

export type Text = ReturnType<typeof useText>;

/** The language on screen. */
export function useLocale(): Locale {
  const { i18n } = useTranslation("console");
  return isLocale(i18n.language) ? i18n.language : "en";
}
