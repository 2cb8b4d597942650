import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { SynonymView } from "../../../shared/api/index.ts";
import { Button, IconButton } from "../../../shared/ui/Button.tsx";
import { Line } from "../../../shared/ui/Line.tsx";
import { Select } from "../../../shared/ui/Select.tsx";
import { Card } from "../../page/Page.tsx";
import { type Column, Table } from "../../page/Table.tsx";
import { queries, useMe } from "../../session/session.ts";
import { notify } from "../../store/notices.ts";
import { useLocale } from "../../text.ts";
import { useAction } from "../../useAction.ts";
import { knowledge } from "../api.ts";
import { Frame } from "../Frame.tsx";
import css from "../Knowledge.module.css";
import { moment, useKnowledgeText } from "../text.ts";

const KEY = ["synonyms"];
const WEIGHTS = ["0.25", "0.5", "0.75", "1"] as const;

/** Words of the house: what customers say, and what the articles say for it. */
export function SynonymsPage() {
  const t = useKnowledgeText();
  const mayChange = useMe().permissions.includes("faq.publish");
  const { data, isError, refetch } = useQuery({ queryKey: KEY, queryFn: knowledge.synonyms, staleTime: 0 });
  return (
    <Frame>
      <p className={css.lead}>{t("synonyms.lead")}</p>
      {mayChange && (
        <Card title={t("synonyms.add")}>
          <NewSynonym />
        </Card>
      )}
      <Card>
        <Table
          label={t("part.synonyms")}
          columns={useColumns(mayChange)}
          rows={data}
          keyOf={(one) => one.id}
          empty={t("synonyms.none")}
          failed={isError}
          retry={() => void refetch()}
          testId="synonyms"
        />
      </Card>
    </Frame>
  );
}

function NewSynonym() {
  const t = useKnowledgeText();
  const { run, busy } = useAction();
  const [term, setTerm] = useState("");
  const [replacement, setReplacement] = useState("");
  const [weight, setWeight] = useState<(typeof WEIGHTS)[number]>("0.5");
  const add = async () => {
    const made = await run(() => knowledge.addSynonym({ term, replacement, weight: Number(weight) }));
    if (!made) return;
    setTerm("");
    setReplacement("");
    notify(t("synonyms.added", { term: made.term, replacement: made.replacement }));
    await queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <form
      className={`${css.form} ${css.row}`}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <Line label={t("synonyms.term")} value={term} onChange={setTerm} maxLength={80} isRequired testId="synonym-term" />
      <Line label={t("synonyms.replacement")} value={replacement} onChange={setReplacement} maxLength={80} isRequired testId="synonym-replacement" />
      <Select label={t("synonyms.weight")} value={weight} options={WEIGHTS.map((id) => ({ id, text: id }))} choose={(id) => setWeight(id)} />
      <Button type="submit" look="primary" isPending={busy} isDisabled={!term.trim() || !replacement.trim()} data-testid="synonym-add">
        <Plus size={16} aria-hidden="true" />
        {t("synonyms.add")}
      </Button>
    </form>
  );
}

function useColumns(mayChange: boolean): Column<SynonymView>[] {
  const t = useKnowledgeText();
  const locale = useLocale();
  const { run } = useAction();
  const remove = async (one: SynonymView) => {
    await run(() => knowledge.removeSynonym(one.id));
    await queries.invalidateQueries({ queryKey: KEY });
  };
  const columns: Column<SynonymView>[] = [
    { id: "term", title: t("synonyms.term"), cell: (one) => one.term },
    { id: "replacement", title: t("synonyms.replacement"), cell: (one) => one.replacement },
    { id: "weight", title: t("synonyms.weight"), end: true, cell: (one) => one.weight },
    { id: "by", title: t("synonyms.by"), cell: (one) => `${one.created_by_name ?? "–"}, ${moment(one.created_at, locale)}` },
  ];
  if (!mayChange) return columns;
  return [
    ...columns,
    {
      id: "remove",
      title: t("synonyms.remove"),
      titleHidden: true,
      end: true,
      cell: (one) => (
        <IconButton label={t("synonyms.remove_one", { term: one.term })} onPress={() => void remove(one)} data-testid="synonym-remove">
          <Trash2 size={15} aria-hidden="true" />
        </IconButton>
      ),
    },
  ];
}
