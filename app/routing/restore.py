"""Put a running floor back from tables, and write one down: `restore_floor(snapshot(floor))` changes nothing.

The shape is the config of `reset` with more keys: agents with `idle_since`, `wrapup_until`, `lost_until`, `is_gone`;
`contacts` in arrival order with `state`, `agent`, `expires`, `skips`, `dormant`, `asked_at`, `told_first` and, where
several agents ring, `offers` [[agent, expires], ...] in place of agent and expires, and `ring`; `ended`: [id, instant]
of those gone; queues with `is_open`: how each stood, so that a boundary missed while away happens at the first tick.

Without `is_open` a queue stands as its hours say at t0. Without `dormant`, a contact that waits in a closed queue is
dormant if it came outside the hours and `when_closed` is "wait"; otherwise `at_close` decides about it.
"""

from collections.abc import Sequence
from typing import Any

from app.routing.agent_events import place_agent
from app.routing.configuration import read_agent, read_settings
from app.routing.contact_events import new_contact
from app.routing.eligibility import Forms, Id
from app.routing.fields import (
    Fields,
    InputError,
    by_id,
    flag,
    ident,
    integer,
    number,
    optional,
    sequence,
    text,
)
from app.routing.floor import Floor
from app.routing.model import Agent, Contact, ContactState, GcMu, Step
from app.routing.queue_rules import Queue, Treatment, changed, read_rules
from app.routing.reading import read_arrival


def restore_floor(config: object, t0: float) -> Floor:
    """A floor at instant t0; InputError names the field that is wrong."""
    fields = Fields(config, "config")
    settings = read_settings(fields)
    floor = Floor(settings, t0, Forms(settings.channel_cost, settings.interrupts))
    for queue_id, of_queue in fields.get("queues", by_id(Fields), {}).items():
        _restore_queue(floor, queue_id, of_queue)
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
    for queue in floor.queues.values():
        if queue.is_deserted and floor.waiting.count(queue.id):
            floor.deserted[queue.id] = queue
    floor.is_unsettled = bool(floor.overdue or floor.turned_away or floor.deserted or floor.firsts)
    return floor


def _restore_queue(floor: Floor, queue_id: Id, fields: Fields) -> None:
    queue = floor.queue(queue_id)
    queue.rules = changed(queue.rules, read_rules(fields))
    opens = queue.opens_at(floor.now)
    queue.is_open = fields.get("is_open", flag, opens)
    missed = queue.is_open != opens
    floor.deadlines.set(queue, floor.now if missed else queue.next_boundary(floor.now))


def _restore_contact(floor: Floor, fields: Fields, where: str) -> None:
    arrival = read_arrival(fields)
    if arrival.contact in floor.contacts:
        raise InputError(f"{where}.contact {arrival.contact!r} is there twice")
    if arrival.enqueued_at is not None and arrival.enqueued_at > floor.now:
        raise InputError(f"{where}.enqueued_at lies in the future")
    contact = new_contact(floor, arrival)
    contact.skips = fields.get("skips", _skips, {})
    contact.asked_at = fields.get("asked_at", number, contact.asked_at)
    contact.told_first = fields.get("told_first", flag, False)
    state = fields.get("state", _state, ContactState.WAITING)
    if state is ContactState.WAITING:
        if fields.has("dormant") or _came_while_closed(floor, contact):
            contact.dormant = fields.get("dormant", flag, True)
            floor.enqueue(contact)
        else:
            floor.come_back(contact)
        return
    for agent, expires in _holders(floor, fields, where, state):
        floor.hold(contact, agent, state, expires)
    if state is ContactState.OFFERED:
        contact.ring = fields.get("ring", integer, contact.home.rules.ring)
        floor.ring_on(contact)


def _holders(
    floor: Floor, fields: Fields, where: str, state: ContactState
) -> list[tuple[Agent, float | None]]:
    """Who has the contact, and until when it is offered."""
    if state is ContactState.OFFERED and fields.has("offers"):
        pairs = [_pair(raw, f"{where}.offers[{i}]") for i, raw in enumerate(fields.need("offers", sequence))]
    else:
        pairs = [(fields.need("agent", ident), fields.get("expires", optional(number), None))]
    found = []
    for name, expires in pairs:
        agent = floor.agents.get(ident(name, f"{where}.agent"))
        if agent is None:
            raise InputError(f"{where}.agent is not one of the agents")
        found.append((agent, optional(number)(expires, f"{where}.expires")))
    return found


def _came_while_closed(floor: Floor, contact: Contact) -> bool:
    queue = floor.queue(contact.queue)
    if queue.is_open or queue.rules.when_closed is not Treatment.WAIT:
        return False
    return queue.rules.calendar is None or not queue.rules.calendar.is_open(contact.enqueued_at)


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
        "interrupts": {channel: list(over) for channel, over in settings.interrupts.items()},
        "gcmu": None if settings.gcmu is None else _gcmu(settings.gcmu),
        "queues": {queue.id: _queue(queue) for queue in floor.queues.values()},
        "agents": [_agent(agent) for agent in floor.agents.values()],
        "contacts": [_contact(one) for one in sorted(floor.contacts.values(), key=lambda one: one.arrival)],
        "ended": [[gone, at] for gone, at in floor.ended.items()],
    }


def _gcmu(rule: GcMu) -> dict[str, Any]:
    return {"cost": dict(rule.cost), "rate": {agent: dict(rates) for agent, rates in rule.rate.items()}}


def _queue(queue: Queue) -> dict[str, Any]:
    stands = {"is_open": queue.is_open} if queue.rules.calendar or queue.rules.closed else {}
    return {**queue.rules.as_config(), **stands}


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
        "is_gone": agent.is_gone,
    }


def _contact(contact: Contact) -> dict[str, Any]:
    sticky, offers = contact.sticky, [[offer.agent.id, offer.expires] for offer in contact.offers.values()]
    holder, expires = offers[0] if offers else (contact.agent.id if contact.agent else None, None)
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
        "asked_at": contact.asked_at,
        "state": contact.state.value,
        "agent": holder,
        "expires": expires,
        "skips": [[agent, until] for agent, until in contact.skips.items()],
        "dormant": contact.dormant,
        "rising": None if contact.rising is None else [[one.after, one.priority] for one in contact.rising],
        "virtual": contact.virtual,
        "told_first": contact.told_first,
        **({"ring": contact.ring} if contact.state is ContactState.OFFERED else {}),
        **({"offers": offers} if len(offers) > 1 else {}),
    }


def _step(step: Step) -> dict[str, Any]:
    names = None if step.agents is None else list(step.agents)
    return {"skills": dict(step.skills), "agents": names, "for": step.seconds}
