"""The things the engine moves: agents, contacts, settings. Plain data; who may change it is in floor.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.routing.eligibility import Id, Profile, Signature, Stance

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


@dataclass(frozen=True, slots=True)
class Service:
    """One queue an agent serves: rank (0 personal, 1 first choice) and delay in seconds (R06, R07)."""

    queue: Id
    rank: int
    delay: float


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """Rules of one queue; a key that is missing from `own` leaves the wider rule in force."""

    own: Mapping[str, float | None] = field(default_factory=dict)


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
    offers: dict[Id, "Contact"] = field(default_factory=dict)
    connected: dict[Id, "Contact"] = field(default_factory=dict)
    shown: tuple[Stance, "AgentKey"] | None = None  # how the idle index lists this agent now
    wake_at: float | None = None
    wake_token: int = 0


@dataclass(slots=True, eq=False)
class Contact:
    """A contact that waits, is offered, is being connected or is connected.

    `enqueued_at` never changes, so every clock keeps counting through a requeue. `skips` maps an agent to
    the instant until which the contact passes that agent over (None: for ever).
    """

    id: Id
    queue: Id
    channel: Id
    priority: int
    age_credit: float
    enqueued_at: float
    arrival: int
    ttl: float | None
    sticky: Preference | None
    steps: tuple[Step, ...]
    signature: Signature
    names: tuple[Id, ...] | None = None
    state: ContactState = ContactState.WAITING
    agent: Agent | None = None
    expires: float | None = None
    skips: dict[Id, float | None] = field(default_factory=dict)
    place: "Place | None" = None  # how the waiting index lists this contact now
    visible: tuple[float, ...] = ()  # the delays that have passed, each a view of the queue
    wake_at: float | None = None
    wake_token: int = 0

    def key(self) -> tuple[int, float, int]:
        """Place in the one order of all waiting contacts (R01): priority, position in time, arrival."""
        return (self.priority, self.enqueued_at - self.age_credit, self.arrival)

    def expires_unserved_at(self) -> float | None:
        """The instant at which the time to live is up (R20), None without one."""
        return None if self.ttl is None else self.enqueued_at + self.ttl

    def passes_over(self, agent: Id, now: float) -> bool:
        """Whether the contact skips this agent now after a rejection (R14)."""
        if agent not in self.skips:
            return False
        until = self.skips[agent]
        return until is None or now < until


AgentKey = tuple[float, int, Agent]
Place = tuple[int, float, int, Contact]
