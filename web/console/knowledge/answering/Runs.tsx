import { useQuery } from "@tanstack/react-query";
import type { RunResult, RunView, ThresholdLine } from "../../../shared/api/index.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Tag } from "../../../shared/ui/Tag.tsx";
import { Card } from "../../page/Page.tsx";
import { type Column, Table } from "../../page/Table.tsx";
import { queries, useMe } from "../../session/session.ts";
import { notify } from "../../store/notices.ts";
import { useLocale } from "../../text.ts";
import { useAction } from "../../useAction.ts";
import { knowledge } from "../api.ts";
import { Progress } from "../files/Progress.tsx";
import css from "../Knowledge.module.css";
import { moment, share, useKnowledgeText } from "../text.ts";

const LOOK_AGAIN_MS = 1_000;

/** The last trials; one that runs shows how far it is. */
export function Runs() {
  const t = useKnowledgeText();
  const locale = useLocale();
  const { data = [] } = useQuery({
    queryKey: ["calibration-runs"],
    queryFn: knowledge.runs,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some((run) => run.state !== "finished") ? LOOK_AGAIN_MS : false),
  });
  return data.map((run, at) => (
    <Card
      key={run.run_id}
      title={t("answering.run", { when: moment(run.requested_at, locale) })}
      end={<Tag>{t("answering.run_on", { count: run.total, source: t(`answering.source_short_${run.source}`) })}</Tag>}
    >
      {run.state !== "finished" ? (
        <div className={css.form}>
          <Progress label={t("answering.running")} done={run.done} of={run.total} />
        </div>
      ) : (
        run.results.map((result) => <Result key={result.encoder} run={run} result={result} isNewest={at === 0} />)
      )}
    </Card>
  ));
}

function Result({ run, result, isNewest }: { run: RunView; result: RunResult; isNewest: boolean }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const columns = useColumnsOf(run, result, isNewest);
  const kind = result.encoder === "none" ? t("answering.by_words") : t("answering.by_meaning");
  return (
    <div className={css.form} data-testid={`result-${result.encoder === "none" ? "words" : "meaning"}`}>
      <h3>{kind}</h3>
      <p>{t("answering.right_first", { share: share(result.right_first, result.judged, locale) })}</p>
      {result.problem && <p>{t(`answering.problem_${result.problem}`, { target: share(run.target, 1, locale) })}</p>}
      {result.threshold !== null && (
        <p>
          {t("answering.found", {
            threshold: share(result.threshold, 1, locale),
            precision: share(result.precision ?? 0, 1, locale),
            coverage: share(result.coverage ?? 0, 1, locale),
          })}{" "}
          {isNewest && <TakeOver run={run} result={result} threshold={null} />}
        </p>
      )}
      {result.table.length > 0 && (
        <div className={css.full}>
          <Table
            label={t("answering.table", { kind })}
            columns={columns}
            rows={result.table}
            keyOf={(line) => String(line.threshold)}
            empty=""
            testId="thresholds"
          />
        </div>
      )}
    </div>
  );
}

function useColumnsOf(run: RunView, result: RunResult, isNewest: boolean): Column<ThresholdLine>[] {
  const t = useKnowledgeText();
  const locale = useLocale();
  const mayTake = useMe().permissions.includes("faq.answering");
  const part = (value: number | null) => (value === null ? "–" : share(value, 1, locale));
  const columns: Column<ThresholdLine>[] = [
    { id: "threshold", title: t("answering.threshold"), cell: (line) => part(line.threshold) },
    { id: "precision", title: t("answering.precision"), end: true, cell: (line) => part(line.precision) },
    { id: "sure", title: t("answering.sure"), end: true, cell: (line) => part(line.sure) },
    { id: "coverage", title: t("answering.coverage"), end: true, cell: (line) => part(line.coverage) },
    { id: "answered", title: t("answering.answered"), end: true, cell: (line) => t("figures.of", { part: line.right, of: line.answered }) },
  ];
  if (!isNewest || !mayTake || result.threshold === null) return columns;
  const take = (line: ThresholdLine) => line.answered > 0 && <TakeOver run={run} result={result} threshold={line.threshold} />;
  return [...columns, { id: "take", title: t("answering.take_over"), titleHidden: true, end: true, cell: take }];
}

function TakeOver({ run, result, threshold }: { run: RunView; result: RunResult; threshold: number | null }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const { run: act, busy } = useAction();
  const mayTake = useMe().permissions.includes("faq.answering");
  if (!mayTake) return null;
  const take = async () => {
    const view = await act(() => knowledge.takeOver(run.run_id, { encoder: result.encoder, threshold }));
    if (!view) return;
    queries.setQueryData(["answering"], view);
    notify(t("answering.taken_over"));
  };
  return (
    <Button look={threshold === null ? "primary" : "plain"} isPending={busy} onPress={() => void take()} data-testid={threshold === null ? "take-over" : undefined}>
      {t("answering.take_over")}
      {threshold !== null && <span className="visually-hidden"> {share(threshold, 1, locale)}</span>}
    </Button>
  );
}
