import { expect, test } from "vitest";
import { keyFrequencies, phoneKey } from "./tones.ts";

test("keys sound as the pairs of ITU-T Q.23", () => {
  expect(keyFrequencies("1")).toEqual([697, 1209]);
  expect(keyFrequencies("6")).toEqual([770, 1477]);
  expect(keyFrequencies("0")).toEqual([941, 1336]);
  expect(keyFrequencies("*")).toEqual([941, 1209]);
  expect(keyFrequencies("#")).toEqual([941, 1477]);
});

test("only the twelve keys of a phone count", () => {
  expect(phoneKey("7")).toBe("7");
  expect(phoneKey("#")).toBe("#");
  expect(phoneKey("a")).toBeNull();
  expect(phoneKey("Enter")).toBeNull();
});
