import { describe, expect, it } from "vitest";
import { readJudged } from "./judged.ts";

const ID = "0b8f1e7c-1111-4222-8333-944455556666";

describe("judged questions", () => {
  it("are read from a table, also where nothing answers them", () => {
    const file = `\ufeffquestion,article_id\r\n"Refund, when?",${ID}\r\n停車場在哪,\r\n`;
    expect(readJudged(file)).toEqual({
      questions: [
        { text: "Refund, when?", article_ids: [ID] },
        { text: "停車場在哪", article_ids: [] },
      ],
      faults: [],
    });
  });

  it("are read from JSON lines", () => {
    expect(readJudged(`{"text": "a", "article_ids": ["${ID}"]}\n\n{"question": "b"}`).questions).toEqual([
      { text: "a", article_ids: [ID] },
      { text: "b", article_ids: [] },
    ]);
  });

  it("have each fault told by line and column, also below a cell of several lines", () => {
    const file = `question,article_id\n"two\nlines",${ID}\n,${ID}\nparking,shop-1\n`;
    expect(readJudged(file).faults).toEqual([
      { line: 4, field: "question", problem: "missing" },
      { line: 5, field: "article_id", problem: "not_an_id" },
    ]);
    expect(readJudged("{}\n{x").faults.map(({ line, problem }) => [line, problem])).toEqual([
      [1, "missing"],
      [2, "not_json"],
    ]);
    expect(readJudged("text\nparking").faults.map(({ field }) => field)).toEqual(["question", "article_id"]);
  });
});
