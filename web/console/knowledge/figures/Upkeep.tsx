import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { DuplicateView, StaleView } from "../../../shared/api/index.ts";
import { Tag } from "../../../shared/ui/Tag.tsx";
import { Card } from "../../page/Page.tsx";
import { type Column, Table } from "../../page/Table.tsx";
import { useLocale } from "../../text.ts";
import { knowledge } from "../api.ts";
import { day, share, useKnowledgeText } from "../text.ts";

/** Articles to look at: those that get in each other's way, and those that are stale. */
export function Upkeep() {
  const t = useKnowledgeText();
  const locale = useLocale();
  const { data, isError, refetch } = useQuery({ queryKey: ["upkeep", locale], queryFn: () => knowledge.upkeep(locale) });
  const state = { failed: isError, retry: () => void refetch() };
  return (
    <>
      <Card title={t("upkeep.duplicates")}>
        <Table
          label={t("upkeep.duplicates")}
          columns={useDuplicateColumns()}
          rows={data?.duplicates}
          keyOf={(one) => `${one.article_id}:${one.other_id}:${one.language}`}
          empty={t("upkeep.no_duplicates")}
          testId="duplicates"
          {...state}
        />
      </Card>
      <Card title={t("upkeep.stale")}>
        <Table
          label={t("upkeep.stale")}
          columns={useStaleColumns()}
          rows={data?.stale}
          keyOf={(one) => one.article_id}
          empty={t("upkeep.none_stale")}
          testId="stale"
          {...state}
        />
      </Card>
    </>
  );
}

const link = (id: string, question: string, lang?: string) => (
  <Link href={`/knowledge/articles/${id}`} lang={lang}>
    {question}
  </Link>
);

function useDuplicateColumns(): Column<DuplicateView>[] {
  const t = useKnowledgeText();
  const locale = useLocale();
  return [
    { id: "one", title: t("figures.article"), cell: (one) => link(one.article_id, one.question, one.language) },
    { id: "other", title: t("upkeep.other"), cell: (one) => link(one.other_id, one.other_question, one.language) },
    { id: "near", title: t("upkeep.nearness"), end: true, cell: (one) => share(one.nearness, 1, locale) },
  ];
}

function useStaleColumns(): Column<StaleView>[] {
  const t = useKnowledgeText();
  const locale = useLocale();
  return [
    { id: "article", title: t("figures.article"), cell: (one) => link(one.article_id, one.question) },
    {
      id: "why",
      title: t("gaps.why"),
      cell: (one) => one.reasons.map((reason) => <Tag key={reason} tone="amber">{t(`upkeep.${reason}`)}</Tag>),
    },
    { id: "review", title: t("field.review_on"), cell: (one) => one.review_on && day(one.review_on, locale) },
    { id: "changed", title: t("upkeep.changed"), end: true, cell: (one) => day(one.updated_at, locale) },
  ];
}
