import { useState } from "react";
import type { TriedOut } from "../../../shared/api/index.ts";
import { LOCALE_NAMES, LOCALES, type Locale } from "../../../shared/i18n/locales.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Nothing } from "../../../shared/ui/Feedback.tsx";
import { Select } from "../../../shared/ui/Select.tsx";
import { Tag } from "../../../shared/ui/Tag.tsx";
import { TextArea } from "../../../shared/ui/TextArea.tsx";
import { useAction } from "../../useAction.ts";
import { knowledge } from "../api.ts";
import { share, useKnowledgeText } from "../text.ts";
import css from "./Editor.module.css";
import { fieldsOf } from "./entry.ts";
import type { Editor } from "./useEditor.ts";

const SHOWN = 6;
const TONES = { answer: "green", choose: "amber", none: "red" } as const;

/** How would this be found? The search of customers, with what stands on the page as if it were published. */
export function TryOut({ id, editor, locale }: { id: string; editor: Editor; locale: Locale }) {
  const t = useKnowledgeText();
  const { run, busy } = useAction();
  const [question, setQuestion] = useState("");
  const [language, setLanguage] = useState(locale);
  const [tried, setTried] = useState<TriedOut | null>(null);
  const search = async () => {
    const audience = editor.entry.audience === "agents" ? "agents" : "public";
    const body = { question, language, audience, article_id: id, entry: fieldsOf(editor.entry) } as const;
    setTried(await run(() => knowledge.tryOut(body, AbortSignal.timeout(10_000))));
  };
  return (
    <form
      className={css.results}
      onSubmit={(event) => {
        event.preventDefault();
        void search();
      }}
    >
      <p>{t("try.lead")}</p>
      <TextArea label={t("try.question")} rows={2} value={question} onChange={setQuestion} testId="try-question" />
      <Select
        label={t("try.language")}
        value={language}
        options={LOCALES.map((one) => ({ id: one, text: LOCALE_NAMES[one], lang: one }))}
        choose={(id) => setLanguage(id)}
      />
      <Button type="submit" look="primary" isPending={busy} isDisabled={question.trim() === ""} data-testid="try">
        {t("try.search")}
      </Button>
      {tried && (
        <div className={css.results} role="status" data-testid="tried">
          <p>
            <Tag tone={TONES[tried.zone]}>{t(`try.zone_${tried.zone}`)}</Tag>
          </p>
          {tried.results.length === 0 && <Nothing>{t("try.nothing")}</Nothing>}
          {tried.results.slice(0, SHOWN).map((found) => (
            <div key={found.article_id} className={css.result} data-this={found.article_id === id}>
              <b lang={found.lang}>{found.title}</b>
              <span className="figures">{share(found.probability, 1, locale)}</span>
              <small>
                {found.article_id === id ? `${t("try.this")} · ` : ""}
                {t("try.score", { score: share(found.score, 1, locale) })}
              </small>
            </div>
          ))}
        </div>
      )}
    </form>
  );
}
