import { expect, it } from "vitest";
import { plainText } from "./plain.ts";

it("leaves the words of an article and takes its marks away", () => {
  const markdown = "## Refund\n\n- **Card**: 3 days\n- see [the page](https://shop.example/refund)\n\n\n\nUse `R2`.";
  expect(plainText(markdown)).toBe(
    "Refund\n\n• Card: 3 days\n• see the page (https://shop.example/refund)\n\nUse R2.",
  );
});
