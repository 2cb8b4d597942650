import { expect, test } from "vitest";
import { accentRules, contrast } from "./colour.ts";

const shade = (css: string, theme: string) =>
  (css.match(new RegExp(`theme-${theme}{--accent-text:rgb\\((\\d+) (\\d+) (\\d+)\\)`))?.slice(1).map(Number) ?? []) as unknown as readonly [number, number, number];

test("any colour of a site is readable on the panel, light and dark, and under its own text", () => {
  for (const hex of ["#3a55d1", "#ffe600", "#000000", "#ffffff", "#e4002b", "#00a651"]) {
    const css = accentRules(hex);
    expect(contrast(shade(css, "light"), [248, 249, 251]), hex).toBeGreaterThanOrEqual(4.4);
    expect(contrast(shade(css, "dark"), [24, 29, 36]), hex).toBeGreaterThanOrEqual(4.4);
  }
  expect(accentRules("#ffe600")).toContain("--on-accent:#10141a");
  expect(accentRules("#3a55d1")).toContain("--on-accent:#fff");
});

test("what is no colour writes no rule", () => {
  for (const value of ["red", "#fff", "#3a55d1;}*{display:none", null, 7, undefined]) expect(accentRules(value)).toBe("");
});
