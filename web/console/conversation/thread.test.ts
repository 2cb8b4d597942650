import { describe, expect, it } from "vitest";
import { message } from "../testing/samples.ts";
import { hasGap, LOADING, merged, windowEnd, withMessage, withPage } from "./thread.ts";

const page = (messages: ReturnType<typeof message>[], next: number | null = null, address = "+886900000103") => ({
  conversation_id: "v1",
  address,
  is_opted_out: false,
  messages,
  agent_read: 0,
  next_before: next,
});
const seqs = (messages: readonly { seq: number }[]) => messages.map((one) => one.seq);

describe("a conversation", () => {
  it("keeps each message once and in the service's order, however it comes", () => {
    expect(seqs(merged([message(2)], [message(3), message(1), message(2)]))).toEqual([1, 2, 3]);
  });

  it("keeps the newest news of a message, also when old news comes late", () => {
    const sent = message(1, { status: "sent", status_at: "2026-11-21T06:00:01Z" });
    const read = message(1, { status: "read", status_at: "2026-11-21T06:00:09Z" });
    expect(merged([read], [sent])[0]?.status).toBe("read");
    expect(merged([sent], [read])[0]?.status).toBe("read");
  });

  it("keeps what was told while the first page was on its way", () => {
    const told = withMessage(LOADING, message(3));
    const loaded = withPage(told, page([message(1), message(2)]));
    expect(loaded.isLoading).toBe(false);
    expect(seqs(loaded.messages)).toEqual([1, 2, 3]);
  });

  it("goes on into the past and notices a hole", () => {
    const newest = withPage(LOADING, page([message(5), message(6)], 5));
    const older = withPage(newest, page([message(3), message(4)], 3));
    expect([seqs(older.messages), older.nextBefore]).toEqual([[3, 4, 5, 6], 3]);
    expect(hasGap(older)).toBe(false);
    expect(hasGap(withMessage(older, message(8)))).toBe(true);
  });

  it("leaves out news of a message before those that are here", () => {
    const thread = withPage(LOADING, page([message(5)], 5));
    expect(withMessage(thread, message(2))).toBe(thread);
  });

  it("knows when WhatsApp takes no free text any more", () => {
    const inbound = message(1, { direction: "inbound", at: "2026-11-21T06:00:00Z" });
    const whatsapp = withPage(LOADING, page([inbound, message(2, { direction: "outbound" })], null, "whatsapp:+886900000103"));
    expect(windowEnd(whatsapp)).toBe(Date.parse("2026-11-22T06:00:00Z"));
    expect(windowEnd(withPage(LOADING, page([inbound])))).toBeNull();
  });
});
