import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import type { FieldChange, VersionView } from "../../../shared/api/index.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Failure, Nothing, Skeleton } from "../../../shared/ui/Feedback.tsx";
import { Tag } from "../../../shared/ui/Tag.tsx";
import { notify } from "../../store/notices.ts";
import { useLocale, useText } from "../../text.ts";
import { knowledge } from "../api.ts";
import { fieldName } from "../editor/ConflictWindow.tsx";
import css from "../editor/Editor.module.css";
import type { Editor } from "../editor/useEditor.ts";
import { moment, useKnowledgeText } from "../text.ts";
import { differences, valueText } from "./diff.ts";

/** Every saved state: who, when and why; what it changed, and the way back to it. */
export function Versions({ id, editor }: { id: string; editor: Editor }) {
  const t = useKnowledgeText();
  const words = useText();
  const latest = editor.article?.latest_version ?? 0;
  const [chosen, setChosen] = useState<number | null>(null);
  const { data, isError, refetch } = useQuery({
    queryKey: ["article-versions", id, latest],
    queryFn: () => knowledge.versions(id),
    enabled: latest > 0,
  });
  if (latest === 0) return <Nothing>{t("versions.none")}</Nothing>;
  if (isError)
    return (
      <Failure retry={() => void refetch()} retryLabel={words("retry")}>
        {t("failed")}
      </Failure>
    );
  if (!data) return <Skeleton lines={5} label={words("loading")} />;
  return (
    <ol className={css.versions} data-testid="versions">
      {data.map((version) => (
        <Version
          key={version.version}
          version={version}
          editor={editor}
          isOpen={chosen === version.version}
          open={() => setChosen(chosen === version.version ? null : version.version)}
        />
      ))}
    </ol>
  );
}

interface VersionProps {
  version: VersionView;
  editor: Editor;
  isOpen: boolean;
  open(): void;
}

function Version({ version, editor, isOpen, open }: VersionProps) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const { article } = editor;
  const isLatest = version.version === article?.latest_version;
  const restore = async () => {
    const done = await editor.command((one) => knowledge.restore(one.article_id, version.version, one.latest_version));
    if (done) notify(t("versions.restored", { version: version.version }));
  };
  return (
    <li className={css.version} data-chosen={isOpen}>
      <div className={css.versionRow}>
        <Button look="quiet" aria-expanded={isOpen} onPress={open} data-testid={`version-${version.version}`}>
          {t("versions.version", { version: version.version })}
        </Button>
        {version.version === article?.published_version && <Tag tone="green">{t("versions.published")}</Tag>}
        {isLatest && <Tag>{t("versions.latest")}</Tag>}
      </div>
      <small>
        {moment(version.saved_at, locale)} · {version.saved_by_name ?? t("versions.system")}
        {version.why && ` · ${version.why}`}
      </small>
      {isOpen && (
        <>
          {version.version > 1 && article && <Changes id={article.article_id} before={version.version - 1} after={version.version} title={t("versions.changes")} />}
          {!isLatest && article && (
            <>
              <Changes id={article.article_id} before={version.version} after={article.latest_version} title={t("versions.since")} />
              <Button onPress={() => void restore()} isPending={editor.isBusy} isDisabled={editor.isChanged} data-testid="restore">
                <RotateCcw size={15} aria-hidden="true" />
                {t("versions.restore")}
              </Button>
              {editor.isChanged && <small>{t("versions.save_first")}</small>}
            </>
          )}
        </>
      )}
    </li>
  );
}

function Changes({ id, before, after, title }: { id: string; before: number; after: number; title: string }) {
  const t = useKnowledgeText();
  const words = useText();
  const { data } = useQuery({
    queryKey: ["article-changes", id, before, after],
    queryFn: () => knowledge.compare(id, before, after),
    staleTime: Infinity,
  });
  return (
    <section className={css.diff} aria-label={title} data-testid="changes">
      <h3>{title}</h3>
      {!data && <Skeleton lines={2} label={words("loading")} />}
      {data?.length === 0 && <p>{t("versions.no_changes")}</p>}
      {data?.map((change) => (
        <Change key={change.field} change={change} />
      ))}
    </section>
  );
}

function Change({ change }: { change: FieldChange }) {
  const t = useKnowledgeText();
  return (
    <div>
      <b>{fieldName(change.field, t)}</b>
      <p>
        {differences(valueText(change.before), valueText(change.after)).map(({ text, kind }, at) =>
          kind === "same" ? text : kind === "gone" ? <del key={at}>{text}</del> : <ins key={at}>{text}</ins>,
        )}
      </p>
    </div>
  );
}
