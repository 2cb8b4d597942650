import { describe, expect, it } from "vitest";
import { contact } from "../testing/samples.ts";
import { nextShown } from "./selection.ts";

const [a, b] = [contact("a"), contact("b")];

describe("which contact is shown", () => {
  it("goes to the contact that just began", () => {
    expect(nextShown("a", [a], [a, b])).toBe("b");
    expect(nextShown(null, [], [a])).toBe("a");
  });

  it("stays where the agent is while contacts change", () => {
    expect(nextShown("a", [a, b], [contact("a", { state: "wrap_up" }), b])).toBeNull();
    expect(nextShown("recent", [a], [a])).toBeNull();
  });

  it("goes to another contact when the one on screen is finished", () => {
    expect(nextShown("a", [a, b], [b])).toBe("b");
    expect(nextShown("a", [a], [])).toBeNull();
  });
});
