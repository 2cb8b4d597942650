import { Search } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import type { ContactView, FaqResult, FaqUse } from "../../shared/api/index.ts";
import type { Locale } from "../../shared/i18n/locales.ts";
import { isImeKey } from "../../shared/ime.ts";
import { Key } from "../../shared/ui/Button.tsx";
import { Failure, Nothing, Skeleton } from "../../shared/ui/Feedback.tsx";
import { isWritten } from "../conversation/channels.ts";
import { insertIntoReply } from "../conversation/mode.ts";
import { keyOf } from "../shortcuts/keys.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useText } from "../text.ts";
import { FaqActions } from "./FaqActions.tsx";
import css from "./FaqPanel.module.css";
import { FaqStart } from "./FaqStart.tsx";
import { FaqRow } from "./FaqRow.tsx";
import { LangChoice } from "./LangChoice.tsx";
import { plainText } from "./plain.ts";
import { suggestionFor, useFaqSearch } from "./useFaqSearch.ts";

interface FaqListProps {
  contact: ContactView | null;
  lang: Locale;
  chooseLang(lang: Locale): void;
  hidden: boolean;
  read(article: FaqResult, searchId?: string): void;
  used(article: FaqResult, action: FaqUse["action"], searchId?: string): void;
}

/** The search field and what it found. Arrow keys choose, Enter copies (or inserts into the reply), Alt+R reads aloud. */
export function FaqList({ contact, lang, chooseLang, hidden, read, used }: FaqListProps) {
  const t = useText();
  const listId = useId();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  /** What was typed, without the half-written characters of an input method. */
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [copied, setCopied] = useState<string | null>(null);
  const writesTo = contact && isWritten(contact.channel) && contact.state === "active" ? contact.contact_id : null;
  const suggestion = suggestionFor(contact);
  const { answer, failed, searching, retry } = useFaqSearch(words || suggestion, lang);
  const results = answer?.results ?? [];
  const chosen = results[Math.min(at, results.length - 1)];

  const copy = async () => {
    if (!chosen) return;
    if (writesTo) insertIntoReply(writesTo, plainText(chosen.answer));
    else await navigator.clipboard.writeText(plainText(chosen.answer));
    setCopied(chosen.article_id);
    used(chosen, writesTo ? "inserted" : "copied", answer?.search_id);
  };
  const readChosen = () => chosen && read(chosen, answer?.search_id);
  useShortcut("faq", () => field.current?.focus(), !hidden);
  useShortcut("read_aloud", readChosen, !hidden && chosen !== undefined);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isImeKey(event)) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setAt(Math.max(0, Math.min(results.length - 1, at + step)));
    else if (event.key === "Enter") void copy();
    else if (event.key === "Escape") change("", true);
    else return;
    event.preventDefault();
  };
  const change = (value: string, settled: boolean) => {
    setTyped(value);
    if (!settled) return;
    setWords(value);
    setAt(0);
    setCopied(null);
  };
  return (
    <section className={css.list} aria-label={t("faq.label")} hidden={hidden}>
      <div className={css.search}>
        <Search size={16} aria-hidden="true" />
        <input
          ref={field}
          type="text"
          role="combobox"
          aria-label={t("faq.search")}
          aria-expanded={results.length > 0}
          aria-controls={listId}
          aria-activedescendant={chosen && `${listId}-${chosen.article_id}`}
          aria-autocomplete="list"
          placeholder={t("faq.search")}
          value={typed}
          onChange={(event) => change(event.target.value, !(event.nativeEvent as InputEvent).isComposing)}
          onCompositionEnd={(event) => change(event.currentTarget.value, true)}
          onKeyDown={onKeyDown}
          data-testid="faq-search"
        />
        <Key>{keyOf("faq")}</Key>
      </div>
      <div className={css.headline}>
        <h2>{words ? t("faq.results", { count: results.length }) : suggestion ? t("faq.suggested") : t("faq.title")}</h2>
        <LangChoice lang={lang} choose={chooseLang} />
      </div>
      <div className={css.results} tabIndex={0} role="group" aria-label={t("faq.found")}>
        {failed && (
          <Failure retry={retry} retryLabel={t("retry")}>
            {t("faq.failed")}
          </Failure>
        )}
        {searching && <Skeleton lines={6} label={t("loading")} />}
        {!words && !suggestion && (
          <FaqStart topics={contact?.screen_pop.usual_topics ?? []} choose={(title) => change(title, true)} />
        )}
        {answer && results.length === 0 && <Nothing>{t("faq.nothing", { words: words || suggestion })}</Nothing>}
        <ul role="listbox" id={listId} aria-label={t("faq.found")}>
          {results.map((article, row) => (
            <FaqRow
              key={article.article_id}
              id={`${listId}-${article.article_id}`}
              article={article}
              words={words}
              chosen={article === chosen}
              choose={() => setAt(row)}
            />
          ))}
        </ul>
      </div>
      {chosen && (
        <FaqActions
          copied={copied === chosen.article_id}
          inserts={writesTo !== null}
          copy={() => void copy()}
          read={readChosen}
        />
      )}
    </section>
  );
}
