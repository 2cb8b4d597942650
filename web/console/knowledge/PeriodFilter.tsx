import { Choice } from "../../shared/ui/Toggle.tsx";
import { useKnowledgeText } from "./text.ts";
import { type PeriodDays, PERIODS } from "./usePeriod.ts";

/** How many days back. */
export function PeriodFilter({ days, choose }: { days: PeriodDays; choose(days: PeriodDays): void }) {
  const t = useKnowledgeText();
  return (
    <Choice
      label={t("period")}
      labelHidden
      value={days}
      options={[...PERIODS].sort((a, b) => Number(a) - Number(b)).map((id) => ({ id, text: t("last_days", { count: Number(id) }) }))}
      choose={choose}
    />
  );
}
