import { useQuery } from "@tanstack/react-query";
import { Download, FileCheck, FileUp } from "lucide-react";
import { useState } from "react";
import type { FaultView, Format, ImportView } from "../../../shared/api/index.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Card } from "../../page/Page.tsx";
import { type Column, Table } from "../../page/Table.tsx";
import { queries, useMe } from "../../session/session.ts";
import { useAction } from "../../useAction.ts";
import { exportAddress, knowledge } from "../api.ts";
import { Frame } from "../Frame.tsx";
import css from "../Knowledge.module.css";
import { useKnowledgeText } from "../text.ts";
import { FileField } from "./FileField.tsx";
import { Progress } from "./Progress.tsx";

const LOOK_AGAIN_MS = 700;

/** Articles out as files, and in again: first a check that says what would be done. */
export function FilesPage() {
  const t = useKnowledgeText();
  const mayImport = useMe().permissions.includes("faq.publish");
  return (
    <Frame>
      <Card title={t("files.export")}>
        <div className={css.form}>
          <p className={css.lead}>{t("files.export_lead")}</p>
          <div className={css.row}>
            {(["csv", "jsonl"] as const).map((format) => (
              <a key={format} className={css.download} href={exportAddress(format)} download data-testid={`export-${format}`}>
                <Download size={16} aria-hidden="true" />
                {t(`files.${format}`)}
              </a>
            ))}
          </div>
        </div>
      </Card>
      {mayImport && (
        <Card title={t("files.import")}>
          <Import />
        </Card>
      )}
    </Frame>
  );
}

interface Chosen {
  text: string;
  format: Format;
}

function Import() {
  const t = useKnowledgeText();
  const { run, busy } = useAction();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [importId, setImportId] = useState<string | null>(null);
  const { data } = useQuery({
    queryKey: ["import", importId],
    queryFn: async () => {
      const state = await knowledge.importState(importId ?? "");
      if (state.state === "finished" && !state.is_dry_run)
        for (const key of ["articles", "article-categories", "article-tags"]) void queries.invalidateQueries({ queryKey: [key] });
      return state;
    },
    enabled: importId !== null,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && state.data.finished_at !== null ? false : LOOK_AGAIN_MS),
  });
  const start = async (isDryRun: boolean) => {
    if (!chosen) return;
    const query = { import_id: crypto.randomUUID(), format: chosen.format, dry_run: isDryRun };
    const asked = await run(() => knowledge.startImport(chosen.text, query));
    if (asked) setImportId(asked.import_id);
  };
  const isRunning = importId !== null && data?.finished_at === null;
  const isChecked = data?.is_dry_run === true && data.state === "finished";
  return (
    <div className={css.form}>
      <p className={css.lead}>{t("files.import_lead")}</p>
      <FileField
        label={t("files.file")}
        hint={t("files.file_hint")}
        take={(text, name) => {
          setChosen({ text, format: name.endsWith(".csv") ? "csv" : "jsonl" });
          setImportId(null);
        }}
        testId="import-file"
      />
      <div className={css.row}>
        <Button look={isChecked ? "plain" : "primary"} isDisabled={!chosen} isPending={busy || isRunning} onPress={() => void start(true)} data-testid="check-file">
          <FileCheck size={16} aria-hidden="true" />
          {t("files.check")}
        </Button>
        <Button look={isChecked ? "primary" : "plain"} isDisabled={!isChecked} isPending={busy || isRunning} onPress={() => void start(false)} data-testid="take-in">
          <FileUp size={16} aria-hidden="true" />
          {t("files.take_in")}
        </Button>
      </div>
      {data && importId && <Report state={data} />}
    </div>
  );
}

function Report({ state }: { state: ImportView }) {
  const t = useKnowledgeText();
  if (state.finished_at === null) return <Progress label={t("files.working")} done={state.done} of={state.rows} />;
  const { created, changed, unchanged, wrong } = state;
  const key = state.state === "refused" ? "refused" : state.is_dry_run ? "would" : "did";
  return (
    <div className={css.full} data-testid="report">
      <p role="status">{t(`files.${key}`, { created, changed, unchanged, wrong })}</p>
      {state.faults.length > 0 && (
        <div className={css.faults}>
          <Table label={t("files.faults")} columns={faultColumns(t)} rows={state.faults} keyOf={(fault) => `${fault.line}:${fault.field}:${fault.message}`} empty="" />
        </div>
      )}
    </div>
  );
}

function faultColumns(t: ReturnType<typeof useKnowledgeText>): Column<FaultView>[] {
  return [
    { id: "line", title: t("files.line"), cell: (fault) => fault.line },
    { id: "field", title: t("files.field"), cell: (fault) => <code>{fault.field}</code> },
    { id: "message", title: t("files.message"), cell: (fault) => fault.message },
  ];
}
