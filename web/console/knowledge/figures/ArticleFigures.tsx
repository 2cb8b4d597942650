import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { Link } from "wouter";
import type { Figure, FiguresView } from "../../../shared/api/index.ts";
import { IconButton } from "../../../shared/ui/Button.tsx";
import { Card } from "../../page/Page.tsx";
import { type Column, Table } from "../../page/Table.tsx";
import { useLocale } from "../../text.ts";
import { knowledge, type Period } from "../api.ts";
import { csvOf, download } from "../csv.ts";
import css from "../Knowledge.module.css";
import { useKnowledgeText } from "../text.ts";
import type { Behind } from "./SearchesSheet.tsx";

const FIGURES: readonly Figure[] = ["shown", "used", "spoken", "solved", "unhelpful"];

/** How each article does. */
export function ArticleFigures({ period, open }: { period: Period; open(behind: Behind): void }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const { data, isError, refetch } = useQuery({
    queryKey: ["article-figures", period, locale],
    queryFn: () => knowledge.figures(period, locale),
    staleTime: 0,
  });
  const save = () => {
    const head = [t("figures.article"), t("field.topic"), ...FIGURES.map((one) => t(`figure.${one}`))];
    const lines = (data ?? []).map((one) => [one.question, one.topic, ...FIGURES.map((figure) => one[figure])]);
    download("faq-articles.csv", csvOf(head, lines));
  };
  const columns: Column<FiguresView>[] = [
    {
      id: "article",
      title: t("figures.article"),
      cell: (one) => <Link href={`/knowledge/articles/${one.article_id}`}>{one.question ?? t("articles.untitled")}</Link>,
    },
    { id: "topic", title: t("field.topic"), cell: (one) => one.topic },
    ...FIGURES.map((figure) => ({
      id: figure,
      title: t(`figure.${figure}`),
      end: true,
      cell: (one: FiguresView) => (
        <button
          type="button"
          className={css.number}
          disabled={one[figure] === 0}
          onClick={() => open({ title: `${t(`figure.${figure}`)}: ${one.question ?? ""}`, article: one.article_id, figure })}
        >
          {one[figure]}
        </button>
      ),
    })),
  ];
  return (
    <Card
      title={t("figures.articles")}
      end={
        <IconButton label={t("csv")} onPress={save} isDisabled={!data?.length} data-testid="articles-csv">
          <Download size={16} aria-hidden="true" />
        </IconButton>
      }
    >
      <Table
        label={t("figures.articles")}
        columns={columns}
        rows={data}
        keyOf={(one) => one.article_id}
        empty={t("figures.none")}
        failed={isError}
        retry={() => void refetch()}
        testId="article-figures"
      />
    </Card>
  );
}
