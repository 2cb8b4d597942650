import { expect, it } from "vitest";
import { differences, valueText } from "./diff.ts";

const told = (before: string, after: string) =>
  differences(before, after).map(({ text, kind }) => ({ same: text, gone: `-${text}-`, new: `+${text}+` })[kind]).join("");

it("tells a changed word", () => {
  expect(told("Refunds take 7 days.", "Refunds take 14 days.")).toBe("Refunds take -7-+14+ days.");
});

it("tells a changed character of Chinese", () => {
  expect(told("退款需要七天", "退款需要十四天")).toBe("退款需要-七-+十四+天");
});

it("tells what was added to nothing, and what is the same", () => {
  expect(told("", "new")).toBe("+new+");
  expect(told("same", "same")).toBe("same");
});

it("compares long texts line by line", () => {
  const line = `${"word ".repeat(400)}\n`;
  expect(told(line.repeat(6), line.repeat(5) + "end")).toBe(`${line.repeat(5)}-${line}-+end+`);
});

it("reads lists one a line", () => {
  expect(valueText(["a", "b"])).toBe("a\nb");
  expect(valueText(null)).toBe("");
});
