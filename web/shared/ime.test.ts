import { describe, expect, it } from "vitest";
import { isImeKey } from "./ime.ts";

describe("keys of an input method", () => {
  it("leaves the Enter that confirms Chinese characters to the input method", () => {
    expect(isImeKey({ isComposing: true, keyCode: 13 })).toBe(true);
    expect(isImeKey({ nativeEvent: { isComposing: true }, keyCode: 13 })).toBe(true);
  });

  it("knows Safari's confirming Enter, which comes after the composition ended", () => {
    expect(isImeKey({ isComposing: false, keyCode: 229 })).toBe(true);
  });

  it("lets a plain Enter through", () => {
    expect(isImeKey({ isComposing: false, keyCode: 13 })).toBe(false);
    expect(isImeKey({ nativeEvent: { isComposing: false }, keyCode: 13 })).toBe(false);
  });
});
