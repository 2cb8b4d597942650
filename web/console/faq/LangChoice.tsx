import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { isLocale, LOCALE_NAMES, LOCALES, type Locale } from "../../shared/i18n/locales.ts";
import { useText } from "../text.ts";
import css from "./FaqPanel.module.css";

const SHORT: Record<Locale, string> = { en: "EN", "zh-Hant": "繁", "zh-Hans": "简" };

/** In which language to look for answers and read them. */
export function LangChoice({ lang, choose }: { lang: Locale; choose(lang: Locale): void }) {
  const t = useText();
  return (
    <ToggleButtonGroup
      className={css.langs}
      aria-label={t("faq.language")}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[lang]}
      onSelectionChange={(keys) => {
        const [key] = [...keys];
        if (isLocale(key)) choose(key);
      }}
    >
      {LOCALES.map((one) => (
        <ToggleButton key={one} id={one} className={css.lang} aria-label={LOCALE_NAMES[one]}>
          <span lang={one}>{SHORT[one]}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
