import { expect, test } from "vitest";
import { looksLikeXml, prettyXml } from "./xml.ts";

test("a document gets one element a line and text stays with its element", () => {
  const source =
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf"><Say>請按一</Say><Play>a.wav</Play></Gather><Hangup/></Response>';
  expect(prettyXml(source)).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      "<Response>",
      '  <Gather input="dtmf">',
      "    <Say>請按一</Say>",
      "    <Play>a.wav</Play>",
      "  </Gather>",
      "  <Hangup/>",
      "</Response>",
    ].join("\n"),
  );
});

test("an empty element stays on its line", () => {
  expect(prettyXml("<Response></Response>")).toBe("<Response></Response>");
});

test("a body that is not balanced is shown as it came", () => {
  expect(prettyXml("<Response><Say>hi</Response>")).toBe("<Response><Say>hi</Response>");
  expect(prettyXml("</b>")).toBe("</b>");
});

test("only bodies that start like XML are laid out", () => {
  expect(looksLikeXml(" <Response/>")).toBe(true);
  expect(looksLikeXml('{"code": 20404}')).toBe(false);
  expect(looksLikeXml("1 < 2")).toBe(false);
});
