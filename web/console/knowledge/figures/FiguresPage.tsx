import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Total, TotalsView } from "../../../shared/api/index.ts";
import { useLocale } from "../../text.ts";
import { knowledge } from "../api.ts";
import { Frame } from "../Frame.tsx";
import css from "../Knowledge.module.css";
import { PeriodFilter } from "../PeriodFilter.tsx";
import { share, useKnowledgeText } from "../text.ts";
import { usePeriod, ZONE } from "../usePeriod.ts";
import { ArticleFigures } from "./ArticleFigures.tsx";
import { type Behind, SearchesSheet } from "./SearchesSheet.tsx";
import { Upkeep } from "./Upkeep.tsx";
import { SplitFigures } from "./SplitFigures.tsx";

/** What was asked and what became of it; every figure opens the searches that it counts. */
export function FiguresPage() {
  const t = useKnowledgeText();
  const { days, choose, period } = usePeriod();
  const [behind, setBehind] = useState<Behind | null>(null);
  const { data } = useQuery({
    queryKey: ["faq-totals", "all", period],
    queryFn: () => knowledge.totals("all", period, ZONE),
    staleTime: 0,
  });
  return (
    <Frame
      filters={<PeriodFilter days={days} choose={choose} />}
      sheet={behind && <SearchesSheet key={behind.title} behind={behind} period={period} close={() => setBehind(null)} />}
    >
      {data && (
        <Tiles
          all={data[0]}
          open={(total, title) => setBehind({ title, split: "all", key: "", total })}
        />
      )}
      <SplitFigures period={period} open={setBehind} />
      <ArticleFigures period={period} open={setBehind} />
      <Upkeep />
      <p className={css.meta}>{t("figures.zone", { zone: ZONE })}</p>
    </Frame>
  );
}

function Tiles({ all, open }: { all: TotalsView | undefined; open(total: Total, title: string): void }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const counts = { searches: 0, nothing: 0, askers: 0, deflected: 0, answers_right: 0, answers_judged: 0, ...all };
  const tiles = [
    { total: "searches", value: counts.searches.toLocaleString(locale), hint: "" },
    { total: "deflected", value: share(counts.deflected, counts.askers, locale), hint: t("figures.of", { part: counts.deflected, of: counts.askers }) },
    { total: "answers_right", value: share(counts.answers_right, counts.answers_judged, locale), hint: t("figures.of", { part: counts.answers_right, of: counts.answers_judged }) },
    { total: "nothing", value: share(counts.nothing, counts.searches, locale), hint: t("figures.of", { part: counts.nothing, of: counts.searches }) },
  ] as const;
  return (
    <dl className={css.tiles} data-testid="totals">
      {tiles.map(({ total, value, hint }) => (
        <div key={total} className={css.tile}>
          <dt>{t(`figures.tile_${total}`)}</dt>
          <dd>{value}</dd>
          <dd className={css.tileFoot}>
            {hint && <span>{hint}</span>}
            <button type="button" className={css.number} onClick={() => open(total, t(`figures.tile_${total}`))} data-testid={`open-${total}`}>
              {t("figures.show")}
              <span className="visually-hidden"> {t(`figures.tile_${total}`)}</span>
            </button>
          </dd>
          <dd className={css.tileFoot}>{t(`figures.means_${total}`)}</dd>
        </div>
      ))}
    </dl>
  );
}
