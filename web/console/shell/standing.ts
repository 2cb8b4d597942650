// What to call the agent's state: what work does to them comes before what they chose.
import type { AgentState } from "../../shared/api/index.ts";

export type StandingName =
  | "available"
  | "ringing"
  | "on_contact"
  | "wrap_up"
  | "not_responding"
  | "away"
  | "break"
  | "lunch"
  | "meeting"
  | "training"
  | "offline";

export type Tone = "green" | "red" | "amber" | "violet" | "grey";

export interface Standing {
  name: StandingName;
  tone: Tone;
  since: string;
}

const REASONS = ["break", "lunch", "meeting", "training"] as const;

/** Name, colour and start of the agent's present state. */
export function standing(agent: AgentState): Standing {
  const work = agent.activity_since;
  switch (agent.activity) {
    case "on_contact":
      return { name: "on_contact", tone: "red", since: work };
    case "wrap_up":
      return { name: "wrap_up", tone: "violet", since: work };
    case "not_responding":
      return { name: "not_responding", tone: "amber", since: work };
    case "offered":
      return { name: "ringing", tone: "green", since: work };
    case "idle":
      return chosen(agent);
  }
}

function chosen({ presence, presence_reason: reason, presence_since: since }: AgentState): Standing {
  if (presence === "available") return { name: "available", tone: "green", since };
  if (presence === "offline") return { name: "offline", tone: "grey", since };
  return { name: REASONS.find((known) => known === reason) ?? "away", tone: "amber", since };
}
