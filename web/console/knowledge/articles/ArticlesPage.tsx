import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useLocation } from "wouter";
import { Button } from "../../../shared/ui/Button.tsx";
import { Failure, Nothing, Skeleton } from "../../../shared/ui/Feedback.tsx";
import { Select } from "../../../shared/ui/Select.tsx";
import { Toggle } from "../../../shared/ui/Toggle.tsx";
import { LOCALE_NAMES, LOCALES } from "../../../shared/i18n/locales.ts";
import { Card } from "../../page/Page.tsx";
import { useText } from "../../text.ts";
import { knowledge } from "../api.ts";
import { Frame } from "../Frame.tsx";
import { useKnowledgeText } from "../text.ts";
import { ArticleRow } from "./ArticleRow.tsx";
import css from "./Articles.module.css";
import { CategoryTree } from "./CategoryTree.tsx";
import { SearchField } from "./SearchField.tsx";
import { AUDIENCES, type Filters, STATUSES, useArticles, useFilters } from "./useArticles.ts";
import { VirtualList } from "./VirtualList.tsx";

const ROW_PX = 58;

/** All articles: searched as customers search, filtered in the address. */
export function ArticlesPage() {
  const t = useKnowledgeText();
  const words = useText();
  const [, go] = useLocation();
  const [filters, set] = useFilters();
  const { articles, isWhole, isError, retry, more } = useArticles(filters);
  const isFiltered = Object.values(filters).some(Boolean);
  return (
    <Frame
      actions={
        <Button look="primary" onPress={() => go(`/knowledge/articles/${crypto.randomUUID()}?new=1`)} data-testid="new-article">
          <Plus size={16} aria-hidden="true" />
          {t("articles.new")}
        </Button>
      }
      filters={<FilterBar filters={filters} set={set} />}
    >
      <div className={css.body}>
        <CategoryTree chosen={filters.category} choose={(path) => set("category", path)} />
        <Card>
          {isError && !articles && (
            <Failure retry={retry} retryLabel={words("retry")}>
              {t("failed")}
            </Failure>
          )}
          {!articles && !isError && <Skeleton lines={8} label={words("loading")} />}
          {articles?.length === 0 && <Nothing>{isFiltered ? t("articles.none_fit") : t("articles.none")}</Nothing>}
          {articles && articles.length > 0 && (
            <VirtualList
              label={t("articles.list")}
              rows={articles}
              keyOf={(one) => one.article_id}
              rowHeight={ROW_PX}
              total={isWhole ? articles.length : null}
              nearEnd={more}
            >
              {(one) => <ArticleRow article={one} />}
            </VirtualList>
          )}
        </Card>
      </div>
    </Frame>
  );
}

interface FilterBarProps {
  filters: Filters;
  set(name: keyof Filters, value: string, options?: { replace?: boolean }): void;
}

function FilterBar({ filters, set }: FilterBarProps) {
  const t = useKnowledgeText();
  const { data: tags = [] } = useQuery({ queryKey: ["article-tags"], queryFn: knowledge.tags });
  const languages = LOCALES.flatMap((one) => [
    { id: one, text: t("articles.in_language", { language: LOCALE_NAMES[one] }) },
    { id: `-${one}`, text: t("articles.not_in_language", { language: LOCALE_NAMES[one] }) },
  ]);
  return (
    <>
      <SearchField label={t("articles.search")} words={filters.q} search={(q) => set("q", q, { replace: true })} testId="article-search" />
      <Select
        label={t("articles.state")}
        labelHidden
        value={filters.status}
        options={[{ id: "", text: t("articles.any_state") }, ...STATUSES.map((id) => ({ id: id as string, text: t(`status.${id}`) }))]}
        choose={(id) => set("status", id)}
        testId="filter-status"
      />
      <Select
        label={t("articles.language")}
        labelHidden
        value={filters.language}
        options={[{ id: "", text: t("articles.any_language") }, ...languages]}
        choose={(id) => set("language", id)}
      />
      <Select
        label={t("field.audience")}
        labelHidden
        value={filters.audience}
        options={[{ id: "", text: t("articles.any_audience") }, ...AUDIENCES.map((id) => ({ id: id as string, text: t(`audience.${id}`) }))]}
        choose={(id) => set("audience", id)}
      />
      {(tags.length > 0 || filters.tag) && (
        <Select
          label={t("field.tags")}
          labelHidden
          value={filters.tag}
          options={[{ id: "", text: t("articles.any_tag") }, ...tags.map(({ tag, articles }) => ({ id: tag, text: `${tag} (${articles})` }))]}
          choose={(id) => set("tag", id)}
        />
      )}
      <Toggle on={filters.due !== ""} change={(on) => set("due", on ? "1" : "")}>
        {t("articles.due")}
      </Toggle>
    </>
  );
}
