import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { CategoryView, Language } from "../../../shared/api/index.ts";
import { LOCALE_NAMES } from "../../../shared/i18n/locales.ts";
import { Line } from "../../../shared/ui/Line.tsx";
import { TextArea } from "../../../shared/ui/TextArea.tsx";
import { Choice } from "../../../shared/ui/Toggle.tsx";
import { knowledge } from "../api.ts";
import { useKnowledgeText } from "../text.ts";
import css from "./Editor.module.css";
import { EMPTY, type Content } from "./entry.ts";
import { MarkdownField } from "./MarkdownField.tsx";
import { Preview } from "./Preview.tsx";
import type { Editor } from "./useEditor.ts";

function paths(categories: readonly CategoryView[]): string[] {
  return categories.flatMap(({ path, children }) => [path, ...paths(children)]);
}

/** One language of an article: the question and its wordings, and the answer in its forms. */
export function LanguageColumn({ language, editor }: { language: Language; editor: Editor }) {
  const t = useKnowledgeText();
  const [view, setView] = useState<"write" | "preview">("write");
  const content = editor.entry.contents[language] ?? EMPTY;
  return (
    <section className={css.column} aria-label={LOCALE_NAMES[language]} data-testid={`column-${language}`}>
      <header className={css.columnHead}>
        <h2 lang={language}>{LOCALE_NAMES[language]}</h2>
        <Choice
          label={t("editor.view")}
          labelHidden
          value={view}
          options={[
            { id: "write", text: t("editor.write") },
            { id: "preview", text: t("editor.preview") },
          ]}
          choose={(id) => setView(id)}
        />
      </header>
      {view === "write" ? (
        <Fields language={language} content={content} editor={editor} />
      ) : (
        <Preview content={content} language={language} />
      )}
    </section>
  );
}

function Fields({ language, content, editor }: { language: Language; content: Content; editor: Editor }) {
  const t = useKnowledgeText();
  const listId = useId();
  const { data: categories = [] } = useQuery({
    queryKey: ["article-categories", language],
    queryFn: () => knowledge.categories(language),
  });
  const name = (field: keyof Content) => `contents.${language}.${field}`;
  const error = (field: keyof Content) => editor.errors.get(name(field));
  const set = (field: keyof Content) => (value: string) => editor.change(name(field), value);
  const setLines = (field: "wordings" | "spoken_steps") => (text: string) =>
    editor.change(name(field), text === "" ? [] : text.split("\n"));
  return (
    <>
      <TextArea label={t("field.question")} rows={2} value={content.question} onChange={set("question")} lang={language} error={error("question")} testId={`question-${language}`} />
      <TextArea
        label={t("field.wordings")}
        hint={t("field.wordings_hint")}
        rows={3}
        value={content.wordings.join("\n")}
        onChange={setLines("wordings")}
        lang={language}
        error={error("wordings")}
        testId={`wordings-${language}`}
      />
      <MarkdownField label={t("field.answer")} value={content.answer} change={set("answer")} lang={language} error={error("answer")} testId={`answer-${language}`} />
      <TextArea
        label={t("field.answer_short")}
        hint={t("field.answer_short_hint")}
        rows={3}
        value={content.answer_short}
        onChange={set("answer_short")}
        lang={language}
        error={error("answer_short")}
        testId={`short-${language}`}
      />
      <TextArea
        label={t("field.spoken_steps")}
        hint={t("field.spoken_steps_hint")}
        rows={3}
        value={content.spoken_steps.join("\n")}
        onChange={setLines("spoken_steps")}
        lang={language}
        error={error("spoken_steps")}
        testId={`steps-${language}`}
      />
      <Line label={t("field.category")} hint={t("field.category_hint")} value={content.category} onChange={set("category")} lang={language} list={listId} error={error("category")} />
      <datalist id={listId}>
        {paths(categories).map((path) => (
          <option key={path} value={path} />
        ))}
      </datalist>
    </>
  );
}
