"""What callbacks do when routing decides something: follow their offers, and yield to a customer who calls."""

from datetime import datetime

from app.contacts.events import ContactClosed
from app.core.db import Reader, Transaction
from app.core.events import EventRegistry
from app.routing import callback_dialling, callback_ends, callback_rows
from app.routing.callback_rows import CHANNEL
from app.routing.callback_rules import CallbackState
from app.routing.events import ContactQueued, OfferAccepting, OfferEnded

TIME_UP = "connect_timeout"


def subscribe(registry: EventRegistry) -> None:
    """Connect this module to the events of contacts and offers. Before the channels: what they dial is decided
    here."""
    registry.subscribe(OfferAccepting, on_offer_accepting)
    registry.subscribe(OfferEnded, on_offer_ended)
    registry.subscribe(ContactQueued, on_contact_queued)
    registry.subscribe(ContactClosed, on_contact_closed)


async def _now(reader: Reader) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now


async def on_offer_accepting(tx: Transaction, event: OfferAccepting) -> None:
    """The agent said yes: ring the customer."""
    if event.contact.channel == CHANNEL:
        await callback_dialling.begin_with_agent(tx, event.offer, event.contact, now=await _now(tx))


async def on_offer_ended(tx: Transaction, event: OfferEnded) -> None:
    """The offer ended while the customer was being rung: by time, the customer did not answer; otherwise the agent's
    side failed, which is no try."""
    if event.contact.channel != CHANNEL:
        return
    callback = await callback_rows.of_contact(tx, event.contact.id)
    if callback is None or callback.state != CallbackState.DIALLING:
        return
    if event.offer.reason == TIME_UP:
        await callback_dialling.given_up(tx, callback, event.contact, now=await _now(tx))
    else:
        await callback_dialling.undo_dial(tx, callback, event.contact, now=await _now(tx))


async def on_contact_queued(tx: Transaction, event: ContactQueued) -> None:
    """A customer who waits on the line is not called back as well."""
    contact = event.contact
    if contact.channel != CHANNEL and contact.direction == "inbound" and contact.from_address is not None:
        await callback_ends.settle_by(tx, contact, now=await _now(tx))


async def on_contact_closed(tx: Transaction, event: ContactClosed) -> None:
    """A callback whose contact somebody closed is over."""
    if event.contact.channel == CHANNEL:
        await callback_ends.contact_closed(tx, event.contact)
