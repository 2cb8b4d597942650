"""Who could take a contact, in which order, and why not the others: asked of the engine itself, so that the answer and
the routing cannot disagree. Pure.

`order` gives the contact to a throw-away engine and lets every agent decline it, one after the other. `reasons` looks
at one pair at the same instant and names what the engine's own values say against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.routing.engine import Engine
from app.routing.floor import Floor
from app.routing.model import AVAILABLE, Agent, Contact
from app.routing.restore import restore_floor


class Why(StrEnum):
    """What speaks against a pair of contact and agent."""

    STATE = "state"  # the agent is not available; `state` says how
    LOST = "lost"  # the agent's console is out of reach
    NOT_IN_QUEUE = "not_in_queue"
    DELAY = "delay"  # the agent's delay for this queue is not over; `until`
    FOR_OTHERS = "for_others"  # kept for, given to or limited to other agents
    SKILL = "skill"  # `skill`, `needs`, `has`
    FULL = "full"  # no room beside what the agent has
    DECLINED = "declined"  # the contact passes the agent over; `until` none: for good
    QUEUE_CLOSED = "queue_closed"
    OTHER_FIRST = "other_first"  # another waiting contact gets the agent before


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against a pair. `until`: Unix seconds."""

    why: Why
    state: str | None = None
    until: float | None = None
    skill: str | None = None
    needs: float | None = None
    has: float | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """`order`: agents who could take the contact now, the first first. `against`: the other agents. `refused`: the
    queue does not let the contact in (an effect of the engine such as `queue.closed`)."""

    order: tuple[str, ...]
    against: Mapping[str, Sequence[Reason]]
    refused: str | None


_REFUSALS = ("queue.closed", "queue.unstaffed", "queue.full", "contact.expired")


def preview(config: Mapping[str, Any], t: float, arrival: Mapping[str, Any], *, is_new: bool) -> Preview:
    """What the engine would do at instant t with this contact. `config`: the floor without it, as of `reset`;
    `arrival`: the fields of `contact.arrive`, with `skips` where it has any. `is_new`: it comes just now; else it
    waits already, at its place among the others."""
    waiting = {**config, "contacts": _in_place(config["contacts"], arrival)}
    order, refused = _order(config if is_new else waiting, t, arrival, is_new=is_new)
    floor = restore_floor(waiting, t)
    contact = floor.contacts.get(arrival["contact"])
    against: dict[str, Sequence[Reason]] = {}
    for agent in floor.agents.values():
        if str(agent.id) not in order:
            found = reasons(floor, contact, agent) if contact is not None else ()
            against[str(agent.id)] = found or (Reason(Why.OTHER_FIRST),)
    return Preview(tuple(order), against, refused)


def _in_place(contacts: Sequence[Mapping[str, Any]], arrival: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All contacts in order of arrival: by enqueue time, as a router loads them; the new one after its equals."""
    at = arrival["enqueued_at"]
    before = [one for one in contacts if one["enqueued_at"] is None or one["enqueued_at"] <= at]
    return [*before, arrival, *contacts[len(before) :]]


def _order(
    config: Mapping[str, Any], t: float, arrival: Mapping[str, Any], *, is_new: bool
) -> tuple[list[str], str | None]:
    engine = Engine()
    engine.reset(config, t)
    contact = arrival["contact"]
    effects = engine.step(t, {"type": "tick"})
    if is_new:
        effects += engine.step(t, {"type": "contact.arrive", **arrival})
    order: list[str] = []
    refused = None
    while True:
        mine = [effect for effect in effects if effect.get("contact") == contact]
        refused = next((effect["type"] for effect in mine if effect["type"] in _REFUSALS), refused)
        offered = [effect["agent"] for effect in mine if effect["type"] == "offer"]
        if not offered or refused is not None:
            return order, refused
        order += [agent for agent in offered if agent not in order]
        effects = []
        for agent in offered:
            effects += engine.step(t, {"type": "reservation.reject", "contact": contact, "agent": agent})


def reasons(floor: Floor, contact: Contact, agent: Agent) -> tuple[Reason, ...]:
    """Everything that speaks against the pair now; nothing when the engine may make it."""
    found: list[Reason] = []
    if agent.state != AVAILABLE or agent.wrapup_until is not None:
        found.append(Reason(Why.STATE, state="wrap_up" if agent.wrapup_until is not None else agent.state))
    if agent.lost_until is not None:
        found.append(Reason(Why.LOST))
    if contact.dormant:  # the queue is closed, and it waits for the opening
        found.append(Reason(Why.QUEUE_CLOSED))
        return tuple(found)
    service = next((one for one in agent.services if one.queue == contact.queue), None)
    if service is None:
        found.append(Reason(Why.NOT_IN_QUEUE))
    elif contact.enqueued_at + service.delay > floor.now:
        found.append(Reason(Why.DELAY, until=contact.enqueued_at + service.delay))
    if contact.names is not None and agent.id not in contact.names:
        found.append(Reason(Why.FOR_OTHERS))
    wanted = contact.signature
    lacks = [
        Reason(Why.SKILL, skill=str(skill), needs=level, has=agent.profile.skills.get(skill, 0))
        for skill, level in wanted.skills
        if agent.profile.skills.get(skill, 0) < level
    ]
    found += lacks
    if not lacks and not agent.stance.fits(wanted):
        found.append(Reason(Why.FULL))
    if contact.passes_over(agent.id, floor.now):
        found.append(Reason(Why.DECLINED, until=contact.skips[agent.id]))
    return tuple(found)
