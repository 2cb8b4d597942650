import { expect, it } from "vitest";
import { marked } from "./marked.ts";

it("marks searched words, whatever characters they hold", () => {
  expect(marked("退款多久會到？", "退款")).toEqual([
    { text: "退款", hit: true },
    { text: "多久會到？", hit: false },
  ]);
  expect(marked("Refund (card)", "(card) refund")).toEqual([
    { text: "Refund", hit: true },
    { text: " ", hit: false },
    { text: "(card)", hit: true },
  ]);
  expect(marked("Refund", "")).toEqual([{ text: "Refund", hit: false }]);
});
