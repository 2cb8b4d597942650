import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import type { TouchpointView } from "../../shared/api/index.ts";
import en from "../locales/en.json";
import { touchpoint } from "../testing/samples.ts";
import type { Text } from "../text.ts";
import { touchpointWords, type Wording } from "./touchpointWords.ts";

let wording: Wording;
beforeAll(async () => {
  await i18next.init({ lng: "en", ns: ["console"], defaultNS: "console", resources: { en: { console: en } } });
  const dispositions = [{ code: "refund", labels: { en: "Refund", "zh-Hant": "退款" } }];
  wording = { t: i18next.getFixedT("en", "console") as Text, locale: "en", dispositions };
});

const words = (kind: string, data: TouchpointView["data"] = {}) =>
  touchpointWords({ ...touchpoint("t1"), kind, data }, wording);

describe("lines of the timeline", () => {
  it("says who did what and for how long", () => {
    expect(words("contact.connected", { agent: "Mei", waited_seconds: 75 }).title).toBe("Mei took the contact after 1:15");
    expect(words("contact.ended", { ended_by: "customer", handled_seconds: 8 }).title).toBe("Customer hung up after 0:08");
    expect(words("contact.queued", { reason: "no_answer_found" }).body).toBe("No answer was found");
  });

  it("shows outcome codes by their labels, and a code without one as it is", () => {
    expect(words("wrap_up.completed", { agent: "Mei", dispositions: ["refund", "old"] }).body).toBe("Refund, old");
  });

  it("shows what was asked, heard and written on every channel", () => {
    expect(words("question.asked", { question: "Where is my parcel?" }).body).toBe("Where is my parcel?");
    expect(words("faq.answered", { article_id: "a1", title: "Delivery times" }).body).toBe("Delivery times");
    expect(words("email.sent", { agent: "Mei", subject: "Re: refund" })).toMatchObject({
      title: "Mei wrote an email",
      body: "Re: refund",
    });
    expect(words("chat.message", { text: "Hello" }).title).toBe("Customer wrote");
  });

  it("has words for recordings, messages and scores", () => {
    expect(words("recording.ended", { seconds: 65, status: "completed" }).title).toBe("Recorded 1:05");
    expect(words("recording.ended", { seconds: 0, status: "failed" }).title).toBe("The recording failed");
    expect(words("survey.answered", { score: 4 }).title).toBe("Gave the call 4 of 5");
    expect(words("message.received", { text: "Where is it?" })).toMatchObject({ title: "Customer wrote", body: "Where is it?" });
    expect(words("call.not_reached", { why: "busy" }).body).toBe("The line is busy.");
    expect(words("contact.closed", { outcome: "voicemail" }).title).toBe("Closed: left a message");
  });

  it("marks notes, which customers never see", () => {
    expect(words("note.added", { body: "Call back" })).toMatchObject({ note: true, body: "Call back" });
  });

  it("is never silent about a kind it does not know", () => {
    expect(words("parcel.traced", { text: "Found in Taichung" })).toEqual({
      title: "parcel traced",
      body: "Found in Taichung",
      note: false,
    });
  });
});
