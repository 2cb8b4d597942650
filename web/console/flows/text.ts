// Texts of the flow pages in the language on screen, also for kinds, fields and faults that the page does not know yet.
import { useTranslation } from "react-i18next";

/** The texts of these pages. */
export function useFlowText() {
  return useTranslation("flows").t;
}

export type FlowText = ReturnType<typeof useFlowText>;

/** A text whose key comes from the service; what the page has no words for is said as it came. */
export function wordsFor(t: FlowText, key: string, other: string): string {
  return (t as (key: string, options: object) => string)(key, { defaultValue: other });
}
