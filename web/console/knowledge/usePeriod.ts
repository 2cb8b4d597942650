// The period that figures and gaps are about, in whole days of this computer's zone.
import { useMemo } from "react";
import { useFilter } from "../page/useFilter.ts";
import type { Period } from "./api.ts";

export const PERIODS = ["30", "7", "90", "365"] as const;
export type PeriodDays = (typeof PERIODS)[number];

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The chosen period: how many days back, and since when that is. */
export function usePeriod(): { days: PeriodDays; choose(days: PeriodDays): void; period: Period } {
  const [days, choose] = useFilter<PeriodDays>("days", ["30", "7", "90", "365"]);
  const period = useMemo(() => ({ since: sinceOf(Number(days), new Date()) }), [days]);
  return { days, choose, period };
}

/** The beginning of the first of so many days, the last of which is today. Pure. */
export function sinceOf(days: number, now: Date): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1).toISOString();
}
