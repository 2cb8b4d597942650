import { describe, expect, it } from "vitest";
import { segmentsOf } from "./segments.ts";

describe("parts of an SMS", () => {
  it("holds 160 Latin characters, or 153 in each part of several", () => {
    expect(segmentsOf("a".repeat(160))).toEqual({ count: 1, used: 160 });
    expect(segmentsOf("a".repeat(161)).count).toBe(2);
    expect(segmentsOf("a".repeat(307)).count).toBe(3);
  });

  it("holds 70 Chinese characters, or 67 in each part of several", () => {
    expect(segmentsOf("您".repeat(70)).count).toBe(1);
    expect(segmentsOf("您".repeat(71)).count).toBe(2);
    expect(segmentsOf(`${"a".repeat(70)}您`).count).toBe(2);
  });

  it("counts a sign of the extension and an emoji as two", () => {
    expect(segmentsOf("€").used).toBe(2);
    expect(segmentsOf("😀").used).toBe(2);
  });

  it("is none for an empty text", () => {
    expect(segmentsOf("").count).toBe(0);
  });
});
