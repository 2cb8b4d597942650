import { FlaskConical } from "lucide-react";
import { useState } from "react";
import type { AnsweringView } from "../../../shared/api/index.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Select } from "../../../shared/ui/Select.tsx";
import { Choice } from "../../../shared/ui/Toggle.tsx";
import { queries } from "../../session/session.ts";
import { useAction } from "../../useAction.ts";
import { knowledge } from "../api.ts";
import { FileField } from "../files/FileField.tsx";
import css from "../Knowledge.module.css";
import { useKnowledgeText } from "../text.ts";
import { type Judged, readJudged } from "./judged.ts";

const TARGETS = ["0.9", "0.95", "0.98"] as const;

/** Begin a trial: on a file of judged questions, or on what those who asked said. */
export function NewRun({ view }: { view: AnsweringView }) {
  const t = useKnowledgeText();
  const { run, busy } = useAction();
  const [source, setSource] = useState<"file" | "log">("file");
  const [target, setTarget] = useState<(typeof TARGETS)[number]>("0.95");
  const [judged, setJudged] = useState<Judged | null>(null);
  const count = source === "log" ? view.judged_in_log : (judged?.questions.length ?? 0);
  const isReady = count >= view.needed && (source === "log" || judged?.faults.length === 0);
  const start = async () => {
    const body = { run_id: crypto.randomUUID(), target: Number(target), questions: source === "log" ? null : judged?.questions };
    if (await run(() => knowledge.startRun(body))) await queries.invalidateQueries({ queryKey: ["calibration-runs"] });
  };
  return (
    <div className={css.form}>
      <p className={css.lead}>{t("answering.calibrate_lead", { needed: view.needed })}</p>
      <Choice
        label={t("answering.source")}
        value={source}
        options={[
          { id: "file", text: t("answering.source_file") },
          { id: "log", text: t("answering.source_log", { count: view.judged_in_log }) },
        ]}
        choose={(id) => setSource(id)}
      />
      {source === "file" && (
        <FileField label={t("answering.file")} hint={t("answering.file_hint")} take={(text) => setJudged(readJudged(text))} testId="judged-file" />
      )}
      {judged && source === "file" && <Read judged={judged} needed={view.needed} />}
      {source === "log" && view.judged_in_log < view.needed && <p>{t("answering.too_few", { count, needed: view.needed })}</p>}
      <div className={css.row}>
        <Select label={t("answering.target")} value={target} options={TARGETS.map((id) => ({ id, text: `${Math.round(Number(id) * 100)} %` }))} choose={(id) => setTarget(id)} />
        <Button look="primary" isDisabled={!isReady} isPending={busy} onPress={() => void start()} data-testid="start-run">
          <FlaskConical size={16} aria-hidden="true" />
          {t("answering.start")}
        </Button>
      </div>
    </div>
  );
}

function Read({ judged, needed }: { judged: Judged; needed: number }) {
  const t = useKnowledgeText();
  const { questions, faults } = judged;
  if (faults.length === 0)
    return (
      <p role="status" data-testid="judged-read">
        {questions.length < needed ? t("answering.too_few", { count: questions.length, needed }) : t("answering.read", { count: questions.length })}
      </p>
    );
  return (
    <ul role="alert" className={css.faults} data-testid="judged-faults">
      {faults.slice(0, 50).map(({ line, field, problem }, at) => (
        <li key={at}>{t("answering.fault", { line, field, problem: t(`answering.fault_${problem}`) })}</li>
      ))}
    </ul>
  );
}
