"""What contacts tell the packages above."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.contacts.models import Contact
from app.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class ContactChanged(DomainEvent):
    """A contact changed in a way its agent should see: state, customer, notes, call state."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class ContactClosed(DomainEvent):
    """A contact reached its end."""

    contact: Contact


class Control(StrEnum):
    """What an agent may order a channel to do with a contact in hand."""

    HOLD = "hold"
    RESUME = "resume"
    HANG_UP = "hang_up"
    FOCUS = "focus"  # whom the agent talks to, with a guest there


@dataclass(frozen=True, slots=True)
class ControlRequested(DomainEvent):
    """The agent orders the contact's channel to do something; the channel raises ControlRefused if it cannot."""

    contact: Contact
    agent_id: UUID
    control: Control
