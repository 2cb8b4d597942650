import { useQuery } from "@tanstack/react-query";
import type { GapView } from "../../../shared/api/index.ts";
import { Tag } from "../../../shared/ui/Tag.tsx";
import { Card } from "../../page/Page.tsx";
import { type Column, RowButton, Table } from "../../page/Table.tsx";
import { useTextFilter } from "../../page/useFilter.ts";
import { useLocale } from "../../text.ts";
import { knowledge } from "../api.ts";
import { Frame } from "../Frame.tsx";
import css from "../Knowledge.module.css";
import { PeriodFilter } from "../PeriodFilter.tsx";
import { moment, share, useKnowledgeText } from "../text.ts";
import { usePeriod } from "../usePeriod.ts";
import { GapSheet } from "./GapSheet.tsx";

/** Questions that nothing was found for, or that were answered badly; the most frequent first. */
export function GapsPage() {
  const t = useKnowledgeText();
  const { days, choose, period } = usePeriod();
  const [shownKey, show] = useTextFilter("gap");
  const { data, isError, refetch } = useQuery({ queryKey: ["gaps", period], queryFn: () => knowledge.gaps(period), staleTime: 0 });
  const shown = data?.find((gap) => gap.key === shownKey);
  const columns = useColumns(show);
  return (
    <Frame
      filters={<PeriodFilter days={days} choose={choose} />}
      sheet={shown && <GapSheet key={shown.key} gap={shown} close={() => show("")} />}
    >
      <p className={css.lead}>{t("gaps.lead")}</p>
      <Card>
        <Table
          label={t("part.gaps")}
          columns={columns}
          rows={data}
          keyOf={(gap) => gap.key}
          empty={t("gaps.none")}
          failed={isError}
          retry={() => void refetch()}
          shown={shownKey}
          testId="gaps"
        />
      </Card>
    </Frame>
  );
}

function useColumns(show: (key: string) => void): Column<GapView>[] {
  const t = useKnowledgeText();
  const locale = useLocale();
  return [
    {
      id: "question",
      title: t("gaps.question"),
      cell: (gap) => (
        <RowButton onPress={() => show(gap.key)}>
          <span lang={gap.language}>{gap.question}</span>
        </RowButton>
      ),
    },
    { id: "times", title: t("gaps.times"), end: true, cell: (gap) => gap.times },
    {
      id: "kind",
      title: t("gaps.why"),
      cell: (gap) => (
        <>
          {gap.unanswered > 0 && <Tag tone="red">{t("gaps.unanswered", { count: gap.unanswered })}</Tag>}{" "}
          {gap.badly_answered > 0 && <Tag tone="amber">{t("gaps.badly", { count: gap.badly_answered })}</Tag>}
        </>
      ),
    },
    {
      id: "near",
      title: t("gaps.near"),
      cell: (gap) =>
        gap.near_question && (
          <>
            {gap.near_question} <span className={css.meta}>{share(gap.near_probability ?? 0, 1, locale)}</span>
          </>
        ),
    },
    { id: "last", title: t("gaps.last"), end: true, cell: (gap) => <time dateTime={gap.last_at}>{moment(gap.last_at, locale)}</time> },
  ];
}
