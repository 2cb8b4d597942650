import { useState } from "react";
import { Button } from "../../shared/ui/Button.tsx";
import { Toggle } from "../../shared/ui/Toggle.tsx";
import { Window, WindowAnswers } from "../../shared/ui/Window.tsx";
import { useText } from "../text.ts";
import css from "./Flows.module.css";
import { settled } from "./merge.ts";
import { nameOf } from "./names.ts";
import { useFlowText, wordsFor } from "./text.ts";
import type { FlowConflict, FlowEditing } from "./useFlow.ts";

/** Somebody saved meanwhile: steps that both changed are chosen here, all others come together by themselves. */
export function FlowConflictWindow({ editing }: { editing: FlowEditing }) {
  const t = useFlowText();
  const words = useText();
  const [hidden, hide] = useState<FlowConflict | null>(null);
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  const { conflict, flow } = editing;
  if (!conflict) return null;
  const { merge } = conflict;
  const isTheirs = (id: string) => conflict.theirs.nodes.some((node) => node.id === id);
  const named = (id: string, isNode = true) =>
    isNode ? nameOf(id, isTheirs(id) ? conflict.theirs : flow, t) : wordsFor(t, `field.${id}`, id);
  const choose = (id: string, isTaken: boolean) => {
    const next = new Set(theirs);
    if (isTaken) next.add(id);
    else next.delete(id);
    setTheirs(next);
  };
  return (
    <Window title={t("conflict")} closeLabel={words("close")} isOpen={hidden !== conflict} close={() => hide(conflict)} testId="flow-conflict">
      <p>{t("conflict_text")}</p>
      {merge.taken.length > 0 && <p>{t("conflict_taken", { steps: merge.taken.map((id) => named(id)).join(", ") })}</p>}
      <div className={css.settle}>
        {merge.clashes.map(({ id, isNode }) => (
          <Toggle key={id} on={theirs.has(id)} change={(on) => choose(id, on)}>
            {t("take_theirs", { step: named(id, isNode) })}
          </Toggle>
        ))}
      </div>
      <WindowAnswers>
        <Button onPress={() => hide(conflict)}>{t("cancel")}</Button>
        <Button
          look="primary"
          onPress={() => {
            editing.settle(settled(merge, conflict.theirs, theirs));
            setTheirs(new Set());
          }}
          data-testid="settle-flow"
        >
          {t("settle")}
        </Button>
      </WindowAnswers>
    </Window>
  );
}
