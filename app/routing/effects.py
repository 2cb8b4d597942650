"""What the engine tells the outside, in the order in which it happened (contract, section 4.3)."""

from dataclasses import dataclass
from typing import Any

from app.routing.eligibility import Id


@dataclass(frozen=True, slots=True)
class Offered:
    """The contact was offered to the agent until `expires` (None: for ever), as one of up to `ring` at once."""

    contact: Id
    agent: Id
    expires: float | None
    ring: int = 1


@dataclass(frozen=True, slots=True)
class Connected:
    """The contact and the agent are to be connected."""

    contact: Id
    agent: Id


@dataclass(frozen=True, slots=True)
class Rescinded:
    """The contact was taken back from the agent; unless it ended, it waits again at its old place."""

    contact: Id
    agent: Id
    why: str


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """The engine itself changed an agent's state."""

    agent: Id
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class QueueFull:
    """The new contact was refused because too many wait."""

    contact: Id


@dataclass(frozen=True, slots=True)
class QueueClosed:
    """The contact was refused because its queue is closed (R22)."""

    contact: Id


@dataclass(frozen=True, slots=True)
class QueueUnstaffed:
    """The contact was refused because nobody serves its queue."""

    contact: Id


@dataclass(frozen=True, slots=True)
class Expired:
    """The contact's time to live is up; it is gone for good."""

    contact: Id


@dataclass(frozen=True, slots=True)
class First:
    """The virtual contact came first in its queue: the customer may be called back now (R28)."""

    contact: Id


@dataclass(frozen=True, slots=True)
class Refused:
    """The event was late, a duplicate, illegal or malformed; it changed nothing."""

    why: str


Effect = (
    Offered | Connected | Rescinded | AgentChanged
    | QueueFull | QueueClosed | QueueUnstaffed | Expired | First | Refused
)  # fmt: skip


def as_dict(effect: Effect) -> dict[str, Any]:
    """The effect in the shape of the contract."""
    match effect:
        case Offered(contact, agent, expires, ring):
            offer = {"type": "offer", "contact": contact, "agent": agent, "expires": expires}
            return offer if ring == 1 else {**offer, "ring": ring}
        case Connected(contact, agent):
            return {"type": "connect", "contact": contact, "agent": agent}
        case Rescinded(contact, agent, why):
            return {"type": "rescind", "contact": contact, "agent": agent, "why": why}
        case AgentChanged(agent, state, why):
            return {"type": "agent.state", "agent": agent, "state": state, "why": why}
        case QueueFull(contact):
            return {"type": "queue.full", "contact": contact}
        case QueueClosed(contact):
            return {"type": "queue.closed", "contact": contact}
        case QueueUnstaffed(contact):
            return {"type": "queue.unstaffed", "contact": contact}
        case Expired(contact):
            return {"type": "contact.expired", "contact": contact}
        case First(contact):
            return {"type": "contact.first", "contact": contact}
        case Refused(why):
            return {"type": "reject", "why": why}
