"""What one router believes: the engine, what it was told, and the effects that are not yet in the tables."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.routing import tables
from app.routing.engine import Engine
from app.routing.overflow_rules import Cause
from app.routing.tables import AgentFacts, ContactFacts

SUSPECT = "refused_by_table"  # an agent who looks free but was refused by the tables
ASIDE = "set_aside"  # a queue nobody serves, for contacts whose offer fails with an error

Effect = dict[str, Any]

ENDINGS = {  # effects by which a contact has ended for the engine, and has not for the customer
    "contact.expired": Cause.MAX_WAIT,
    "queue.full": Cause.FULL,
    "queue.closed": Cause.CLOSED,
    "queue.unstaffed": Cause.NO_AGENT,
}


def _cause(ending: str, *, arrives: bool) -> Cause:
    return Cause.CLOSING if ending == "queue.closed" and not arrives else ENDINGS[ending]


class OutOfStep(Exception):
    """Engine and table disagree in a way no event explains: rebuild."""


@dataclass(slots=True)
class Known:
    """What the engine believes about one contact."""

    state: str  # waiting, offered, accepting, connected, ended
    agents: list[str]  # at whom it rings; the one who said yes
    demands: tables.Demands
    item: str  # the engine's id of this wait
    enqueued_at: float | None  # as the engine was told
    ending: Effect | None = None  # ended: by this effect, which is not in the tables yet


@dataclass(slots=True)
class Beliefs:
    """One engine with what it was told. `t` is its time: seconds of the database's clock, never back."""

    engine: Engine = field(default_factory=Engine)
    t: float = 0.0
    contacts: dict[str, Known] = field(default_factory=dict)
    agents: dict[str, AgentFacts] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)  # agent -> the state the engine has for it
    suspects: set[str] = field(default_factory=set)
    aside: dict[str, float] = field(default_factory=dict)  # contact -> when it is tried again
    busy: dict[str, float] = field(default_factory=dict)  # agent -> when it is looked at again
    effects: deque[Effect] = field(default_factory=deque)  # decided, not yet written
    unwritten: set[tuple[str, str]] = field(default_factory=set)  # offers (contact, agent) among them
    unmade: set[tuple[str, str]] = field(default_factory=set)  # offers of the engine the tables never saw

    def step(self, now: datetime, event: dict[str, Any]) -> None:
        """Tell the engine. What it decides is believed at once and waits in `effects` to be written in order.

        Events and effects name contacts; the engine knows each of their waits by an id of its own."""
        self.t = max(self.t, now.timestamp())
        if "contact" in event:
            event = {**event, "contact": self.contacts[event["contact"]].item}
        for effect in self.engine.step(self.t, event):
            if "contact" in effect:
                item = effect["contact"]
                effect = {**effect, "contact": item.partition(":")[0], "item": item}
            if effect["type"] in ENDINGS:
                arrives = event["type"] == "contact.arrive" and event["contact"] == effect["item"]
                effect["cause"] = _cause(effect["type"], arrives=arrives)
            self._believe_effect(effect)
            self.effects.append(effect)

    def _believe_effect(self, effect: Effect) -> None:
        contact = effect.get("contact", "")
        known = self.contacts.get(contact)
        match effect["type"]:
            case "offer" if known is not None:
                known.state = "offered"
                known.agents.append(effect["agent"])
                self.unwritten.add((contact, effect["agent"]))
            case "rescind":
                self.unwritten.discard((contact, effect["agent"]))
                if known is not None and effect["agent"] in known.agents:
                    known.agents.remove(effect["agent"])
                    known.state = known.state if known.agents else "waiting"
            case "agent.state":
                self.told[effect["agent"]] = effect["state"]
            case kind if kind in ENDINGS and known is not None:
                known.state, known.agents, known.ending = "ended", [], effect

    def believe(self, contact: ContactFacts, state: str, *agents: str) -> None:
        """The contact is so now, as the tables say. What it demands stays as the engine was told."""
        known = self.contacts.get(contact.id)
        if known is None:
            known = Known(state, [], contact.demands, contact.item, contact.enqueued_at)
            self.contacts[contact.id] = known
        known.state, known.agents = state, list(agents)

    def bring_back(self, now: datetime, contact: str) -> None:
        """A contact that was set aside wants again what it wanted."""
        if self.aside.pop(contact, None) is not None:
            self.step(now, self.contacts[contact].demands.update_of(contact))

    def leave(self, now: datetime, contact: str) -> None:
        """This wait is over, and with it what the engine held of the contact."""
        known = self.contacts[contact]
        if known.state == "connected":
            self.step(now, {"type": "contact.done", "contact": contact})
        elif known.state != "ended":
            self.step(now, {"type": "contact.abandon", "contact": contact})
        del self.contacts[contact]
        self.aside.pop(contact, None)

    def set_state(self, now: datetime, agent: str, state: str) -> None:
        """The agent is so now."""
        if self.told.get(agent) == state:
            return
        self.told[agent] = state
        self.step(now, {"type": "agent.state", "agent": agent, "state": state})

    def is_offered(self, contact: str, agent: str) -> bool:
        """Whether the engine believes that this contact rings at this agent."""
        known = self.contacts.get(contact)
        return known is not None and known.state == "offered" and agent in known.agents

    def next_deadline(self) -> float | None:
        """When something may be due without news from the tables."""
        again = [*self.aside.values(), *self.busy.values()]
        return min((at for at in (self.engine.next_deadline(), *again) if at is not None), default=None)
