"""Put a running floor back from tables, and write one down: `restore_floor(snapshot(floor))` changes nothing.

The shape is the config of `reset` with more keys: agents with `idle_since`, `wrapup_until`, `lost_until`;
`contacts` in arrival order with `state`, `agent`, `expires`, `skips`; `ended`: [id, instant] of those gone.
"""

from collections.abc import Sequence
from typing import Any

from app.routing.agent_events import place_agent
from app.routing.configuration import queue_settings, read_agent, read_settings
from app.routing.contact_events import new_contact
from app.routing.eligibility import Forms, Id
from app.routing.fields import (
    Fields,
    InputError,
    by_id,
    ident,
    number,
    optional,
    sequence,
    text,
)
from app.routing.floor import Floor
from app.routing.inputs import read_arrival
from app.routing.model import Agent, Contact, ContactState, QueueSettings, Step


def restore_floor(config: object, t0: float) -> Floor:
    """A floor at instant t0; InputError names the field that is wrong."""
    fields = Fields(config, "config")
    settings = read_settings(fields)
    queues: dict[Id, QueueSettings] = fields.get("queues", by_id(_queue), {})
    floor = Floor(settings, queues, t0, Forms(settings.channel_cost))
    for i, raw in enumerate(fields.need("agents", sequence)):
        config_of_agent = read_agent(Fields(raw, f"agents[{i}]"), "id")
        if config_of_agent.id in floor.agents:
            raise InputError(f"agents[{i}].id {config_of_agent.id!r} is there twice")
        place_agent(floor, config_of_agent)
    for i, raw in enumerate(fields.get("contacts", sequence, ())):
        _restore_contact(floor, Fields(raw, f"contacts[{i}]"), f"contacts[{i}]")
    for i, raw in enumerate(fields.get("ended", sequence, ())):
        gone, at = _pair(raw, f"ended[{i}]")
        floor.ended[ident(gone, f"ended[{i}][0]")] = number(at, f"ended[{i}][1]")
    floor.overdue.clear()
    return floor


def _queue(raw: object, where: str) -> QueueSettings:
    return queue_settings(Fields(raw, where))


def _restore_contact(floor: Floor, fields: Fields, where: str) -> None:
    arrival = read_arrival(fields)
    if arrival.contact in floor.contacts:
        raise InputError(f"{where}.contact {arrival.contact!r} is there twice")
    if arrival.enqueued_at is not None and arrival.enqueued_at > floor.now:
        raise InputError(f"{where}.enqueued_at lies in the future")
    contact = new_contact(floor, arrival)
    contact.skips = fields.get("skips", _skips, {})
    state = fields.get("state", _state, ContactState.WAITING)
    if state is ContactState.WAITING:
        floor.enqueue(contact)
        return
    agent = floor.agents.get(fields.need("agent", ident))
    if agent is None:
        raise InputError(f"{where}.agent is not one of the agents")
    expires = None if state is ContactState.CONNECTED else fields.get("expires", optional(number), None)
    floor.hold(contact, agent, state, expires)


def _state(raw: object, where: str) -> ContactState:
    try:
        return ContactState(text(raw, where))
    except ValueError:
        raise InputError(f"{where} must be one of {', '.join(ContactState)}") from None


def _skips(raw: object, where: str) -> dict[Id, float | None]:
    pairs = [_pair(item, f"{where}[{i}]") for i, item in enumerate(sequence(raw, where))]
    return {ident(agent, where): optional(number)(until, where) for agent, until in pairs}


def _pair(raw: object, where: str) -> Sequence[Any]:
    pair = sequence(raw, where)
    if len(pair) != 2:
        raise InputError(f"{where} must have two parts")
    return pair


def snapshot(floor: Floor) -> dict[str, Any]:
    """The floor as a config for `reset` at the same instant. Ids that are integers stay integers."""
    settings = floor.settings
    return {
        "auto_accept": settings.auto_accept,
        "reservation_timeout": settings.reservation_timeout,
        "reservation_timeouts": dict(settings.reservation_timeouts),
        "connect_timeout": settings.connect_timeout,
        "wrapup": settings.wrapup,
        "reject_delay": settings.reject_delay,
        "max_waiting": settings.max_waiting,
        "timeout_state": settings.timeout_state,
        "grace": settings.grace,
        "sticky_skip": settings.sticky_skip,
        "remember": settings.remember,
        "channel_cost": dict(settings.channel_cost),
        "queues": {queue: dict(rules.own) for queue, rules in floor.queues.items()},
        "agents": [_agent(agent) for agent in floor.agents.values()],
        "contacts": [_contact(one) for one in sorted(floor.contacts.values(), key=lambda one: one.arrival)],
        "ended": [[gone, at] for gone, at in floor.ended.items()],
    }


def _agent(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.id,
        "queues": {one.queue: {"rank": one.rank, "delay": one.delay} for one in agent.services},
        "state": agent.state,
        "skills": dict(agent.profile.skills),
        "units": agent.profile.units,
        "slots": dict(agent.profile.slots),
        "exclusive": list(agent.profile.exclusive),
        "idle_since": agent.idle_since,
        "wrapup_until": agent.wrapup_until,
        "lost_until": agent.lost_until,
    }


def _contact(contact: Contact) -> dict[str, Any]:
    sticky = contact.sticky
    return {
        "contact": contact.id,
        "queue": contact.queue,
        "channel": contact.channel,
        "priority": contact.priority,
        "age_credit": contact.age_credit,
        "ttl": contact.ttl,
        "sticky": None if sticky is None else [sticky.agent, sticky.seconds],
        "steps": [_step(step) for step in contact.steps],
        "enqueued_at": contact.enqueued_at,
        "state": contact.state.value,
        "agent": None if contact.agent is None else contact.agent.id,
        "expires": contact.expires,
        "skips": [[agent, until] for agent, until in contact.skips.items()],
    }


def _step(step: Step) -> dict[str, Any]:
    names = None if step.agents is None else list(step.agents)
    return {"skills": dict(step.skills), "agents": names, "for": step.seconds}
