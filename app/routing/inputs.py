"""Every event the engine understands, as a frozen value, and its reading from the contract's shape.

Unknown keys are passed over. A field of the wrong shape raises InputError, which the engine answers with
the effect `reject`; no state has been touched by then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from app.routing.configuration import AgentConfig, queue_settings, read_agent
from app.routing.eligibility import Id
from app.routing.fields import (
    Fields,
    InputError,
    Keep,
    by_id,
    count,
    demand_steps,
    ident,
    ids,
    integer,
    mapping,
    not_negative,
    number,
    optional,
    positive,
    preference,
    services,
    text,
)
from app.routing.model import DEFAULT_PRIORITY, VOICE, Preference, QueueSettings, Service, Step


@dataclass(frozen=True, slots=True)
class Arrive:
    """`contact.arrive`: a new contact; `enqueued_at` (default: now) lets it keep an older place and age."""

    contact: Id
    queue: Id
    channel: Id
    priority: int
    age_credit: float
    ttl: float | None
    sticky: Preference | None
    steps: tuple[Step, ...]
    enqueued_at: float | None


@dataclass(frozen=True, slots=True)
class Abandon:
    """`contact.abandon`: the customer left before being connected."""

    contact: Id


@dataclass(frozen=True, slots=True)
class Done:
    """`contact.done`: a connected contact has ended."""

    contact: Id


@dataclass(frozen=True, slots=True)
class Requeue:
    """`contact.requeue`: a connected contact lost its agent and waits again at its old place."""

    contact: Id
    why: str


@dataclass(frozen=True, slots=True)
class ContactUpdate:
    """`contact.update`: new demands of a contact that is not connected; KEEP where not named."""

    contact: Id
    queue: Id | Keep
    priority: int | Keep
    age_credit: float | Keep
    ttl: float | Keep | None
    sticky: Preference | Keep | None
    steps: tuple[Step, ...] | Keep


@dataclass(frozen=True, slots=True)
class AgentState:
    """`agent.state`: the agent's state as chosen outside."""

    agent: Id
    state: str


@dataclass(frozen=True, slots=True)
class AgentAdd:
    """`agent.add`: an agent appears, last in agent order, idle since now."""

    config: AgentConfig


@dataclass(frozen=True, slots=True)
class AgentRemove:
    """`agent.remove`: an agent without contacts in hand disappears."""

    agent: Id


@dataclass(frozen=True, slots=True)
class AgentUpdate:
    """`agent.update`: new queues, skills or capacity, or a corrected idle clock; KEEP where not named."""

    agent: Id
    services: tuple[Service, ...] | Keep
    skills: dict[Id, float] | Keep
    units: float | Keep
    slots: dict[Id, int] | Keep
    exclusive: tuple[Id, ...] | Keep
    idle_since: float | Keep


@dataclass(frozen=True, slots=True)
class Lost:
    """`agent.lost`: the agent's socket is gone; the grace begins."""

    agent: Id


@dataclass(frozen=True, slots=True)
class Back:
    """`agent.back`: the agent's socket is there again."""

    agent: Id


@dataclass(frozen=True, slots=True)
class Accept:
    """`reservation.accept`: the offer was accepted, or its media joined."""

    contact: Id
    agent: Id


@dataclass(frozen=True, slots=True)
class Accepting:
    """`reservation.accepting`: the agent said yes, the leg is being made for `timeout` s (None: no end)."""

    contact: Id
    agent: Id
    timeout: float | Keep | None


@dataclass(frozen=True, slots=True)
class Reject:
    """`reservation.reject`: the agent refused the offer."""

    contact: Id
    agent: Id


@dataclass(frozen=True, slots=True)
class Fail:
    """`reservation.fail`: the offer failed without blame; `skip`: seconds the contact avoids the agent."""

    contact: Id
    agent: Id
    why: str
    skip: float


@dataclass(frozen=True, slots=True)
class QueueUpdate:
    """`queue.update`: new rules of one queue; keys that are not named stay."""

    queue: Id
    changes: QueueSettings


@dataclass(frozen=True, slots=True)
class WrapupEnd:
    """`wrapup.end`: the agent ends wrap-up early."""

    agent: Id


@dataclass(frozen=True, slots=True)
class Tick:
    """`tick`: only what is due."""


Event = (
    Arrive | Abandon | Done | Requeue | ContactUpdate | AgentState | AgentAdd | AgentRemove | AgentUpdate
    | Lost | Back | Accept | Accepting | Reject | Fail | QueueUpdate | WrapupEnd | Tick
)  # fmt: skip


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
    return QueueUpdate(fields.need("queue", ident), queue_settings(fields))


def _pair(fields: Fields) -> tuple[Id, Id]:
    return fields.need("contact", ident), fields.need("agent", ident)


def _of_contact(make: Callable[[Id], Event], fields: Fields) -> Event:
    return make(fields.need("contact", ident))


def _of_agent(make: Callable[[Id], Event], fields: Fields) -> Event:
    return make(fields.need("agent", ident))


_READERS: dict[str, Callable[[Fields], Event]] = {
    "contact.arrive": read_arrival,
    "contact.abandon": partial(_of_contact, Abandon),
    "contact.done": partial(_of_contact, Done),
    "contact.requeue": lambda fields: Requeue(
        fields.need("contact", ident), fields.get("why", text, "requeued")
    ),
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
