import { expect, it } from "vitest";
import { findDispositions } from "./dispositions.ts";

const options = [
  { code: "refund_status", labels: { en: "Refund status", "zh-Hant": "退款進度" } },
  { code: "late_delivery", labels: { en: "Late delivery", "zh-Hant": "配送延誤" } },
];
const found = (words: string) => findDispositions(options, words).map((option) => option.code);

it("finds codes by code and by label in any language", () => {
  expect(found("退款")).toEqual(["refund_status"]);
  expect(found("DELIVERY")).toEqual(["late_delivery"]);
  expect(found("refund_s")).toEqual(["refund_status"]);
  expect(found(" ")).toEqual(["refund_status", "late_delivery"]);
  expect(found("warranty")).toEqual([]);
});
