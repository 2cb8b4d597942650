import { Link } from "wouter";
import type { ArticleStatus, ArticleView } from "../../../shared/api/index.ts";
import { shortDate } from "../../../shared/format.ts";
import { LOCALES, type Locale } from "../../../shared/i18n/locales.ts";
import { Tag, type TagTone } from "../../../shared/ui/Tag.tsx";
import { useLocale } from "../../text.ts";
import { useKnowledgeText } from "../text.ts";
import css from "./Articles.module.css";

const TONES: Record<ArticleStatus, TagTone> = { draft: "grey", in_review: "amber", published: "green", archived: "red" };

/** The language to name an article in: that of the page where it has it, else the first it has. */
export function namedIn(article: ArticleView, locale: Locale): Locale {
  return article.entry.contents[locale] ? locale : (LOCALES.find((one) => article.entry.contents[one]) ?? locale);
}

/** Where an article is on its way; a published one may have a newer version that waits. */
export function StatusTags({ article }: { article: ArticleView }) {
  const t = useKnowledgeText();
  const isAhead = article.published_version !== null && article.latest_version > article.published_version;
  return (
    <span className={css.tags}>
      {isAhead && <Tag tone="amber">{t("articles.changed")}</Tag>}
      {article.publish_at && <Tag tone="blue">{t("articles.scheduled")}</Tag>}
      <Tag tone={TONES[article.status]}>{t(`status.${article.status}`)}</Tag>
    </span>
  );
}

/** One article of the list. */
export function ArticleRow({ article }: { article: ArticleView }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const lang = namedIn(article, locale);
  const content = article.entry.contents[lang];
  const missing = LOCALES.filter((one) => !article.entry.contents[one]).length;
  const facts = [
    content?.category,
    article.entry.audience === "both" ? "" : t(`audience.${article.entry.audience ?? "both"}`),
    missing > 0 ? t("articles.languages_missing", { count: missing }) : "",
    ...(article.entry.tags ?? []),
  ].filter(Boolean);
  return (
    <Link href={`/knowledge/articles/${article.article_id}`} className={css.link}>
      <span className={css.what}>
        <b lang={lang}>{content?.question || t("articles.untitled")}</b>
        <small>{facts.join(" · ")}</small>
      </span>
      <StatusTags article={article} />
      <time className={css.when} dateTime={article.updated_at}>
        {shortDate(article.updated_at, locale, Date.now())}
      </time>
    </Link>
  );
}
