// How steps and their ways out are named for people.
import { LOCALES, type Locale } from "../../shared/i18n/locales.ts";
import type { Exit, Flow, FlowNode, Words } from "./graph.ts";
import { type FlowText, wordsFor } from "./text.ts";

/** A text of the document in the language of the page, else in any that is written. */
export function spoken(words: Words | null | undefined, locale: Locale): { text: string; lang: Locale } {
  const lang = words?.[locale] ? locale : (LOCALES.find((one) => words?.[one]) ?? locale);
  return { text: words?.[lang] ?? "", lang };
}

/** The kind of a step. */
export const kindName = (kind: string, t: FlowText) => wordsFor(t, `kind.${kind}`, kind);

/** A step as its author calls it, else by its kind and id. */
export function nodeName(node: FlowNode, t: FlowText): string {
  return node.name || `${kindName(node.kind, t)} (${node.id})`;
}

/** A step by its id. */
export function nameOf(id: string, flow: Flow, t: FlowText): string {
  const node = flow.nodes.find((one) => one.id === id);
  return node ? nodeName(node, t) : id;
}

/** A way out: the key and label of a choice, or what its field means. */
export function exitName(exit: Exit, t: FlowText, locale: Locale): string {
  if (exit.option) return `${exit.option.key} ${spoken(exit.option.label, locale).text}`.trim();
  if (exit.equals !== undefined) return `= ${exit.equals || "…"}`;
  return wordsFor(t, `field.${exit.field}`, exit.field);
}

/** What a step says, in short. */
export function summary(node: FlowNode, locale: Locale): { text: string; lang: Locale } {
  for (const field of ["prompt", "intro", "unknown", "text"]) {
    const said = spoken(node[field] as Words | null, locale);
    if (said.text) return said;
  }
  const queue = [node["value"], node["url"], node["queue"], node["topic"]].filter((one) => typeof one === "string").join(" · ");
  return { text: queue, lang: locale };
}
