"""What contacts tell the packages above."""

from dataclasses import dataclass

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
