import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../../shared/ui/Button.tsx";
import { Line } from "../../shared/ui/Line.tsx";
import { TextArea } from "../../shared/ui/TextArea.tsx";
import css from "./Flows.module.css";
import type { Flow, FlowNode } from "./graph.ts";
import { LinkField } from "./LinkField.tsx";
import { useFlowText } from "./text.ts";

interface Case {
  equals: string;
  next?: string | null;
}

interface CasesProps {
  node: FlowNode;
  flow: Flow;
  set(field: string, value: unknown): void;
}

const MAX_CASES = 20;

/** What a value is compared with, and where each leads. */
export function Cases({ node, flow, set }: CasesProps) {
  const t = useFlowText();
  const cases = (node["cases"] as Case[] | undefined) ?? [];
  return (
    <>
      {cases.map((one, at) => (
        <fieldset key={at} className={css.option} data-field={`cases.${at}`}>
          <legend>{t("case", { number: at + 1 })}</legend>
          <div className={css.row}>
            <Line label={t("field.equals")} value={one.equals} maxLength={100} onChange={(text) => set(`cases.${at}.equals`, text)} />
            <IconButton label={t("remove_case", { number: at + 1 })} onPress={() => set("cases", cases.filter((_, other) => other !== at))}>
              <Trash2 size={15} aria-hidden="true" />
            </IconButton>
          </div>
          <LinkField label={t("field.next")} flow={flow} target={one.next} set={(next) => set(`cases.${at}.next`, next)} />
        </fieldset>
      ))}
      <Button onPress={() => set("cases", [...cases, { equals: "", next: null }])} isDisabled={cases.length >= MAX_CASES}>
        <Plus size={15} aria-hidden="true" />
        {t("add_case")}
      </Button>
    </>
  );
}

const written = (pairs: Record<string, string>) => Object.entries(pairs).map(([name, value]) => `${name}: ${value}`).join("\n");

/** Names and values, a pair a line: `name: value`. */
export function Pairs({ label, hint, pairs, set }: { label: string; hint: string; pairs: Record<string, string>; set(pairs: Record<string, string>): void }) {
  const [text, setText] = useState(() => written(pairs ?? {}));
  const change = (next: string) => {
    setText(next);
    const lines = next.split("\n").map((line) => /^\s*([a-z][a-z0-9_]*)\s*:\s*(.+)$/.exec(line));
    set(Object.fromEntries(lines.flatMap((line) => (line?.[1] && line[2] ? [[line[1], line[2].trim()]] : []))));
  };
  return <TextArea label={label} hint={hint} rows={3} value={text} onChange={change} />;
}
