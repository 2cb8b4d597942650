import { expect, it } from "vitest";
import { queryOf } from "./useArticles.ts";

const NONE = { status: "", language: "", audience: "", category: "", tag: "", due: "", q: "" };
const asked = (filters: Partial<typeof NONE>) =>
  Object.fromEntries(Object.entries(queryOf({ ...NONE, ...filters }, "2026-11-22")).filter(([, value]) => value !== undefined));

it("asks for nothing that is not filtered", () => {
  expect(asked({})).toEqual({});
  expect(asked({ q: "   " })).toEqual({});
});

it("asks for what is written in a language, or is not", () => {
  expect(asked({ language: "zh-Hant" })).toEqual({ language: "zh-Hant" });
  expect(asked({ language: "-zh-Hant" })).toEqual({ lacks: "zh-Hant" });
});

it("takes what somebody wrote into the address for no filter", () => {
  expect(asked({ status: "lost", language: "fr", audience: "all" })).toEqual({});
});

it("asks for what is to be looked at by today", () => {
  expect(asked({ due: "1", status: "draft" })).toEqual({ review_until: "2026-11-22", status: "draft" });
});
