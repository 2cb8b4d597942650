import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attach } from "./suggest.ts";

const FOUND = {
  results: [
    { title: "退款什麼時候會入帳？<b>", lang: "zh-Hant", category: "退款", href: "/help/zh-Hant/search?q=x&open=1" },
    { title: "如何取消訂單？", lang: "zh-Hant", category: "", href: "/help/zh-Hant/search?q=x&open=2" },
  ],
  status: "2 個建議",
};
const ask = vi.fn<(address: string) => Promise<Response>>();

function page() {
  document.body.innerHTML =
    '<form data-suggest="/help/zh-Hant/suggest"><input name="q"></form><button id="elsewhere">x</button>';
  const form = document.querySelector("form") as HTMLFormElement;
  const field = document.querySelector("input") as HTMLInputElement;
  attach(form);
  return { form, field, list: form.querySelector("ul") as HTMLElement, status: form.querySelector("[role=status]") };
}

function type(field: HTMLInputElement, value: string, isComposing = false): void {
  field.value = value;
  const event = new Event("input", { bubbles: true });
  Object.assign(event, { isComposing });
  field.dispatchEvent(event);
}

function press(target: Element, key: string, keyCode = 0): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  Object.defineProperty(event, "keyCode", { value: keyCode });
  target.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  vi.useFakeTimers();
  ask.mockReset().mockImplementation(() => Promise.resolve(new Response(JSON.stringify(FOUND))));
  vi.stubGlobal("fetch", ask);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("suggestions while typing", () => {
  it("asks once for a pause, not for every key", async () => {
    const { field } = page();
    for (const value of ["ref", "refu", "refund"]) type(field, value);
    await vi.advanceTimersByTimeAsync(500);
    expect(ask.mock.calls.map(([address]) => address)).toEqual(["/help/zh-Hant/suggest?q=refund"]);
  });

  it("never asks for half a word of an input method, and asks when it is confirmed", async () => {
    const { field } = page();
    field.dispatchEvent(new Event("compositionstart"));
    for (const value of ["t", "tu", "tui", "tuik", "退款"]) {
      type(field, value, true);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(ask).not.toHaveBeenCalled();
    field.dispatchEvent(new Event("compositionend"));
    await vi.advanceTimersByTimeAsync(500);
    expect(ask.mock.calls.map(([address]) => address)).toEqual([`/help/zh-Hant/suggest?q=${encodeURIComponent("退款")}`]);
  });

  it("keeps the Enter that confirms a composition from sending the form", () => {
    const { field } = page();
    expect(press(field, "Enter", 229).defaultPrevented).toBe(true);
    expect(press(field, "Enter", 13).defaultPrevented).toBe(false);
  });

  it("shows results as text with their language and says how many there are", async () => {
    const { field, list, status } = page();
    type(field, "退款");
    await vi.advanceTimersByTimeAsync(500);
    expect(list.hidden).toBe(false);
    expect([...list.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual(
      FOUND.results.map((found) => found.href),
    );
    expect(list.querySelector("span")?.textContent).toBe("退款什麼時候會入帳？<b>");
    expect(list.querySelector("span")?.lang).toBe("zh-Hant");
    expect(list.querySelector("b")).toBeNull();
    expect(status?.textContent).toBe("2 個建議");
  });

  it("is walked through with the arrow keys and closed with Escape", async () => {
    const { field, list } = page();
    field.focus();
    type(field, "退款");
    await vi.advanceTimersByTimeAsync(500);
    const [first, second] = [...list.querySelectorAll("a")];
    press(field, "ArrowDown");
    expect(document.activeElement).toBe(first);
    press(first as Element, "ArrowDown");
    expect(document.activeElement).toBe(second);
    press(second as Element, "ArrowDown");
    expect(document.activeElement).toBe(field);
    press(field, "Escape");
    expect(list.hidden).toBe(true);
  });

  it("forgets an answer that a newer question has overtaken, and bears a network that is away", async () => {
    const { field, list } = page();
    ask.mockImplementationOnce(() => Promise.reject(new TypeError("away")));
    type(field, "退款");
    await vi.advanceTimersByTimeAsync(500);
    expect(list.hidden).toBe(true);
    type(field, "退");
    await vi.advanceTimersByTimeAsync(500);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(list.childElementCount).toBe(0);
  });
});
