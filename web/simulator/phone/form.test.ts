// @vitest-environment happy-dom
import { expect, test } from "vitest";
import type { Directory } from "../call/client.ts";
import { callerOf, fitted, presetForm, typedNumber } from "./form.ts";

const directory: Directory = {
  numbers: [
    { number: "+886277000100", label: "Shop" },
    { number: "+886277000200", label: "Orders" },
  ],
  callers: [
    { label: "Withheld", number: null, language: null, note: null },
    { label: "Lin", number: "+886912345678", language: "zh-Hant", note: null },
  ],
};

test("a typed number may be written as people write it", () => {
  expect(typedNumber("+886 912-345-678")).toBe("+886912345678");
  expect(typedNumber("＋８８６９１２３４５６７８")).toBe("+886912345678");
  expect(typedNumber("00886 912 345 678")).toBe("+886912345678");
  expect(typedNumber("0912 345 678")).toBeNull();
  expect(typedNumber("")).toBeNull();
});

test("the form says who calls in the words of the control API", () => {
  const form = { mode: "known", known: "+886912345678", typed: "+1 650 253 0000", to: null } as const;
  expect(callerOf(form)).toBe("+886912345678");
  expect(callerOf({ ...form, mode: "typed" })).toBe("+16502530000");
  expect(callerOf({ ...form, mode: "withheld" })).toBe("anonymous");
});

test("without a preset the first known caller and the first number are chosen", () => {
  expect(fitted(presetForm(""), directory)).toMatchObject({
    mode: "known",
    known: "+886912345678",
    to: "+886277000100",
  });
});

test("an address presets caller and number, and a plus sign survives in it", () => {
  expect(fitted(presetForm("?from=+886912345678&to=+886277000200"), directory)).toMatchObject({
    mode: "known",
    known: "+886912345678",
    to: "+886277000200",
  });
  expect(fitted(presetForm("?from=%2B16502530000"), directory)).toMatchObject({ mode: "typed", typed: "+16502530000" });
  expect(presetForm("?from=anonymous").mode).toBe("withheld");
});
