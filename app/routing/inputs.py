"""Every event the engine understands, as a frozen value. How they are read is in reading.py."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.routing.configuration import AgentConfig
from app.routing.eligibility import Id
from app.routing.fields import Keep
from app.routing.model import Preference, Rise, Service, Step


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
    rising: tuple[Rise, ...] | None
    virtual: bool


@dataclass(frozen=True, slots=True)
class Take:
    """`contact.take`: a new contact that is in this agent's hands already, as one the agent begins; nobody else was or
    is asked. `expires`: until when its connection may take; None: it is connected."""

    arrival: Arrive
    agent: Id
    expires: float | None


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


class Age(StrEnum):
    """What becomes of a contact's age when it is transferred."""

    KEEP = "keep"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Transfer:
    """`contact.transfer`: a connected contact waits in another queue; steps and priority KEEP where not named."""

    contact: Id
    queue: Id
    age: Age
    sticky: Preference | None
    steps: tuple[Step, ...] | Keep
    priority: int | Keep


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
    rising: tuple[Rise, ...] | Keep | None
    virtual: bool | Keep


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
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WrapupEnd:
    """`wrapup.end`: the agent ends wrap-up early."""

    agent: Id


@dataclass(frozen=True, slots=True)
class Tick:
    """`tick`: only what is due."""


Event = (
    Arrive | Take | Abandon | Done | Requeue | Transfer | ContactUpdate | AgentState | AgentAdd | AgentRemove
    | AgentUpdate | Lost | Back | Accept | Accepting | Reject | Fail | QueueUpdate | WrapupEnd | Tick
)  # fmt: skip
