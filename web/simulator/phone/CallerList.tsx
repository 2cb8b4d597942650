// Known customers, found by typing part of a name, a number or a note; arrow keys and Enter choose.
import { Check, Search } from "lucide-react";
import { Autocomplete, Input, Label, ListBox, ListBoxItem, SearchField, useFilter } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Avatar } from "./Avatar.tsx";
import type { Caller } from "../call/client.ts";
import css from "./CallerList.module.css";
import { fillForm, useDialForm } from "./form.ts";

export function CallerList({ callers }: { callers: readonly Caller[] }) {
  const { t } = useTranslation("simulator");
  const { contains } = useFilter({ sensitivity: "base" });
  const chosen = useDialForm((form) => form.known);

  return (
    <Autocomplete filter={contains}>
      <SearchField className={css.search ?? ""}>
        <Label className="visually-hidden">{t("dial.search")}</Label>
        <Search size={16} strokeWidth={1.9} aria-hidden="true" />
        <Input className={css.input ?? ""} placeholder={t("dial.search")} data-testid="caller-select" />
      </SearchField>
      {/* The list takes no focus of its own (the search field moves it), so its frame can be scrolled by keyboard. */}
      <div className={css.scroll} role="group" aria-label={t("dial.modes.known")} tabIndex={0}>
        <ListBox
          className={css.list ?? ""}
          aria-label={t("dial.modes.known")}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={chosen === null ? [] : [chosen]}
          onSelectionChange={(keys) => {
            const [key] = keys === "all" ? [] : [...keys];
            if (typeof key === "string") fillForm({ known: key });
          }}
          renderEmptyState={() => <p className={css.none}>{t("dial.nobody")}</p>}
        >
          {callers.map((caller) => (
            <CallerRow key={caller.number} caller={caller} />
          ))}
        </ListBox>
      </div>
    </Autocomplete>
  );
}

function CallerRow({ caller }: { caller: Caller }) {
  const { t } = useTranslation("simulator");
  const words = [caller.label, caller.number, caller.note].filter(Boolean).join(" ");
  return (
    <ListBoxItem
      id={caller.number ?? ""}
      textValue={words}
      className={css.row ?? ""}
      data-testid="caller-option"
      data-number={caller.number}
    >
      {({ isSelected }) => (
        <>
          <Avatar name={caller.label} />
          <span className={css.text} lang={caller.language ?? undefined}>
            <span className={css.name}>
              {caller.label}
            </span>
            <span className={css.number}>{caller.number}</span>
            {caller.note && <span className={css.note}>{caller.note}</span>}
          </span>
          {caller.language && <span className={css.language}>{languageName(caller.language, t)}</span>}
          <span className={css.check}>{isSelected && <Check size={16} strokeWidth={2.4} aria-hidden="true" />}</span>
        </>
      )}
    </ListBoxItem>
  );
}

const SHORT = { en: "languages.en", "zh-Hant": "languages.zh-Hant", "zh-Hans": "languages.zh-Hans" } as const;

function languageName(tag: string, t: (key: (typeof SHORT)[keyof typeof SHORT]) => string): string {
  const known = Object.entries(SHORT).find(([locale]) => locale === tag);
  return known ? t(known[1]) : tag;
}
