import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import type { FlowVersionView, NodeChange } from "../../shared/api/index.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Failure, Nothing, Skeleton } from "../../shared/ui/Feedback.tsx";
import { Tag } from "../../shared/ui/Tag.tsx";
import { useMe } from "../session/session.ts";
import { notify } from "../store/notices.ts";
import { useLocale, useText } from "../text.ts";
import { flowApi } from "./api.ts";
import css from "./Flows.module.css";
import { nameOf } from "./names.ts";
import { useFlowText, wordsFor } from "./text.ts";
import type { FlowEditing } from "./useFlow.ts";

/** Every published state: who, when and why; what the draft changes of it, and the way back to it. */
export function FlowVersions({ editing }: { editing: FlowEditing }) {
  const t = useFlowText();
  const words = useText();
  const [chosen, setChosen] = useState<number | null>(null);
  const { flow_id, published_version } = editing.view;
  const { data, isError, refetch } = useQuery({
    queryKey: ["flow-versions", flow_id, published_version],
    queryFn: () => flowApi.versions(flow_id),
  });
  if (isError)
    return (
      <Failure retry={() => void refetch()} retryLabel={words("retry")}>
        {t("not_loaded")}
      </Failure>
    );
  if (!data) return <Skeleton lines={4} label={words("loading")} />;
  if (data.length === 0) return <Nothing>{t("no_versions")}</Nothing>;
  return (
    <ol className={css.transcript} data-testid="flow-versions">
      {data.map((version) => (
        <Version
          key={version.version}
          version={version}
          editing={editing}
          isOpen={chosen === version.version}
          open={() => setChosen(chosen === version.version ? null : version.version)}
        />
      ))}
    </ol>
  );
}

interface VersionProps {
  version: FlowVersionView;
  editing: FlowEditing;
  isOpen: boolean;
  open(): void;
}

function Version({ version, editing, isOpen, open }: VersionProps) {
  const t = useFlowText();
  const locale = useLocale();
  const mayEdit = useMe().permissions.includes("flows.edit");
  const restore = async () => {
    if (await editing.restore(version.version)) notify(t("restored", { version: version.version }));
  };
  const when = new Date(version.at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
  return (
    <li className={css.option}>
      <div className={css.row}>
        <Button look="quiet" aria-expanded={isOpen} onPress={open} data-testid={`flow-version-${version.version}`}>
          {t("version", { version: version.version })}
        </Button>
        {version.is_published && <Tag tone="green">{t("published")}</Tag>}
      </div>
      <small className={css.meta}>
        {when} · {version.by ?? t("system")}
        {version.why && ` · ${version.why}`}
      </small>
      {isOpen && (
        <>
          <Changes editing={editing} version={version.version} />
          {mayEdit && (
            <Button onPress={() => void restore()} isPending={editing.isBusy} isDisabled={editing.isChanged} data-testid="restore-flow">
              <RotateCcw size={15} aria-hidden="true" />
              {t("restore")}
            </Button>
          )}
          {editing.isChanged && <small>{t("save_first")}</small>}
        </>
      )}
    </li>
  );
}

const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function Changes({ editing, version }: { editing: FlowEditing; version: number }) {
  const t = useFlowText();
  const words = useText();
  const { flow_id, revision } = editing.view;
  const { data } = useQuery({
    queryKey: ["flow-changes", flow_id, version, revision],
    queryFn: () => flowApi.compare(flow_id, version, undefined),
  });
  if (!data) return <Skeleton lines={2} label={words("loading")} />;
  if (data.length === 0) return <p>{t("no_changes")}</p>;
  return (
    <ul className={css.changes} aria-label={t("changes")} data-testid="flow-changes">
      {data.map((change, at) => (
        <Change key={at} change={change} editing={editing} />
      ))}
    </ul>
  );
}

function Change({ change, editing }: { change: NodeChange; editing: FlowEditing }) {
  const t = useFlowText();
  const where = change.node ? nameOf(change.node, editing.flow, t) : t("flow_itself");
  if (change.field === "")
    return (
      <li>
        <b>{where}</b>: {change.before === null ? <span className={css.added}>{t("step_added")}</span> : <span className={css.gone}>{t("step_gone")}</span>}
      </li>
    );
  return (
    <li>
      <b>{where}</b>, {wordsFor(t, `field.${change.field.split(".").at(-1) ?? ""}`, change.field)}: <del className={css.gone}>{textOf(change.before)}</del>{" "}
      <ins className={css.added}>{textOf(change.after)}</ins>
    </li>
  );
}
