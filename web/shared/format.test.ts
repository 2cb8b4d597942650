import { describe, expect, it } from "vitest";
import { daysAgo, duration, initials, money, phoneNumber } from "./format.ts";

describe("what people read", () => {
  it("shows times as m:ss and never below zero", () => {
    expect([7, 65, 3661, -3].map(duration)).toEqual(["0:07", "1:05", "1:01:01", "0:00"]);
  });

  it("shows New Taiwan dollars whole and other money with its cents", () => {
    expect(money(1480, "TWD", "zh-Hant")).toBe("NT$1,480");
    expect(money(1480, "USD", "en")).toBe("USD 14.80");
  });

  it("groups telephone numbers and leaves strange ones alone", () => {
    expect(phoneNumber("+886912345678")).toBe("+886 912 345 678");
    expect(phoneNumber("+886223456789")).toBe("+886 2 2345 6789");
    expect(phoneNumber("sip:x@example.com")).toBe("sip:x@example.com");
  });

  it("takes the surname of Chinese names and the first letters of others", () => {
    expect(["王怡君", "Ya-ting Lin", "Sunrise", "+886"].map(initials)).toEqual(["王", "YL", "S", null]);
  });

  it("counts calendar days, not spans of 24 hours", () => {
    const morning = new Date(2026, 10, 21, 0, 30).getTime();
    expect(daysAgo(new Date(2026, 10, 20, 23, 50).getTime(), morning)).toBe(1);
  });
});
