import { PenLine } from "lucide-react";
import { useState } from "react";
import { LOCALE_NAMES, LOCALES, type Locale } from "../../shared/i18n/locales.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { TextArea } from "../../shared/ui/TextArea.tsx";
import css from "./Flows.module.css";
import type { Words } from "./graph.ts";
import { useFlowText } from "./text.ts";

interface WordsFieldProps {
  label: string;
  words: Words | null | undefined;
  /** The languages of the flow. */
  locales: readonly Locale[];
  set(words: Words | null): void;
  rows?: number;
  testId: string;
}

/**
 * A text in every language of the flow, one below the other. One that may be left out (null) is a button until somebody
 * writes it: the product's own words are used.
 */
export function WordsField({ label, words, locales, set, rows = 2, testId }: WordsFieldProps) {
  const t = useFlowText();
  const [isOpen, setOpen] = useState(words !== null);
  if (words === null && !isOpen)
    return (
      <Button look="quiet" onPress={() => setOpen(true)} data-testid={`write-${testId}`}>
        <PenLine size={15} aria-hidden="true" />
        {t("own_words", { field: label })}
      </Button>
    );
  const change = (locale: Locale, text: string) => {
    const next: Words = { ...words };
    if (text) next[locale] = text;
    else delete next[locale];
    set(Object.keys(next).length > 0 ? next : words === null ? null : {});
  };
  return (
    <fieldset className={css.words}>
      <legend>{label}</legend>
      {LOCALES.filter((one) => locales.includes(one)).map((locale) => (
        <div key={locale} data-field={`${testId}.${locale}`}>
          <TextArea
            label={LOCALE_NAMES[locale]}
            rows={rows}
            maxLength={1500}
            value={words?.[locale] ?? ""}
            onChange={(text) => change(locale, text)}
            lang={locale}
            testId={`${testId}-${locale}`}
          />
        </div>
      ))}
    </fieldset>
  );
}
