import { FilePlus2, Link2, X } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import type { ArticleView, GapView } from "../../../shared/api/index.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Choice } from "../../../shared/ui/Toggle.tsx";
import { LOCALE_NAMES, LOCALES } from "../../../shared/i18n/locales.ts";
import { Fact, Facts, Sheet } from "../../page/Sheet.tsx";
import { queries, useMe } from "../../session/session.ts";
import { notify } from "../../store/notices.ts";
import { useLocale } from "../../text.ts";
import { useAction } from "../../useAction.ts";
import { knowledge } from "../api.ts";
import { ArticleChooser } from "../ArticleChooser.tsx";
import css from "../Knowledge.module.css";
import { moment, share, useKnowledgeText } from "../text.ts";

interface GapSheetProps {
  /** Questions that ask the same, the most frequent first. */
  gaps: readonly GapView[];
  close(): void;
}

/** One question with those like it: make them wordings of an article, or a new draft, or take them off the list. */
export function GapSheet({ gaps, close }: GapSheetProps) {
  const [first] = gaps;
  return first ? <OneGap gap={first} gaps={gaps} close={close} /> : null;
}

function OneGap({ gap, gaps, close }: GapSheetProps & { gap: GapView }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const [, go] = useLocation();
  const { run, busy } = useAction();
  const mayPublish = useMe().permissions.includes("faq.publish");
  const [article, setArticle] = useState<ArticleView | null>(null);
  const [language, setLanguage] = useState(gap.language);
  const done = async (said: string) => {
    notify(said);
    close();
    await queries.invalidateQueries({ queryKey: ["gaps"] });
  };
  const addWording = async () => {
    if (!article) return;
    const body = { article_id: article.article_id, language };
    const added = await run(async () => {
      const all = [];
      for (const { key } of gaps) all.push(await knowledge.addWording(key, body));
      return all;
    });
    if (added) await done(added.some(({ is_new }) => is_new) ? t("gaps.now_wording") : t("gaps.was_wording"));
  };
  const draft = async () => {
    const body = { article_id: crypto.randomUUID(), topic: "general", language: gap.language };
    const made = await run(() => knowledge.draftFromGap(gap.key, body));
    if (!made) return;
    void queries.invalidateQueries({ queryKey: ["gaps"] });
    go(`/knowledge/articles/${made.article_id}`);
  };
  const dismiss = async () => {
    const gone = await run(async () => {
      for (const { key } of gaps) await knowledge.dismissGap(key);
      return true;
    });
    if (gone) await done(t("gaps.dismissed"));
  };
  const written = LOCALES.filter((one) => article?.entry.contents[one]);
  return (
    <Sheet
      title={gap.question}
      close={close}
      wide
      testId="gap"
      foot={
        <>
          <Button isPending={busy} onPress={() => void draft()} data-testid="gap-draft">
            <FilePlus2 size={16} aria-hidden="true" />
            {t("gaps.draft")}
          </Button>
          <Button look="quiet" isPending={busy} onPress={() => void dismiss()} data-testid="gap-dismiss">
            <X size={16} aria-hidden="true" />
            {t("gaps.dismiss")}
          </Button>
        </>
      }
    >
      <Facts>
        <Fact name={t("gaps.times")}>{gaps.reduce((all, one) => all + one.times, 0)}</Fact>
        <Fact name={t("gaps.last")}>{moment(gap.last_at, locale)}</Fact>
        {gap.near_question && (
          <Fact name={t("gaps.near")}>
            {gap.near_question} ({share(gap.near_probability ?? 0, 1, locale)})
          </Fact>
        )}
      </Facts>
      {gaps.length > 1 && (
        <section aria-label={t("gaps.alike")}>
          <h3>{t("gaps.alike")}</h3>
          <ul className={css.list} data-testid="alike">
            {gaps.slice(1).map((one) => (
              <li key={one.key} lang={one.language}>
                {one.question} <span className={css.meta}>{one.times}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {mayPublish && (
        <section className={css.list} aria-label={t("gaps.make_wording")}>
          <h3>{t("gaps.make_wording")}</h3>
          <p className={css.text}>{t("gaps.wording_hint")}</p>
          <ArticleChooser
            words={gap.near_question ?? gap.question}
            chosen={article?.article_id ?? null}
            choose={(one) => {
              setArticle(one);
              if (!one.entry.contents[language]) setLanguage(LOCALES.find((lang) => one.entry.contents[lang]) ?? language);
            }}
          />
          {written.length > 1 && (
            <Choice
              label={t("gaps.in_language")}
              value={language}
              options={written.map((id) => ({ id, text: LOCALE_NAMES[id], lang: id }))}
              choose={(id) => setLanguage(id)}
            />
          )}
          <div>
            <Button look="primary" isDisabled={!article} isPending={busy} onPress={() => void addWording()} data-testid="gap-wording">
              <Link2 size={16} aria-hidden="true" />
              {t("gaps.add_wording")}
            </Button>
          </div>
        </section>
      )}
    </Sheet>
  );
}
