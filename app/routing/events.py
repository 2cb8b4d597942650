"""What routing tells the packages above. All run inside the transaction of the change."""

from dataclasses import dataclass

from app.contacts.models import Contact
from app.core.events import DomainEvent
from app.routing.callback_rows import Callback
from app.routing.offers import Offer
from app.routing.overflow_rules import Cause


@dataclass(frozen=True, slots=True)
class ContactQueued(DomainEvent):
    """A contact waits for an agent (again, when its offer ended without a connection)."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class ContactDiverted(DomainEvent):
    """A contact left its queue without an agent; `action` is what was done: `queue`, `callback`, `voicemail`,
    `message`, or `close` when its channel could do nothing."""

    contact: Contact
    cause: Cause
    action: str


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
    """The offer left the pending or accepting state; `offer.state` says how, `taken_by` which colleague said yes first
    where several were rung."""

    offer: Offer
    contact: Contact
    taken_by: str | None = None


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
class ContactHandedOver(DomainEvent):
    """A colleague has taken over a contact in hand: `before` is the offer that ended, `offer` the one that goes on."""

    before: Offer
    offer: Offer
    contact: Contact


@dataclass(frozen=True, slots=True)
class WrapUpStarted(DomainEvent):
    """The conversation is over; the agent codes its outcome."""

    offer: Offer
    contact: Contact


@dataclass(frozen=True, slots=True)
class CallbackRequested(DomainEvent):
    """A contact goes on as a callback and is closed: its channel says so to the customer and lets go."""

    callback: Callback
    contact: Contact


@dataclass(frozen=True, slots=True)
class DialRequested(DomainEvent):
    """Ring the customer of a callback: `callback.number`, for `callback.ring_seconds`. With `offer`, its agent has
    said yes and is put on the line first. Whoever dials reports to `callbacks.dial_ended` with `callback.dials`."""

    callback: Callback
    contact: Contact
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class DialCancelled(DomainEvent):
    """The dialling `callback.dials` is not wanted any more: ring off, hang up on whoever answered."""

    callback: Callback
    contact: Contact


@dataclass(frozen=True, slots=True)
class CallbackEnded(DomainEvent):
    """A callback came to its end: `callback.state` is reached, settled, failed or cancelled."""

    callback: Callback
    contact: Contact
