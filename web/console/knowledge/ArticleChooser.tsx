import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ArticleView } from "../../shared/api/index.ts";
import { Nothing, Skeleton } from "../../shared/ui/Feedback.tsx";
import { useLocale, useText } from "../text.ts";
import { knowledge } from "./api.ts";
import { namedIn } from "./articles/ArticleRow.tsx";
import { SearchField } from "./articles/SearchField.tsx";
import css from "./Knowledge.module.css";
import { useKnowledgeText } from "./text.ts";

const SHOWN = 6;

interface ArticleChooserProps {
  /** What to look for first. */
  words: string;
  chosen: string | null;
  choose(article: ArticleView): void;
}

/** Finds a published article by the search of the FAQ, and chooses it. */
export function ArticleChooser({ words, chosen, choose }: ArticleChooserProps) {
  const t = useKnowledgeText();
  const say = useText();
  const locale = useLocale();
  const [q, setQ] = useState(words.slice(0, 300));
  const { data } = useQuery({
    queryKey: ["articles", "choose", q],
    queryFn: ({ signal }) => knowledge.articles({ status: "published", q: q || undefined }, null, signal),
    placeholderData: keepPreviousData, // what is about to be chosen must not go away under the finger
  });
  return (
    <div className={css.list}>
      <SearchField label={t("chooser.search")} words={q} search={setQ} testId="chooser-search" />
      {!data && <Skeleton lines={3} label={say("loading")} />}
      {data?.articles.length === 0 && <Nothing>{t("chooser.nothing")}</Nothing>}
      {data?.articles.slice(0, SHOWN).map((one) => {
        const lang = namedIn(one, locale);
        return (
          <button
            key={one.article_id}
            type="button"
            className={css.found}
            aria-pressed={one.article_id === chosen}
            onClick={() => choose(one)}
            data-testid="chooser-article"
          >
            <b lang={lang}>{one.entry.contents[lang]?.question}</b>
            <small className={css.meta}>{one.entry.contents[lang]?.category}</small>
          </button>
        );
      })}
    </div>
  );
}
