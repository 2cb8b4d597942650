// Finding an outcome code: by its code or its label in any language, the most likely first.
import type { DispositionOption } from "../../shared/api/index.ts";

/** Options whose code or any label holds the words; all of them for no words. */
export function findDispositions(options: readonly DispositionOption[], words: string): readonly DispositionOption[] {
  const wanted = words.trim().toLocaleLowerCase();
  if (!wanted) return options;
  return options.filter(({ code, labels }) =>
    [code.replaceAll("_", " "), code, ...Object.values(labels)].some((text) => text.toLocaleLowerCase().includes(wanted)),
  );
}
