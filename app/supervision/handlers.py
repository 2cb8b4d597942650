"""What supervision does when routing tells it something, in the transaction of the change."""

from app.contacts.events import ContactClosed
from app.core.db import Transaction
from app.core.events import EventRegistry
from app.routing import supervising, unservable
from app.routing.events import ContactConnected, ContactQueued, OfferEnded
from app.routing.offers import OfferState


def subscribe(registry: EventRegistry) -> None:
    """Connect this module to the events below it."""
    registry.subscribe(OfferEnded, on_offer_ended)
    registry.subscribe(ContactQueued, on_contact_queued)
    registry.subscribe(ContactConnected, on_contact_gone)
    registry.subscribe(ContactClosed, on_contact_gone)


async def on_offer_ended(tx: Transaction, event: OfferEnded) -> None:
    """Who declines or misses what was given to them by name does not keep others from it."""
    if event.offer.state in (OfferState.REJECTED, OfferState.TIMED_OUT):
        await supervising.end_assignment(tx, event.offer)


async def on_contact_queued(tx: Transaction, event: ContactQueued) -> None:
    """Whom nobody can serve must not wait in silence."""
    await unservable.check_queued(tx, event.contact)


async def on_contact_gone(tx: Transaction, event: ContactConnected | ContactClosed) -> None:
    """It waits no more: an alert about it may be over."""
    if event.contact.queue_id is not None:
        await unservable.check_again(tx)
