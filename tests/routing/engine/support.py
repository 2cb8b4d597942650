"""Small helpers of the engine's tests: short effect strings as in the scenarios, and a talking engine."""

import json
from pathlib import Path
from typing import Any

from app.routing.engine import Engine

DATA = Path(__file__).parent / "data"

Record = dict[str, Any]


def load(name: str) -> Record:
    """One data file of this folder."""
    data: Record = json.loads((DATA / name).read_text(encoding="utf-8"))
    return data


def short(effect: Record) -> str:
    """An effect in the short form of the scenario files."""
    match effect["type"]:
        case "offer" | "connect" as kind:
            return f"{kind} {effect['contact']} {effect['agent']}"
        case "rescind":
            return f"rescind {effect['contact']} {effect['agent']} {effect['why']}"
        case "agent.state":
            return f"agent {effect['agent']} {effect['state']}"
        case "contact.expired":
            return f"expired {effect['contact']}"
        case "queue.full":
            return f"full {effect['contact']}"
        case "queue.closed":
            return f"closed {effect['contact']}"
        case "queue.unstaffed":
            return f"unstaffed {effect['contact']}"
        case "contact.first":
            return f"first {effect['contact']}"
        case "reject":
            return "reject"
        case other:
            raise AssertionError(f"unknown effect {other}")


def agent(name: str, queues: Any = "q", **more: Any) -> Record:
    """A config entry; one queue name means rank 1 there."""
    return {"id": name, "queues": {queues: 1} if isinstance(queues, str) else queues, **more}


class Talk:
    """An engine spoken to in short sentences; every answer is a list of short effects."""

    def __init__(self, *agents: Record, **config: Any) -> None:
        self.engine = Engine()
        self.engine.reset({"agents": list(agents), **config}, 0)

    def at(self, t: float, kind: str = "tick", **fields: Any) -> list[str]:
        return [short(effect) for effect in self.engine.step(t, {"type": kind, **fields})]

    def arrive(self, t: float, contact: Any, queue: str = "q", **fields: Any) -> list[str]:
        return self.at(t, "contact.arrive", contact=contact, queue=queue, **fields)

    def done(self, t: float, contact: Any) -> list[str]:
        return self.at(t, "contact.done", contact=contact)

    def state(self, t: float, agent: str, state: str) -> list[str]:
        return self.at(t, "agent.state", agent=agent, state=state)

    def answer(self, t: float, kind: str, contact: Any, agent: str, **fields: Any) -> list[str]:
        return self.at(t, f"reservation.{kind}", contact=contact, agent=agent, **fields)

    def why(self, t: float, event: Any) -> str:
        """The reason of the one refusal this event gets."""
        (effect,) = self.engine.step(t, event)
        assert effect["type"] == "reject"
        return str(effect["why"])

    @property
    def next(self) -> float | None:
        return self.engine.next_deadline()
