"""What routing tells the packages above. All run inside the transaction of the change."""

from dataclasses import dataclass

from app.contacts.models import Contact
from app.core.events import DomainEvent
from app.routing.offers import Offer


@dataclass(frozen=True, slots=True)
class ContactQueued(DomainEvent):
    """A contact waits for an agent (again, when its offer ended without a connection)."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class OfferMade(DomainEvent):
    """Ring the agent."""

    offer: Offer
    contact: Contact


@dataclass(frozen=True, slots=True)
class OfferAccepting(DomainEvent):
    """The agent said yes: the channel connects the media now."""

    offer: Offer
    contact: Contact


@dataclass(frozen=True, slots=True)
class OfferEnded(DomainEvent):
    """The offer left the pending or accepting state; `offer.state` says how."""

    offer: Offer
    contact: Contact


@dataclass(frozen=True, slots=True)
class ContactConnected(DomainEvent):
    """Agent and customer are together; the offer is accepted."""

    offer: Offer
    contact: Contact


@dataclass(frozen=True, slots=True)
class ContactReleased(DomainEvent):
    """The contact left its agent's hands without wrap-up (requeued or closed)."""

    offer: Offer
    contact: Contact


@dataclass(frozen=True, slots=True)
class WrapUpStarted(DomainEvent):
    """The conversation is over; the agent codes its outcome."""

    offer: Offer
    contact: Contact
