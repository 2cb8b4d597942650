import { expect, it } from "vitest";
import { marked } from "./markdown.ts";

const of = (text: string) => ({ text: text.replace(/[[\]]/g, ""), start: text.indexOf("["), end: text.indexOf("]") - 1 });

it("puts bold on and takes it off again", () => {
  const once = marked(of("Take [this] one"), "bold");
  expect(once).toEqual({ text: "Take **this** one", start: 7, end: 11 });
  expect(marked(once, "bold")).toEqual({ text: "Take this one", start: 5, end: 9 });
});

it("makes a list of the lines that are selected, and lines of a list", () => {
  const list = marked(of("a\n[b\nc]\nd"), "numbers");
  expect(list.text).toBe("a\n1. b\n2. c\nd");
  expect(marked(list, "numbers").text).toBe("a\nb\nc\nd");
});

it("leaves the cursor where the address of a link goes", () => {
  const link = marked(of("see [the page] now"), "link");
  expect(link.text).toBe("see [the page](https://) now");
  expect(link.text.slice(0, link.start)).toBe("see [the page](https://");
});

it("begins a table on a line of its own", () => {
  expect(marked(of("Times:\n[]"), "table").text).toBe("Times:\n\n|  |  |\n|---|---|\n|  |  |\n");
});
