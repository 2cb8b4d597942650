import { CornerDownRight, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { isImeKey } from "../../shared/ime.ts";
import { Tag } from "../../shared/ui/Tag.tsx";
import { useLocale } from "../text.ts";
import type { Place } from "./FlowEditor.tsx";
import css from "./Flows.module.css";
import { exitsOf, type FlowNode, walked } from "./graph.ts";
import { iconOf } from "./kinds.ts";
import { exitName, nameOf, nodeName, summary } from "./names.ts";
import { useFlowText } from "./text.ts";
import type { FlowEditing } from "./useFlow.ts";

const OPTIONAL = ["silence", "closed"];

export interface ShownProps {
  editing: FlowEditing;
  place: Place;
  choose(id: string | null): void;
  remove: ((id: string) => void) | null;
}

/** The whole flow as a list, in the order a caller meets it. Arrow keys move, Delete takes a step away. */
export function Outline({ editing, place, choose, remove }: ShownProps) {
  const t = useFlowText();
  const box = useRef<HTMLDivElement>(null);
  const { flow } = editing;
  const order = walked(flow);
  const live = place.live;
  useEffect(() => {
    if (live) box.current?.querySelector(`[data-id="${live}"]`)?.scrollIntoView({ block: "nearest" });
  }, [live]);

  const focusOn = (id: string) => box.current?.querySelector<HTMLElement>(`[data-id="${id}"] [data-step]`)?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    if (isImeKey(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = order.findIndex(({ id }) => id === (event.target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset["id"]);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 };
    const to = order[steps[event.key] ?? -1]?.id;
    const here = order[at]?.id;
    if (to) {
      choose(to);
      focusOn(to);
    } else if (event.key === "Delete" && here && remove) remove(here);
    else return;
    event.preventDefault();
  };
  const byId = new Map(flow.nodes.map((node) => [node.id, node]));
  const lost = order.filter(({ isReached }) => !isReached);
  const steps = (ids: typeof order) =>
    ids.map(({ id }) => {
      const node = byId.get(id);
      return node && <Step key={id} node={node} editing={editing} place={place} choose={(to) => (choose(to), focusOn(to))} />;
    });
  return (
    <div ref={box} className={css.outline} onKeyDown={onKeyDown} tabIndex={-1}>
      <ol className={css.steps} aria-label={t("outline_of", { flow: editing.view.key })} data-testid="outline">
        {steps(order.filter(({ isReached }) => isReached))}
      </ol>
      {lost.length > 0 && (
        <>
          <h2 className={css.group}>{t("unreached")}</h2>
          <ol className={css.steps} aria-label={t("unreached")}>
            {steps(lost)}
          </ol>
        </>
      )}
    </div>
  );
}

interface StepProps {
  node: FlowNode;
  editing: FlowEditing;
  place: Place;
  choose(id: string): void;
}

function Step({ node, editing, place, choose }: StepProps) {
  const t = useFlowText();
  const locale = useLocale();
  const { flow, problems } = editing;
  const Icon = iconOf(node.kind);
  const said = summary(node, locale);
  const isFaulty = problems.some((problem) => problem.node === node.id && problem.severity === "error");
  const isChosen = place.chosen === node.id;
  return (
    <li className={css.step} data-id={node.id} data-testid="step" data-chosen={isChosen} data-live={place.live === node.id}>
      <button type="button" className={css.stepName} data-step aria-pressed={isChosen} onClick={() => choose(node.id)}>
        <Icon size={16} aria-hidden="true" />
        <b>{nodeName(node, t)}</b>
        <small lang={said.lang}>{said.text}</small>
        {place.live === node.id && <Tag tone="green">{t("live")}</Tag>}
        {isFaulty && (
          <Tag tone="red">
            <TriangleAlert size={12} aria-hidden="true" />
            {t("faulty")}
          </Tag>
        )}
        {node.id === flow.start && <Tag tone="blue">{t("start")}</Tag>}
        {node.id === flow.human && <Tag>{t("key_0")}</Tag>}
      </button>
      <Exits node={node} editing={editing} choose={choose} />
    </li>
  );
}

function Exits({ node, editing, choose }: Omit<StepProps, "place">) {
  const t = useFlowText();
  const locale = useLocale();
  const exits = exitsOf(node, editing.flow).filter(({ field, target }) => target !== null || !OPTIONAL.includes(field));
  if (exits.length === 0) return null;
  return (
    <ul className={css.exits} aria-label={t("ways_of", { step: nodeName(node, t) })}>
      {exits.map((exit) => (
        <li key={exit.field}>
          <CornerDownRight size={12} aria-hidden="true" /> {exitName(exit, t, locale)}:{" "}
          {exit.target ? (
            <button type="button" className={css.exit} onClick={() => choose(exit.target ?? "")}>
              {nameOf(exit.target, editing.flow, t)}
            </button>
          ) : (
            <span className={css.missing}>{t("nowhere")}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
