import { ArrowLeft } from "lucide-react";
import { type KeyboardEvent, useEffect, useState } from "react";
import { Tab, TabList, TabPanel, Tabs, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Link } from "wouter";
import type { ArticleView } from "../../../shared/api/index.ts";
import { isLocale, LOCALE_NAMES, LOCALES, type Locale } from "../../../shared/i18n/locales.ts";
import { isImeKey } from "../../../shared/ime.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Versions } from "../versions/Versions.tsx";
import { StatusTags } from "../articles/ArticleRow.tsx";
import { moment, useKnowledgeText } from "../text.ts";
import { Actions } from "./Actions.tsx";
import { ConflictWindow } from "./ConflictWindow.tsx";
import { Details } from "./Details.tsx";
import css from "./Editor.module.css";
import { Learned } from "./Learned.tsx";
import { LanguageColumn } from "./LanguageColumn.tsx";
import { TryOut } from "./TryOut.tsx";
import { type Editor, useEditor } from "./useEditor.ts";

interface ArticleEditorProps {
  id: string;
  loaded: ArticleView | null;
  locale: Locale;
}

/** An article with its languages side by side, and what belongs to it at the right. */
export function ArticleEditor({ id, loaded, locale }: ArticleEditorProps) {
  const editor = useEditor(id, loaded, locale);
  const [shown, setShown] = useState<Locale[]>(() => shownAtFirst(editor, locale));
  useLeaveQuestion(editor.isChanged);
  const onKeyDown = (event: KeyboardEvent) => {
    if (isImeKey(event) || event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    if (editor.isChanged && !editor.isBusy) void editor.save();
  };
  return (
    <main id="main" className={css.page} tabIndex={-1} onKeyDown={onKeyDown}>
      <Head editor={editor} locale={locale} />
      <div className={css.main}>
        <Recovered editor={editor} locale={locale} />
        <Shown shown={shown} show={setShown} editor={editor} />
        <div className={css.columns}>
          {ordered(shown, locale).map((one) => (
            <LanguageColumn key={one} language={one} editor={editor} />
          ))}
        </div>
      </div>
      <Side id={id} editor={editor} locale={locale} />
      <ConflictWindow editor={editor} />
    </main>
  );
}

/** The language of the page first. */
function ordered(shown: readonly Locale[], locale: Locale): Locale[] {
  return LOCALES.filter((one) => shown.includes(one)).sort((a, b) => Number(b === locale) - Number(a === locale));
}

/** What is written, and beside it what is still to be written; two at most, for room. */
function shownAtFirst(editor: Editor, locale: Locale): Locale[] {
  const written = LOCALES.filter((one) => editor.entry.contents[one]);
  return [...new Set([...(written.includes(locale) ? [locale] : []), ...written, locale])].slice(0, 2);
}

function useLeaveQuestion(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isChanged]);
}

function Head({ editor, locale }: { editor: Editor; locale: Locale }) {
  const t = useKnowledgeText();
  const { article, entry } = editor;
  const lang = entry.contents[locale] ? locale : LOCALES.find((one) => entry.contents[one]);
  const title = (lang && entry.contents[lang]?.question) || t("articles.untitled");
  return (
    <header className={css.head}>
      <Link href="/knowledge" className={css.back} aria-label={t("editor.back")}>
        <ArrowLeft size={18} aria-hidden="true" />
      </Link>
      <h1 lang={lang}>{title}</h1>
      {article && <StatusTags article={article} />}
      <span role="status" data-testid="article-state">
        {editor.isChanged ? t("editor.unsaved") : article ? t("editor.saved", { version: article.latest_version }) : ""}
      </span>
      <Actions editor={editor} />
    </header>
  );
}

function Recovered({ editor, locale }: { editor: Editor; locale: Locale }) {
  const t = useKnowledgeText();
  if (!editor.recovered) return null;
  return (
    <div className={css.note} role="status" data-testid="recovered">
      <p>{t("editor.recovered", { when: moment(editor.recovered.at, locale) })}</p>
      <Button onPress={editor.takeUp} data-testid="take-up">
        {t("editor.take_up")}
      </Button>
      <Button look="quiet" onPress={editor.throwAway}>
        {t("editor.throw_away")}
      </Button>
    </div>
  );
}

function Shown({ shown, show, editor }: { shown: Locale[]; show(shown: Locale[]): void; editor: Editor }) {
  const t = useKnowledgeText();
  return (
    <ToggleButtonGroup
      className={css.languages}
      aria-label={t("editor.languages")}
      selectionMode="multiple"
      disallowEmptySelection
      selectedKeys={shown}
      onSelectionChange={(keys) => show([...keys].filter(isLocale))}
    >
      {LOCALES.map((one) => (
        <ToggleButton
          key={one}
          id={one}
          className={css.language}
          data-empty={!editor.entry.contents[one]?.question}
          data-testid={`show-${one}`}
        >
          <span lang={one}>{LOCALE_NAMES[one]}</span>
          {!editor.entry.contents[one]?.question && <span className="visually-hidden">, {t("editor.not_written")}</span>}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function Side({ id, editor, locale }: { id: string; editor: Editor; locale: Locale }) {
  const t = useKnowledgeText();
  return (
    <Tabs className={css.side}>
      <TabList className={css.tabs} aria-label={t("editor.side")}>
        <Tab id="details" className={css.tab}>
          {t("editor.details")}
        </Tab>
        <Tab id="try" className={css.tab} data-testid="tab-try">
          {t("editor.try")}
        </Tab>
        <Tab id="versions" className={css.tab} data-testid="tab-versions">
          {t("editor.versions")}
        </Tab>
      </TabList>
      <TabPanel id="details" className={css.panel}>
        <Details editor={editor} />
        {editor.article?.published_version != null && <Learned id={id} />}
      </TabPanel>
      <TabPanel id="try" className={css.panel}>
        <TryOut id={id} editor={editor} locale={locale} />
      </TabPanel>
      <TabPanel id="versions" className={css.panel}>
        <Versions id={id} editor={editor} />
      </TabPanel>
    </Tabs>
  );
}
