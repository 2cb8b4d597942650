import { expect, it } from "vitest";
import { plainText } from "./plain.ts";

it("reads a table as lines", () => {
  const table = "Times:\n\n| Way | Days |\n|---|---|\n| Card | 7 to 14 |\n| Transfer | 5 |\n\nThat is all.";
  expect(plainText(table)).toBe("Times:\n\n• Card: 7 to 14\n• Transfer: 5\n\nThat is all.");
});

it("leaves the words of an article and takes its marks away", () => {
  const markdown = "## Refund\n\n- **Card**: 3 days\n- see [the page](https://shop.example/refund)\n\n\n\nUse `R2`.";
  expect(plainText(markdown)).toBe(
    "Refund\n\n• Card: 3 days\n• see the page (https://shop.example/refund)\n\nUse R2.",
  );
});

it("takes emphasis away and leaves a product of numbers alone", () => {
  expect(plainText("*My orders* shows it. A set is 2 * 3 * 4 cm.")).toBe("My orders shows it. A set is 2 * 3 * 4 cm.");
});
