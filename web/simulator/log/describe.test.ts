import { expect, test } from "vitest";
import type { EntryKind, JournalEntry } from "../journal/entry.ts";
import { detailsOf, directionOf, outcomeOf, summaryOf, titleOf } from "./describe.ts";

function entry(kind: EntryKind, title: string, detail: Record<string, unknown>): JournalEntry {
  return { n: 1, t: 1, call_sid: "CA1", kind, title, detail };
}

const webhook = entry("webhook", "voice ringing", {
  method: "POST",
  url: "http://127.0.0.1:8000/tw/voice?v=1",
  path: "/tw/voice",
  params: { CallStatus: "ringing", CallerName: "" },
  status: "200",
  ms: 12,
});

test("a webhook shows where it went, how it was answered and every form field, blank ones too", () => {
  expect(directionOf(webhook)).toBe("to_app");
  expect(summaryOf(webhook)).toBe("/tw/voice");
  expect(outcomeOf(webhook)).toEqual({ text: "200 · 12 ms", good: true });
  expect(detailsOf(webhook)).toContainEqual({
    type: "fields",
    name: "params",
    fields: [
      { name: "CallStatus", value: "ringing" },
      { name: "CallerName", value: "" },
    ],
  });
});

test("an answer that is no success, or none at all, stands out", () => {
  expect(outcomeOf(entry("webhook", "voice", { status: "500", ms: 3 }))?.good).toBe(false);
  expect(outcomeOf(entry("webhook", "voice", { status: "no answer", ms: 15000 }))).toEqual({
    text: "no answer · 15000 ms",
    good: false,
  });
  expect(outcomeOf(entry("call", "completed", { status: "completed" }))).toBeNull();
});

test("a document is laid out for reading", () => {
  const line = entry("instruction", "document", { url: "http://h/x?y=1", twiml: "<Response><Hangup/></Response>" });
  expect(summaryOf(line)).toBe("/x?y=1");
  expect(detailsOf(line)).toContainEqual({
    type: "code",
    name: "twiml",
    text: "<Response>\n  <Hangup/>\n</Response>",
  });
});

test("an instruction without words is summed up by its attributes", () => {
  const line = entry("instruction", "Gather", { attributes: { input: "dtmf", numDigits: "1" }, text: "" });
  expect(summaryOf(line)).toBe("input=dtmf  numDigits=1");
});

test("a REST command shows its form, names that repeat included", () => {
  const line = entry("rest", "CreateParticipant 201", {
    operation: "CreateParticipant",
    method: "POST",
    path: "/2010-04-01/Accounts/AC01/Conferences/room/Participants.json",
    query: "",
    form: [
      ["StatusCallbackEvent", "ringing"],
      ["StatusCallbackEvent", "answered"],
    ],
    status: 201,
    answer: { call_sid: "CA1", muted: false },
  });
  expect([titleOf(line), summaryOf(line)]).toEqual(["CreateParticipant", "/Conferences/room/Participants.json"]);
  expect(outcomeOf(line)).toEqual({ text: "201", good: true });
  expect(detailsOf(line).map((detail) => detail.name)).toEqual([null, "form", "answer"]);
  expect(detailsOf(line)[1]).toMatchObject({ fields: [{ value: "ringing" }, { value: "answered" }] });
});
