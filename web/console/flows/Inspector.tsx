import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "../../shared/ui/Button.tsx";
import { Line } from "../../shared/ui/Line.tsx";
import { Select } from "../../shared/ui/Select.tsx";
import { Toggle } from "../../shared/ui/Toggle.tsx";
import { useMe } from "../session/session.ts";
import { useLocale } from "../text.ts";
import { flowApi } from "./api.ts";
import type { Place } from "./FlowEditor.tsx";
import css from "./Flows.module.css";
import { changed, comingFrom, exitsOf, type FlowNode, type Words, withValue } from "./graph.ts";
import { CHOICES, editingOf, fieldsOf } from "./kinds.ts";
import { kindName, nodeName, spoken } from "./names.ts";
import { Cases, Pairs } from "./Cases.tsx";
import { Options } from "./Options.tsx";
import { FlowSettings } from "./FlowSettings.tsx";
import { type FlowText, useFlowText, wordsFor } from "./text.ts";
import type { FlowEditing } from "./useFlow.ts";
import { LinkField } from "./LinkField.tsx";
import { WordsField } from "./WordsField.tsx";

interface InspectorProps {
  editing: FlowEditing;
  place: Place;
  choose(id: string | null): void;
  remove: ((id: string) => void) | null;
}

/** What the chosen step holds; without one, the settings of the flow. */
export function Inspector({ editing, place, choose, remove }: InspectorProps) {
  const t = useFlowText();
  const box = useRef<HTMLDivElement>(null);
  const { flow } = editing;
  const node = flow.nodes.find(({ id }) => id === place.chosen);
  const mayEdit = useMe().permissions.includes("flows.edit");
  useEffect(() => {
    if (!place.field) return;
    const names = place.field.name.split(".");
    const tries = names.map((_, at) => names.slice(0, names.length - at).join("."));
    for (const name of [...tries, "name"]) {
      const found = box.current?.querySelector<HTMLElement>(`[data-field="${name}"] :is(input, textarea, select, button)`);
      if (found) return found.focus();
    }
  }, [place.field]);
  if (!node)
    return (
      <div ref={box} className={css.transcript}>
        <FlowSettings editing={editing} mayEdit={mayEdit} />
      </div>
    );
  return (
    <div ref={box} className={css.transcript} data-testid="inspector">
      <h2>{nodeName(node, t)}</h2>
      <p className={css.meta}>{wordsFor(t, `about.${node.kind}`, kindName(node.kind, t))}</p>
      <fieldset className={css.fields} disabled={!mayEdit}>
        <Fields node={node} editing={editing} />
      </fieldset>
      <Incoming node={node} editing={editing} choose={choose} />
      <div className={css.row}>
        <Button onPress={() => choose(null)} data-testid="flow-settings">
          {t("settings")}
        </Button>
        {remove && (
          <Button isDisabled={node.id === flow.start || node.id === flow.human} onPress={() => remove(node.id)} data-testid="remove-step">
            <Trash2 size={15} aria-hidden="true" />
            {t("remove")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Fields({ node, editing }: { node: FlowNode; editing: FlowEditing }) {
  const t = useFlowText();
  const set = (field: string, value: unknown) => editing.change(changed(editing.flow, node.id, (one) => withValue(one, field, value)));
  const links = new Set(exitsOf(node, editing.flow).map(({ field }) => field));
  return (
    <>
      <div data-field="name">
        <Line label={t("field.name")} value={node.name ?? ""} maxLength={80} onChange={(name) => set("name", name)} testId="step-name" />
      </div>
      {fieldsOf(node).map((field) => (
        <div key={`${node.id}.${field}`} data-field={field}>
          <OneField node={node} field={field} isLink={links.has(field)} set={set} editing={editing} t={t} />
        </div>
      ))}
    </>
  );
}

interface OneFieldProps {
  node: FlowNode;
  field: string;
  isLink: boolean;
  set(field: string, value: unknown): void;
  editing: FlowEditing;
  t: FlowText;
}

function OneField({ node, field, isLink, set, editing, t }: OneFieldProps) {
  const value = node[field];
  const label = wordsFor(t, `field.${field}`, field);
  switch (editingOf(field, value, isLink)) {
    case "link":
      return <LinkField label={label} flow={editing.flow} target={value as string | null} set={(target) => set(field, target)} testId={`link-${field}`} />;
    case "words":
      return <WordsField key={`${node.id}.${field}`} label={label} words={value as Words | null} locales={editing.flow.locales} set={(words) => set(field, words)} testId={field} />;
    case "queue":
      return <QueueField label={label} value={value as string | null} set={(queue) => set(field, queue)} />;
    case "topic":
      return <TopicField label={label} value={value as string | null} editing={editing} set={(topic) => set(field, topic)} />;
    case "options":
      return <Options node={node} editing={editing} set={set} />;
    case "flag":
      return (
        <Toggle on={value === true} change={(on) => set(field, on)}>
          {label}
        </Toggle>
      );
    case "number":
      return (
        <Line
          label={label}
          type="number"
          value={value === null || value === undefined ? "" : String(value)}
          onChange={(text) => set(field, text === "" ? null : Number(text))}
          min="1"
          max={field === "priority" ? "9" : "30"}
          testId={field}
        />
      );
    case "list":
      return <Line label={label} value={((value as string[] | undefined) ?? []).join(", ")} onChange={(text) => set(field, text.split(/[,\s]+/).filter(Boolean))} />;
    case "choice": {
      const choices = CHOICES[field] ?? [];
      return (
        <Select
          label={label}
          value={String(value ?? choices[0])}
          options={choices.map((id) => ({ id, text: wordsFor(t, `choice_of.${id}`, id) }))}
          choose={(id) => set(field, id)}
        />
      );
    }
    case "cases":
      return <Cases node={node} flow={editing.flow} set={set} />;
    case "line":
      return <Line label={label} value={(value as string | null) ?? ""} onChange={(text) => set(field, text || null)} hint={wordsFor(t, `hint.${field}`, "") || undefined} />;
    case "pairs":
      return <Pairs key={node.id} label={label} hint={wordsFor(t, `hint.${field}`, "")} pairs={value as Record<string, string>} set={(pairs) => set(field, pairs)} />;
    default:
      return <Unknown label={label} value={value} />;
  }
}

/** A field this page has no editor for is shown as it is stored, and stays so. */
function Unknown({ label, value }: { label: string; value: unknown }) {
  if (value === null || value === undefined) return null;
  return (
    <p className={css.meta}>
      {label}: <code>{JSON.stringify(value)}</code>
    </p>
  );
}

/** Chooses a queue by its key; one that does not exist any more is still shown. */
export function QueueField({ label, value, set, isRequired }: { label: string; value: string | null; set(queue: string | null): void; isRequired?: boolean }) {
  const t = useFlowText();
  const locale = useLocale();
  const { data = [] } = useQuery({ queryKey: ["flow-queues"], queryFn: flowApi.queues });
  const options = data.map((queue) => ({ id: queue.key, text: (queue.labels as Words)[locale] ?? queue.name }));
  const known = value === null || options.some(({ id }) => id === value) ? [] : [{ id: value, text: value }];
  return (
    <Select
      label={label}
      value={value ?? ""}
      options={[...(isRequired ? [] : [{ id: "", text: t("by_topic") }]), ...options, ...known]}
      choose={(id) => set(id || null)}
      testId="queue"
    />
  );
}

function TopicField({ label, value, editing, set }: { label: string; value: string | null; editing: FlowEditing; set(topic: string | null): void }) {
  const t = useFlowText();
  const locale = useLocale();
  const topics = Object.entries(editing.flow.topics ?? {}).map(([id, topic]) => ({
    id,
    text: spoken((topic as { label?: Words }).label, locale).text || id,
  }));
  const known = !value || topics.some(({ id }) => id === value) ? [] : [{ id: value, text: value }];
  return <Select label={label} value={value ?? ""} options={[{ id: "", text: t("none_set") }, ...topics, ...known]} choose={(id) => set(id || null)} />;
}

function Incoming({ node, editing, choose }: { node: FlowNode; editing: FlowEditing; choose(id: string): void }) {
  const t = useFlowText();
  const from = comingFrom(editing.flow, node.id);
  if (from.length === 0) return null;
  return (
    <p className={css.meta}>
      {t("comes_from")}{" "}
      {from.map((id) => {
        const one = editing.flow.nodes.find((other) => other.id === id);
        return (
          <button key={id} type="button" className={css.exit} onClick={() => choose(id)}>
            {one ? nodeName(one, t) : id}
          </button>
        );
      })}
    </p>
  );
}
