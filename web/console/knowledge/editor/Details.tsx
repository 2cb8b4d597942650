import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import type { Audience } from "../../../shared/api/index.ts";
import { Line } from "../../../shared/ui/Line.tsx";
import { Select } from "../../../shared/ui/Select.tsx";
import { Toggle } from "../../../shared/ui/Toggle.tsx";
import { AUDIENCES } from "../articles/useArticles.ts";
import { knowledge } from "../api.ts";
import { useKnowledgeText } from "../text.ts";
import { instantOf, localOf } from "./times.ts";
import type { Editor } from "./useEditor.ts";

/** Whom an article is for, how long it holds, and who looks after it. */
export function Details({ editor }: { editor: Editor }) {
  const t = useKnowledgeText();
  const tagsId = useId();
  const { entry, errors, change } = editor;
  const { data: tags = [] } = useQuery({ queryKey: ["article-tags"], queryFn: knowledge.tags });
  return (
    <>
      <Line label={t("field.topic")} hint={t("field.topic_hint")} value={entry.topic} onChange={(value) => change("topic", value)} error={errors.get("topic")} testId="topic" />
      <Select
        label={t("field.audience")}
        value={entry.audience}
        options={AUDIENCES.map((id) => ({ id, text: t(`audience.${id}`) }))}
        choose={(id: Audience) => change("audience", id)}
        testId="audience"
      />
      <Toggle on={entry.auto_answer} change={(on) => change("auto_answer", on)}>
        {t("field.auto_answer")}
      </Toggle>
      <Line
        label={t("field.tags")}
        hint={t("field.tags_hint")}
        value={entry.tags.join(", ")}
        onChange={(text) => change("tags", text === "" ? [] : text.split(/[,，、]\s*/))}
        list={tagsId}
        error={errors.get("tags")}
      />
      <datalist id={tagsId}>
        {tags.map(({ tag }) => (
          <option key={tag} value={tag} />
        ))}
      </datalist>
      <Validity editor={editor} />
      <Owner editor={editor} />
      <Line
        label={t("field.review_on")}
        type="date"
        value={entry.review_on ?? ""}
        onChange={(value) => change("review_on", value || null)}
        error={errors.get("review_on")}
        testId="review-on"
      />
    </>
  );
}

function Validity({ editor }: { editor: Editor }) {
  const t = useKnowledgeText();
  return (["valid_from", "valid_to"] as const).map((field) => (
    <Line
      key={field}
      label={t(`field.${field}`)}
      type="datetime-local"
      value={localOf(editor.entry[field])}
      onChange={(value) => editor.change(field, instantOf(value))}
      error={editor.errors.get(field)}
    />
  ));
}

function Owner({ editor }: { editor: Editor }) {
  const t = useKnowledgeText();
  const { data } = useQuery({ queryKey: ["colleagues"], queryFn: knowledge.colleagues });
  const people = (data?.agents ?? []).map((one) => ({ id: one.agent_id, text: one.display_name }));
  const owner = editor.entry.owner_id ?? "";
  const isKnown = owner === "" || people.some(({ id }) => id === owner);
  return (
    <Select
      label={t("field.owner")}
      value={owner}
      options={[{ id: "", text: t("field.nobody") }, ...people, ...(isKnown ? [] : [{ id: owner, text: "…" }])]}
      choose={(id) => editor.change("owner_id", id || null)}
    />
  );
}
