"""Events read from the contract's shape.

Unknown keys are passed over. A field of the wrong shape raises InputError, which the engine answers with
the effect `reject`; no state has been touched by then.
"""

from collections.abc import Callable
from functools import partial

from app.routing.configuration import read_agent
from app.routing.eligibility import Id
from app.routing.fields import (
    Fields,
    InputError,
    by_id,
    count,
    demand_steps,
    flag,
    ident,
    ids,
    integer,
    mapping,
    not_negative,
    number,
    one_of,
    optional,
    positive,
    preference,
    rises,
    services,
    text,
)
from app.routing.inputs import (
    Abandon,
    Accept,
    Accepting,
    Age,
    AgentAdd,
    AgentRemove,
    AgentState,
    AgentUpdate,
    Arrive,
    Back,
    ContactUpdate,
    Done,
    Event,
    Fail,
    Lost,
    QueueUpdate,
    Reject,
    Requeue,
    Take,
    Tick,
    Transfer,
    WrapupEnd,
)
from app.routing.model import DEFAULT_PRIORITY, VOICE
from app.routing.queue_rules import read_rules


def read_event(raw: object) -> Event:
    """The event in its typed form; InputError when it is malformed or of no known type."""
    kind = mapping(raw, "event").get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise InputError(f"event.type {kind!r} is not known")
    return reader(Fields(raw, str(kind)))


def read_arrival(fields: Fields) -> Arrive:
    """A contact's own fields; also used for contacts put back at reset."""
    return Arrive(
        contact=fields.need("contact", ident),
        queue=fields.need("queue", ident),
        channel=fields.get("channel", ident, VOICE),
        priority=fields.get("priority", integer, DEFAULT_PRIORITY),
        age_credit=fields.get("age_credit", number, 0),
        ttl=fields.get("ttl", optional(not_negative), None),
        sticky=fields.get("sticky", optional(preference), None),
        steps=fields.get("steps", demand_steps, ()),
        enqueued_at=fields.get("enqueued_at", optional(number), None),
        rising=fields.get("rising", optional(rises), None),
        virtual=fields.get("virtual", flag, False),
    )


def _contact_update(fields: Fields) -> ContactUpdate:
    return ContactUpdate(
        contact=fields.need("contact", ident),
        queue=fields.change("queue", ident),
        priority=fields.change("priority", integer),
        age_credit=fields.change("age_credit", number),
        ttl=fields.change("ttl", optional(not_negative)),
        sticky=fields.change("sticky", optional(preference)),
        steps=fields.change("steps", demand_steps),
        rising=fields.change("rising", optional(rises)),
        virtual=fields.change("virtual", flag),
    )


def _transfer(fields: Fields) -> Transfer:
    return Transfer(
        contact=fields.need("contact", ident),
        queue=fields.need("queue", ident),
        age=fields.get("age", one_of(*Age), Age.KEEP),
        sticky=fields.get("sticky", optional(preference), None),
        steps=fields.change("steps", demand_steps),
        priority=fields.change("priority", integer),
    )


def _agent_update(fields: Fields) -> AgentUpdate:
    return AgentUpdate(
        agent=fields.need("agent", ident),
        services=fields.change("queues", services),
        skills=fields.change("skills", by_id(number)),
        units=fields.change("units", not_negative),
        slots=fields.change("slots", by_id(count)),
        exclusive=fields.change("exclusive", ids),
        idle_since=fields.change("idle_since", number),
    )


def _accepting(fields: Fields) -> Accepting:
    return Accepting(*_pair(fields), fields.change("timeout", optional(positive)))


def _fail(fields: Fields) -> Fail:
    return Fail(*_pair(fields), fields.get("why", text, "failed"), fields.get("skip", not_negative, 0))


def _queue_update(fields: Fields) -> QueueUpdate:
    return QueueUpdate(fields.need("queue", ident), read_rules(fields))


def _pair(fields: Fields) -> tuple[Id, Id]:
    return fields.need("contact", ident), fields.need("agent", ident)


def _of_contact(make: Callable[[Id], Event], fields: Fields) -> Event:
    return make(fields.need("contact", ident))


def _of_agent(make: Callable[[Id], Event], fields: Fields) -> Event:
    return make(fields.need("agent", ident))


_READERS: dict[str, Callable[[Fields], Event]] = {
    "contact.arrive": read_arrival,
    "contact.take": lambda fields: Take(
        read_arrival(fields), fields.need("agent", ident), fields.get("expires", optional(number), None)
    ),
    "contact.abandon": partial(_of_contact, Abandon),
    "contact.done": partial(_of_contact, Done),
    "contact.requeue": lambda fields: Requeue(
        fields.need("contact", ident), fields.get("why", text, "requeued")
    ),
    "contact.transfer": _transfer,
    "contact.update": _contact_update,
    "agent.state": lambda fields: AgentState(fields.need("agent", ident), fields.need("state", text)),
    "agent.add": lambda fields: AgentAdd(read_agent(fields, "agent")),
    "agent.remove": partial(_of_agent, AgentRemove),
    "agent.update": _agent_update,
    "agent.lost": partial(_of_agent, Lost),
    "agent.back": partial(_of_agent, Back),
    "reservation.accept": lambda fields: Accept(*_pair(fields)),
    "reservation.accepting": _accepting,
    "reservation.reject": lambda fields: Reject(*_pair(fields)),
    "reservation.fail": _fail,
    "queue.update": _queue_update,
    "wrapup.end": partial(_of_agent, WrapupEnd),
    "tick": lambda _fields: Tick(),
}
