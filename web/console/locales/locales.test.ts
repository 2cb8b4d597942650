import { describe, expect, it } from "vitest";

// Every catalogue of the console: its own, and those that lazy pages bring.
const FILES = import.meta.glob<object>("../**/locales/*.json", { eager: true, import: "default" });
const FOLDERS = [...new Set(Object.keys(FILES).map((file) => file.slice(0, file.lastIndexOf("/"))))];

function flat(catalogue: object, path = ""): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "string" ? [[path + key, value] as [string, string]] : flat(value as object, `${path}${key}.`),
  );
}
const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe.each(FOLDERS.flatMap((folder) => [`${folder}/zh-Hant.json`, `${folder}/zh-Hans.json`]))(
  "the catalogue %s",
  (file) => {
    const english = flat(FILES[file.replace(/zh-\w+/, "en")] ?? {});
    const texts = new Map(flat(FILES[file] ?? {}));

    it("has exactly the texts of the English one", () => {
      expect(texts.size).toBeGreaterThan(0);
      expect([...texts.keys()].sort()).toEqual(english.map(([key]) => key).sort());
    });

    it("leaves the same places to fill in", () => {
      const plural = (key: string) => key.endsWith("_one");
      const wrong = english.filter(([key, text]) => {
        const other = places(texts.get(key) ?? "");
        return !plural(key) && String(places(text)) !== String(other);
      });
      expect(wrong).toEqual([]);
    });
  },
);
