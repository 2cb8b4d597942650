import { expect, test } from "vitest";
import { linked } from "./links.ts";

const hrefs = (text: string) => linked(text).flatMap(({ href }) => href ?? []);

test("web addresses become links, with the text around them untouched", () => {
  const text = "See https://shop.example/a?b=1, or call.";
  expect(linked(text).map((part) => part.text).join("")).toBe(text);
  expect(hrefs(text)).toEqual(["https://shop.example/a?b=1"]);
  expect(hrefs("請看https://shop.example/退貨。謝謝")).toEqual(["https://shop.example/%E9%80%80%E8%B2%A8"]);
});

test("nothing but http and https is ever a link", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "ftp://x.example/"])
    expect(hrefs(text)).toEqual([]);
});
