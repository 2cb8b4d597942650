import { Select } from "../../shared/ui/Select.tsx";
import { type Flow, walked } from "./graph.ts";
import { nameOf } from "./names.ts";
import { useFlowText } from "./text.ts";

interface LinkFieldProps {
  label: string;
  flow: Flow;
  target: string | null | undefined;
  set(target: string | null): void;
  testId?: string;
  isRequired?: boolean;
}

/** Where a way out leads: any step of the flow, or nowhere yet. */
export function LinkField({ label, flow, target, set, testId, isRequired }: LinkFieldProps) {
  const t = useFlowText();
  const steps = walked(flow).map(({ id }) => ({ id, text: nameOf(id, flow, t) }));
  const lost = target && !steps.some(({ id }) => id === target) ? [{ id: target, text: target }] : [];
  return (
    <Select
      label={label}
      value={target ?? ""}
      options={[...(isRequired ? [] : [{ id: "", text: t("nowhere") }]), ...steps, ...lost]}
      choose={(id) => set(id || null)}
      testId={testId}
    />
  );
}
