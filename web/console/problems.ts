// What went wrong, in the agent's language. The service's own words are the fallback: it words them in English.
import { Problem, Unreachable } from "../shared/api/index.ts";
import type { Text } from "./text.ts";

const KNOWN = [
  "answer_on_phone",
  "cannot_write",
  "opted_out",
  "agent_not_free",
  "dial_limit_reached",
  "offer_no_longer_available",
  "offer_not_found",
  "contact_moved_on",
  "contact_not_found",
  "control_refused",
  "permission_denied",
  "too_many_attempts",
  "unavailable",
  "wrong_credentials",
] as const;

/** The words for an error of a call to the service. */
export function problemWords(error: unknown, t: Text): string {
  if (error instanceof Unreachable) return t("error.unreachable");
  if (!(error instanceof Problem)) return t("error.unknown");
  const known = KNOWN.find((code) => code === error.code);
  return known ? t(`problem.${known}`) : error.detail || t("error.unknown");
}
