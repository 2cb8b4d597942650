import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import type { Split, Total, TotalsView } from "../../../shared/api/index.ts";
import { isLocale, LOCALE_NAMES, type Locale } from "../../../shared/i18n/locales.ts";
import { IconButton } from "../../../shared/ui/Button.tsx";
import { Choice } from "../../../shared/ui/Toggle.tsx";
import { Card } from "../../page/Page.tsx";
import { type Column, Table } from "../../page/Table.tsx";
import { useFilter } from "../../page/useFilter.ts";
import { useLocale } from "../../text.ts";
import { knowledge, type Period } from "../api.ts";
import { csvOf, download } from "../csv.ts";
import css from "../Knowledge.module.css";
import { day, type KnowledgeText, share, useKnowledgeText } from "../text.ts";
import { ZONE } from "../usePeriod.ts";
import { Bar } from "./Bar.tsx";
import type { Behind } from "./SearchesSheet.tsx";

const SPLITS = ["day", "channel", "language", "queue"] as const;
const COUNTS = ["searches", "answered", "suggested", "nothing", "helped", "unhelpful"] as const satisfies readonly Total[];
const CHANNELS = ["voice", "chat", "email", "sms", "whatsapp", "line", "help_centre", "console"] as const;

/** The name of a line for people. */
export function keyName(split: Split, key: string, t: KnowledgeText, locale: Locale): string {
  if (split === "day") return day(key, locale);
  if (split === "language" && isLocale(key)) return LOCALE_NAMES[key];
  if (split === "channel") {
    const known = CHANNELS.find((one) => one === key);
    return known ? t(`channel.${known}`) : key;
  }
  return key || t("figures.no_queue");
}

/** The figures by day, channel, language or queue: bars and numbers in one table. */
export function SplitFigures({ period, open }: { period: Period; open(behind: Behind): void }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const [split, choose] = useFilter<(typeof SPLITS)[number]>("by", ["day", "channel", "language", "queue"]);
  const { data, isError, refetch } = useQuery({
    queryKey: ["faq-totals", split, period],
    queryFn: () => knowledge.totals(split, period, ZONE),
    staleTime: 0,
  });
  const rows = split === "day" ? data?.toReversed() : data?.toSorted((a, b) => b.searches - a.searches);
  const save = () => {
    const head = [t(`figures.by_${split}`), ...COUNTS.map((one) => t(`figures.${one}`)), t("figures.askers"), t("figures.deflected"), t("figures.answers_judged"), t("figures.answers_right")];
    const lines = (rows ?? []).map((one) => [
      keyName(split, one.key, t, locale),
      ...COUNTS.map((count) => one[count]),
      one.askers,
      one.deflected,
      one.answers_judged,
      one.answers_right,
    ]);
    download(`faq-${split}.csv`, csvOf(head, lines));
  };
  return (
    <Card
      title={t("figures.by")}
      end={
        <div className={css.row}>
          <Choice label={t("figures.by")} labelHidden value={split} options={SPLITS.map((id) => ({ id, text: t(`figures.by_${id}`) }))} choose={choose} />
          <IconButton label={t("csv")} onPress={save} isDisabled={!rows?.length} data-testid="split-csv">
            <Download size={16} aria-hidden="true" />
          </IconButton>
        </div>
      }
    >
      <Table
        label={t("figures.by")}
        columns={useColumns(split, Math.max(1, ...(rows ?? []).map((one) => one.searches)), open)}
        rows={rows}
        keyOf={(one) => one.key}
        empty={t("figures.none")}
        failed={isError}
        retry={() => void refetch()}
        testId="split"
      />
    </Card>
  );
}

function useColumns(split: Split, most: number, open: (behind: Behind) => void): Column<TotalsView>[] {
  const t = useKnowledgeText();
  const locale = useLocale();
  const counts = COUNTS.map((total) => ({
    id: total,
    title: t(`figures.${total}`),
    end: true,
    cell: (one: TotalsView) => (
      <button
        type="button"
        className={css.number}
        disabled={one[total] === 0}
        onClick={() => open({ title: `${t(`figures.${total}`)}: ${keyName(split, one.key, t, locale)}`, split, key: one.key, total })}
      >
        {one[total].toLocaleString(locale)}
      </button>
    ),
  }));
  return [
    { id: "key", title: t(`figures.by_${split as (typeof SPLITS)[number]}`), cell: (one) => keyName(split, one.key, t, locale) },
    { id: "bar", title: t("figures.chart"), cell: (one) => <Bar parts={[one.answered, one.suggested, one.nothing]} of={most} /> },
    ...counts,
    { id: "deflection", title: t("figures.deflection"), end: true, cell: (one) => share(one.deflected, one.askers, locale) },
    { id: "precision", title: t("figures.precision"), end: true, cell: (one) => share(one.answers_right, one.answers_judged, locale) },
  ];
}
