import { describe, expect, it } from "vitest";
import type { PartyView } from "../../shared/api/index.ts";
import { contact } from "../testing/samples.ts";
import { guestOf } from "./guest.ts";

const party = (change: Partial<PartyView> = {}): PartyView => ({
  leg_id: "l1",
  kind: "guest",
  mode: "consult",
  agent_id: null,
  name: null,
  number: "+886255500177",
  state: "joined",
  is_held: false,
  is_muted: false,
  ...change,
});
const stand = (change: Partial<PartyView>, call_state: "talking" | "held") =>
  guestOf(contact("c1", { parties: [party(change)], call_state }), (number) => number)?.stand;

describe("the guest bar", () => {
  it("says where the guest stands", () => {
    expect(stand({ state: "calling" }, "held")).toBe("calling");
    expect(stand({ state: "ringing" }, "held")).toBe("ringing");
    expect(stand({}, "held")).toBe("talking");
    expect(stand({ is_held: true }, "talking")).toBe("held");
    expect(stand({}, "talking")).toBe("all");
  });

  it("shows nobody when agent and customer are alone", () => {
    expect(guestOf(contact("c1"), (number) => number)).toBeNull();
  });
});
