import { describe, expect, it } from "vitest";
import en from "./en.json";
import hans from "./zh-Hans.json";
import hant from "./zh-Hant.json";

function flat(catalogue: object, path = ""): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "string" ? [[path + key, value] as [string, string]] : flat(value as object, `${path}${key}.`),
  );
}
const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe.each([
  ["zh-Hant", hant],
  ["zh-Hans", hans],
])("the catalogue of %s", (_name, catalogue) => {
  const texts = new Map(flat(catalogue));

  it("has exactly the texts of the English one", () => {
    expect([...texts.keys()].sort()).toEqual(flat(en).map(([key]) => key).sort());
  });

  it("leaves the same places to fill in", () => {
    const plural = (key: string) => key.endsWith("_one");
    const wrong = flat(en).filter(([key, text]) => {
      const other = places(texts.get(key) ?? "");
      return !plural(key) && String(places(text)) !== String(other);
    });
    expect(wrong).toEqual([]);
  });
});
