import { useQuery } from "@tanstack/react-query";
import type { GapGroupView, GapView } from "../../../shared/api/index.ts";
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

/** The most frequent question of a group that asks the same. */
type GroupedGap = GapView & { group: GapGroupView };

const sum = (gaps: readonly GapView[], count: "unanswered" | "badly_answered") => gaps.reduce((all, gap) => all + gap[count], 0);

/** Questions that nothing was found for, or that were answered badly; the most frequent first. */
export function GapsPage() {
  const t = useKnowledgeText();
  const { days, choose, period } = usePeriod();
  const [shownKey, show] = useTextFilter("gap");
  const { data, isError, refetch } = useQuery({ queryKey: ["gaps", period], queryFn: () => knowledge.gaps(period), staleTime: 0 });
  const groups = data?.flatMap((group) => (group.gaps[0] ? [{ ...group.gaps[0], group }] : []));
  const shown = groups?.find((gap) => gap.key === shownKey);
  const columns = useColumns(show);
  return (
    <Frame
      filters={<PeriodFilter days={days} choose={choose} />}
      sheet={shown && <GapSheet key={shown.key} gaps={shown.group.gaps} close={() => show("")} />}
    >
      <p className={css.lead}>{t("gaps.lead")}</p>
      <Card>
        <Table
          label={t("part.gaps")}
          columns={columns}
          rows={groups}
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

function useColumns(show: (key: string) => void): Column<GroupedGap>[] {
  const t = useKnowledgeText();
  const locale = useLocale();
  return [
    {
      id: "question",
      title: t("gaps.question"),
      cell: (gap) => (
        <RowButton onPress={() => show(gap.key)}>
          <span lang={gap.language}>{gap.question}</span>
          {gap.group.gaps.length > 1 && <span className={css.meta}> {t("gaps.similar", { count: gap.group.gaps.length - 1 })}</span>}
        </RowButton>
      ),
    },
    { id: "times", title: t("gaps.times"), end: true, cell: (gap) => gap.group.times },
    {
      id: "kind",
      title: t("gaps.why"),
      cell: (gap) => (
        <>
          {gap.group.gaps.some((one) => one.unanswered > 0) && (
            <Tag tone="red">{t("gaps.unanswered", { count: sum(gap.group.gaps, "unanswered") })}</Tag>
          )}{" "}
          {gap.group.gaps.some((one) => one.badly_answered > 0) && (
            <Tag tone="amber">{t("gaps.badly", { count: sum(gap.group.gaps, "badly_answered") })}</Tag>
          )}
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
