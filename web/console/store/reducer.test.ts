import { describe, expect, it } from "vitest";
import type { ServerEvent, ServerMessage } from "../../shared/api/index.ts";
import { agent, contact, event, offer, screenPop, snapshot, STREAM, touchpoint } from "../testing/samples.ts";
import { applyContact, applyMessage, extendTimeline, openTimeline, positions } from "./reducer.ts";
import { EMPTY, type ServerState } from "./state.ts";

const NOW = Date.parse("2026-11-21T06:00:00Z");
const apply = (state: ServerState, message: ServerMessage) => applyMessage(state, message, NOW);
const loaded = (seq: number) => apply(EMPTY, { type: "snapshot", snapshot: snapshot(seq) }).state;
const told = (state: ServerState, ...events: ServerEvent[]) => apply(state, { type: "events", events });
const page = (stream: string, seq: number, ids: string[], next: string | null = null) => ({
  stream,
  seq,
  touchpoints: ids.map(touchpoint),
  next_before: next,
});

describe("the agent's stream", () => {
  it("gives the same state from events as from a later snapshot", () => {
    const events = [
      event(6, { type: "offer.made", offer: offer("o1") }),
      event(7, { type: "offer.accepting", offer_id: "o1", contact_id: "c1", expires_at: null }),
      event(8, {
        type: "offer.ended",
        offer_id: "o1",
        contact_id: "c1",
        state: "accepted",
        reason: null,
        taken_by: null,
      }),
      event(9, { type: "contact.changed", contact: contact("c1") }),
      event(10, { type: "agent.state_changed", agent: agent({ activity: "on_contact" }) }),
    ];
    const fresh = snapshot(10, { agent: agent({ activity: "on_contact" }), contacts: [contact("c1")] });
    expect(told(loaded(5), ...events).state).toEqual(apply(EMPTY, { type: "snapshot", snapshot: fresh }).state);
  });

  it("drops a repeated event", () => {
    const made = event(6, { type: "offer.made", offer: offer("o1") });
    const ended = event(7, {
      type: "offer.ended",
      offer_id: "o1",
      contact_id: "c1",
      state: "withdrawn",
      reason: null,
      taken_by: null,
    });
    const { state, gap } = told(told(loaded(5), made, ended).state, made);
    expect(gap).toBeNull();
    expect(state.offers).toEqual([]);
    expect(state.seq).toBe(7);
  });

  it("stops at a gap and names the stream", () => {
    const { state, gap } = told(
      loaded(5),
      event(6, { type: "offer.made", offer: offer("o1") }),
      event(8, { type: "offer.made", offer: offer("o2") }),
    );
    expect(gap).toBe(STREAM);
    expect(state.offers.map((o) => o.offer_id)).toEqual(["o1"]);
    expect(positions(state)).toEqual({ [STREAM]: 6 });
  });

  it("says which call was missed until the agent is back", () => {
    const wang = offer("o1", { from_address: "+886900000001" });
    const missed = told(
      loaded(5),
      event(6, { type: "offer.made", offer: wang }),
      event(7, {
        type: "offer.ended",
        offer_id: "o1",
        contact_id: "c1",
        state: "timed_out",
        reason: null,
        taken_by: null,
      }),
      event(8, { type: "agent.state_changed", agent: agent({ activity: "not_responding" }) }),
    ).state;
    expect(missed.missed?.address).toBe("+886900000001");
    expect(told(missed, event(9, { type: "agent.state_changed", agent: agent() })).state.missed).toBeNull();
  });

  it("says who was first where several were rung, and that nothing was missed", () => {
    const end = { offer_id: "o1", contact_id: "c1", state: "withdrawn", reason: "taken", taken_by: "Tom" } as const;
    const { state } = told(
      loaded(5),
      event(6, { type: "offer.made", offer: offer("o1") }),
      event(7, { type: "offer.ended", ...end }),
    );
    expect(state.offers).toEqual([]);
    expect(state.taken?.by).toBe("Tom");
    expect(state.missed).toBeNull();
  });

  it("keeps a finished contact among the recent ones", () => {
    const self_service = { ...screenPop().self_service, topic_label: "Refund" };
    const mine = contact("c1", { screen_pop: screenPop({ self_service }) });
    const { state } = told(
      loaded(5),
      event(6, { type: "contact.changed", contact: mine }),
      event(7, { type: "contact.removed", contact_id: "c1" }),
    );
    expect(state.contacts).toEqual([]);
    expect(state.recent).toMatchObject([{ contactId: "c1", topic: "Refund" }]);
  });

  it("takes a newer contact from an answer and refuses an older one", () => {
    const state = told(loaded(5), event(6, { type: "contact.changed", contact: contact("c1", { version: 4 }) })).state;
    const held = contact("c1", { version: 5, call_state: "held" });
    expect(applyContact(state, held).contacts[0]?.call_state).toBe("held");
    expect(applyContact(state, contact("c1", { version: 3, call_state: "ivr" })).contacts[0]?.call_state).toBe(
      "talking",
    );
  });
});

describe("news this page does not know", () => {
  it("moves the stream on and changes nothing else", () => {
    const strange = { ...event(6, { type: "contact.removed", contact_id: "c1" }), type: "brand.new" } as unknown;
    const { state, gap } = told(loaded(5), strange as ServerEvent);
    expect(gap).toBeNull();
    expect({ ...state, toldAt: null }).toEqual({ ...loaded(6), toldAt: null });
  });
});

describe("watched timelines", () => {
  const stream = "customer:k1";
  const added = (seq: number, id: string) =>
    event(seq, { type: "touchpoint.added", touchpoint: touchpoint(id) }, stream);

  it("puts new lines first and older pages last, each line once", () => {
    let state = openTimeline(loaded(5), page(stream, 3, ["t3", "t2"], "t2"));
    state = told(state, added(4, "t4")).state;
    state = extendTimeline(state, page(stream, 4, ["t2", "t1"]));
    expect(state.timelines[stream]?.touchpoints.map((t) => t.touchpoint_id)).toEqual(["t4", "t3", "t2", "t1"]);
    expect(positions(state)).toEqual({ [STREAM]: 5, [stream]: 4 });
  });

  it("ignores a stream that is not watched", () => {
    const { state, gap } = told(loaded(5), added(9, "t9"));
    expect(gap).toBeNull();
    expect(state.timelines).toEqual({});
  });

  it("finds a gap in a watched stream", () => {
    expect(told(openTimeline(loaded(5), page(stream, 3, [])), added(5, "t5")).gap).toBe(stream);
  });

  it("forgets a timeline that the service cannot resume, so that it is loaded afresh", () => {
    const state = openTimeline(openTimeline(loaded(5), page(stream, 3, ["t3"])), page("customer:k2", 1, ["u1"]));
    const welcome: ServerMessage = {
      type: "welcome",
      reply_to: 1,
      agent_id: "a1",
      heartbeat_seconds: 10,
      now: "2026-11-21T06:00:02Z",
      build: "b",
      streams: { [stream]: { seq: 90, mode: "reset" }, "customer:k2": { seq: 1, mode: "resume" } },
    };
    const after = apply(state, welcome).state;
    expect(Object.keys(after.timelines)).toEqual(["customer:k2"]);
    expect(after.clockOffsetMs).toBe(2000);
  });
});
