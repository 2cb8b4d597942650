import { expect, it } from "vitest";
import { csvOf } from "./csv.ts";

it("quotes what a comma or a line would break, and lets no cell be a formula", () => {
  expect(csvOf(["name", "n"], [['say "hi", you', 3], ["=cmd()", null], ["兩\n行", -1]])).toBe(
    '\ufeffname,n\r\n"say ""hi"", you",3\r\n\'=cmd(),\r\n"兩\n行",-1\r\n',
  );
});
