import { describe, expect, it } from "vitest";
import { actionOf, type KeyPress, SHORTCUTS } from "./keys.ts";

const press = (code: string, change: Partial<KeyPress> = {}): KeyPress => ({
  code,
  altKey: true,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  keyCode: 65,
  isComposing: false,
  getModifierState: () => false,
  ...change,
});

describe("shortcuts", () => {
  it("goes by the physical key, also while the agent types", () => {
    expect(actionOf(press("KeyA"), true)).toBe("accept");
    expect(actionOf(press("KeyE", { shiftKey: true }), false)).toBe("end");
    expect(actionOf(press("KeyE"), false)).toBeNull();
  });

  it("leaves keys of an input method and of AltGr alone", () => {
    expect(actionOf(press("KeyA", { isComposing: true }), false)).toBeNull();
    expect(actionOf(press("KeyA", { keyCode: 229 }), false)).toBeNull();
    expect(actionOf(press("KeyA", { getModifierState: (key) => key === "AltGraph" }), false)).toBeNull();
    expect(actionOf(press("KeyA", { ctrlKey: true }), false)).toBeNull();
  });

  it("shows the list on ? outside of text fields only", () => {
    const question = press("Slash", { altKey: false, shiftKey: true });
    expect(actionOf(question, false)).toBe("list");
    expect(actionOf(question, true)).toBeNull();
  });

  it("gives every key one meaning and keeps off the browser's menu keys", () => {
    const keys = SHORTCUTS.map((s) => `${s.alt}${s.shift}${s.code}`);
    expect(new Set(keys).size).toBe(keys.length);
    const menuKeys = SHORTCUTS.filter((s) => s.alt && !s.shift && /^(Key[DEF]|Digit)/.test(s.code));
    expect(menuKeys).toEqual([]);
  });
});
