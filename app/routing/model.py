"""The things the engine moves: agents, contacts, settings. Plain data; who may change it is in floor.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from app.routing.eligibility import Id, Profile, Signature, Stance

if TYPE_CHECKING:
    from app.routing.queue_rules import Queue

AVAILABLE = "available"
OFFLINE = "offline"
VOICE = "voice"
DEFAULT_PRIORITY = 5


class ContactState(StrEnum):
    """Where a contact stands; one that has ended is no longer kept."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTING = "accepting"
    CONNECTED = "connected"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of demands: skills at a level, named agents (None: any), seconds (None: no end)."""

    skills: tuple[tuple[Id, float], ...]
    agents: tuple[Id, ...] | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Preference:
    """The one agent a contact belongs to for its first seconds of waiting (R11)."""

    agent: Id
    seconds: float


@dataclass(frozen=True, slots=True, order=True)
class Rise:
    """From so many seconds of waiting on, a contact has at least this priority (R26)."""

    after: float
    priority: int


@dataclass(frozen=True, slots=True)
class Service:
    """One queue an agent serves: rank (0 personal, 1 first choice) and delay in seconds (R06, R07)."""

    queue: Id
    rank: int
    delay: float


@dataclass(frozen=True, slots=True)
class GcMu:
    """The generalised c-mu rule (R31): cost of a second of waiting by queue, contacts a second by agent and queue.

    Mandelbaum & Stolyar 2004: with waiting costs that grow with the square of the wait, a freed agent best takes the
    queue with the largest cost rate x wait x service rate. What is not named counts 1.
    """

    cost: Mapping[Id, float]
    rate: Mapping[Id, Mapping[Id, float]]

    def index(self, agent: Id, queue: Id, wait: float) -> float:
        """How much an agent saves by taking from a queue whose first contact has waited so long."""
        return self.cost.get(queue, 1) * wait * self.rate.get(agent, {}).get(queue, 1)


@dataclass(frozen=True, slots=True)
class Settings:
    """The rules of the whole floor; all times in seconds, None = no limit."""

    auto_accept: bool
    reservation_timeout: float | None
    reservation_timeouts: Mapping[Id, float | None]
    connect_timeout: float | None
    wrapup: float
    reject_delay: float
    max_waiting: float | None
    timeout_state: str
    grace: float
    sticky_skip: bool
    remember: float | None
    channel_cost: Mapping[Id, float]
    interrupts: Mapping[Id, tuple[Id, ...]]
    gcmu: GcMu | None


@dataclass(slots=True, eq=False)
class Agent:
    """An agent. `order` is the last part of the pair key; `stance` says what the agent holds."""

    id: Id
    order: int
    services: tuple[Service, ...]
    profile: Profile
    stance: Stance
    state: str
    idle_since: float
    wrapup_until: float | None = None
    lost_until: float | None = None
    is_gone: bool = False  # lost for longer than the grace
    counted: tuple[Service, ...] = ()  # the services by which this agent is counted as staff now
    offers: dict[Id, "Contact"] = field(default_factory=dict)
    connected: dict[Id, "Contact"] = field(default_factory=dict)
    shown: tuple[Stance, "AgentKey"] | None = None  # how the idle index lists this agent now
    wake_at: float | None = None
    wake_token: int = 0


@dataclass(slots=True)
class Offer:
    """A contact proposed to one agent until an instant (None: for ever)."""

    agent: Agent
    expires: float | None


@dataclass(slots=True, eq=False)
class Contact:
    """A contact that waits, is offered, is being connected or is connected.

    `enqueued_at` changes only by a transfer that asks for it, so every clock keeps counting through a requeue.
    Preference, steps and time to live count from `asked_at`: the same instant until a transfer. `skips` maps an
    agent to the instant until which the contact passes that agent over (None: for ever).
    """

    id: Id
    queue: Id
    home: "Queue"  # how that queue stands
    channel: Id
    priority: int
    age_credit: float
    enqueued_at: float
    asked_at: float
    arrival: int
    ttl: float | None
    sticky: Preference | None
    steps: tuple[Step, ...]
    signature: Signature
    names: tuple[Id, ...] | None = None
    state: ContactState = ContactState.WAITING
    agent: Agent | None = None  # to whom it is connected
    offers: dict[Id, Offer] = field(default_factory=dict)  # by agent, in the order in which they were made
    ring: int = 1  # most offers at once in this round (R30)
    skips: dict[Id, float | None] = field(default_factory=dict)
    place: "Place | None" = None  # how the waiting index lists this contact now
    rising: tuple[Rise, ...] | None = None  # None: the queue's
    urgency: int = DEFAULT_PRIORITY  # the priority by which it is listed now
    visible: tuple[float, ...] = ()  # the delays that have passed, each a view of the queue
    dormant: bool = False  # waits for its queue to open
    virtual: bool = False  # keeps a place for a customer who is called back (R28)
    told_first: bool = False  # that it has come first in its queue
    wake_at: float | None = None
    wake_token: int = 0

    def key(self) -> tuple[int, float, int]:
        """Place in the one order of all waiting contacts (R01): urgency, position in time, arrival."""
        return (self.urgency, self.enqueued_at - self.age_credit, self.arrival)

    def expires_unserved_at(self) -> float | None:
        """The instant at which the time to live is up (R20), None without one."""
        return None if self.ttl is None else self.asked_at + self.ttl

    def passes_over(self, agent: Id, now: float) -> bool:
        """Whether it is offered to this agent already, or skips the agent now after a rejection (R14)."""
        if agent in self.offers:
            return True
        if agent not in self.skips:
            return False
        until = self.skips[agent]
        return until is None or now < until


AgentKey = tuple[float, int, Agent]
Place = tuple[int, float, int, Contact]
