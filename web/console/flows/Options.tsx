import { Plus, Trash2 } from "lucide-react";
import { Button, IconButton } from "../../shared/ui/Button.tsx";
import { isLocale, LOCALE_NAMES, LOCALES, type Locale } from "../../shared/i18n/locales.ts";
import { Line } from "../../shared/ui/Line.tsx";
import { Select } from "../../shared/ui/Select.tsx";
import css from "./Flows.module.css";
import type { FlowNode, Words } from "./graph.ts";
import { LinkField } from "./LinkField.tsx";
import { useFlowText } from "./text.ts";
import type { FlowEditing } from "./useFlow.ts";
import { WordsField } from "./WordsField.tsx";

interface Option {
  key: string;
  label?: Words;
  words?: Partial<Record<Locale, string[]>> | string[];
  locale?: Locale;
  next?: string | null;
}

interface OptionsProps {
  node: FlowNode;
  editing: FlowEditing;
  set(field: string, value: unknown): void;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** The choices of a menu, or the languages to choose from: key, words, and where each leads. */
export function Options({ node, editing, set }: OptionsProps) {
  const t = useFlowText();
  const options = (node["options"] as Option[] | undefined) ?? [];
  const isLanguages = node.kind === "language";
  const add = () => {
    const key = KEYS.find((one) => !options.some((option) => option.key === one)) ?? "9";
    const locale = editing.flow.locales.find((one) => !options.some((option) => option.locale === one)) ?? editing.flow.default_locale;
    set("options", [...options, isLanguages ? { key, locale, words: [] } : { key, label: {}, words: {}, next: null }]);
  };
  return (
    <>
      {options.map((option, at) => (
        <OptionFields
          key={at}
          option={option}
          at={at}
          editing={editing}
          set={set}
          remove={() => set("options", options.filter((_, other) => other !== at))}
        />
      ))}
      <Button onPress={add} isDisabled={options.length >= KEYS.length} data-testid="add-option">
        <Plus size={15} aria-hidden="true" />
        {isLanguages ? t("add_language") : t("add_choice")}
      </Button>
    </>
  );
}

interface OptionFieldsProps {
  option: Option;
  at: number;
  editing: FlowEditing;
  set(field: string, value: unknown): void;
  remove(): void;
}

function OptionFields({ option, at, editing, set, remove }: OptionFieldsProps) {
  const t = useFlowText();
  const field = (name: string) => `options.${at}.${name}`;
  return (
    <fieldset className={css.option} data-field={`options.${at}`}>
      <legend>{t("choice", { key: option.key })}</legend>
      <div className={css.row}>
        <Select label={t("field.key")} value={option.key} options={KEYS.map((id) => ({ id, text: id }))} choose={(key) => set(field("key"), key)} />
        {option.locale && (
          <Select
            label={t("field.locale")}
            value={option.locale as string}
            options={LOCALES.map((id) => ({ id: id as string, text: LOCALE_NAMES[id], lang: id }))}
            choose={(id) => isLocale(id) && set(field("locale"), id)}
          />
        )}
        <IconButton label={t("remove_choice", { key: option.key })} onPress={remove}>
          <Trash2 size={15} aria-hidden="true" />
        </IconButton>
      </div>
      {option.label && (
        <WordsField label={t("field.label")} words={option.label} locales={editing.flow.locales} set={(label) => set(field("label"), label ?? {})} rows={1} testId={field("label")} />
      )}
      {option.label && <Spoken option={option} editing={editing} set={(words) => set(field("words"), words)} />}
      {"next" in option && (
        <div data-field={field("next")}>
          <LinkField label={t("field.next")} flow={editing.flow} target={option.next} set={(next) => set(field("next"), next)} testId={`link-${field("next")}`} />
        </div>
      )}
    </fieldset>
  );
}

function Spoken({ option, editing, set }: { option: Option; editing: FlowEditing; set(words: Partial<Record<Locale, string[]>>): void }) {
  const t = useFlowText();
  const words = Array.isArray(option.words) ? {} : (option.words ?? {});
  return editing.flow.locales.map((locale) => (
    <Line
      key={locale}
      label={t("or_says", { language: LOCALE_NAMES[locale] })}
      value={(words[locale] ?? []).join(", ")}
      lang={locale}
      onChange={(text) => {
        const next = { ...words, [locale]: text.split(/[,，、]\s*/).filter(Boolean) };
        if (next[locale]?.length === 0) delete next[locale];
        set(next);
      }}
    />
  ));
}
