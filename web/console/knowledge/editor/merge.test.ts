import { describe, expect, it } from "vitest";
import { EMPTY, type Entry, entryOf, fieldOf, fieldsOf, isSame, newEntry, withField } from "./entry.ts";
import { merged, settled } from "./merge.ts";

const base: Entry = withField(withField(newEntry("en"), "contents.en.question", "How?"), "contents.en.answer", "So.");

describe("two editors of one article", () => {
  it("keep what each of them changed alone", () => {
    const mine = withField(base, "contents.en.answer", "Like this.");
    const theirs = withField(withField(base, "topic", "returns"), "contents.zh-Hant.question", "怎麼做？");
    const merge = merged(base, mine, theirs);
    expect(merge.clashes).toEqual([]);
    expect(merge.taken).toEqual(["topic", "contents.zh-Hant.question"]);
    expect(fieldOf(merge.entry, "contents.en.answer")).toBe("Like this.");
    expect(fieldOf(merge.entry, "contents.zh-Hant.question")).toBe("怎麼做？");
  });

  it("choose where both changed the same field, and mine stands until then", () => {
    const mine = withField(base, "contents.en.answer", "Mine.");
    const theirs = withField(base, "contents.en.answer", "Theirs.");
    const merge = merged(base, mine, theirs);
    expect(merge.clashes).toEqual([{ field: "contents.en.answer", mine: "Mine.", theirs: "Theirs." }]);
    expect(fieldOf(settled(merge, new Set()), "contents.en.answer")).toBe("Mine.");
    expect(fieldOf(settled(merge, new Set(["contents.en.answer"])), "contents.en.answer")).toBe("Theirs.");
  });

  it("need not choose when both wrote the same", () => {
    const both = withField(base, "tags", ["new"]);
    expect(merged(base, both, both)).toMatchObject({ clashes: [], taken: [] });
  });
});

describe("an entry", () => {
  it("is the same with a language that is empty and without it", () => {
    expect(isSame(base, { ...base, contents: { ...base.contents, "zh-Hans": EMPTY } })).toBe(true);
    expect(isSame(base, withField(base, "contents.zh-Hans.question", "怎么做？"))).toBe(false);
  });

  it("is sent without empty lines and empty languages", () => {
    const typed = withField(withField(base, "contents.en.wordings", ["a ", "", " b"]), "contents.zh-Hans.category", "订单");
    const sent = fieldsOf(typed);
    expect(Object.keys(sent.contents)).toEqual(["en"]);
    expect(sent.contents.en?.wordings).toEqual(["a", "b"]);
    expect(entryOf(sent).contents.en?.spoken_steps).toEqual([]);
  });
});
