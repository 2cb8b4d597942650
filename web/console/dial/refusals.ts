// Why the service does not ring a number, in the agent's language. The service words it in English; each beginning here
// stands for one of its sentences, and `tests/web/test_words.py` sees to it that none is missing.
import { Problem } from "../../shared/api/index.ts";
import { problemWords } from "../problems.ts";
import type { Text } from "../text.ts";

const SENTENCES = [
  ["is an emergency number", "emergency"],
  ["is a short number", "short"],
  ["must be a telephone number", "not_a_number"],
  ["has too few or too many digits", "length"],
  ["is a premium", "premium"],
  ["begins with", "blocked"],
  ["is in a country", "country"],
  ["is one of our own", "own"],
] as const;

/** The words for a call that was refused. */
export function dialProblemWords(error: unknown, t: Text): string {
  if (!(error instanceof Problem) || error.code !== "number_refused") return problemWords(error, t);
  const known = SENTENCES.find(([sentence]) => error.detail.includes(sentence));
  return known ? t(`dial.refused.${known[1]}`) : error.detail;
}
