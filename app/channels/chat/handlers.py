"""What the chat does when routing, an agent or a message says something. All in the decider's transaction."""

from datetime import datetime

from app.channels.chat import conversing, follow_ups, reading
from app.channels.chat.naming import CHANNEL
from app.channels.chat.telling import tell_message, tell_state
from app.contacts import conversations
from app.contacts import repository as contact_rows
from app.contacts.errors import ControlRefused
from app.contacts.events import ContactClosed, Control, ControlRequested
from app.contacts.messages import MessageAdded, MessagesRead
from app.contacts.models import Contact
from app.core.db import Transaction
from app.core.events import EventRegistry
from app.routing import service as routing
from app.routing.events import (
    ContactConnected,
    ContactDiverted,
    ContactHandedOver,
    ContactQueued,
    ContactReleased,
    OfferAccepting,
    WrapUpStarted,
)
from app.selfservice.events import RequestFinished


def subscribe(registry: EventRegistry) -> None:
    """Connect this module to the events below it."""
    registry.subscribe(RequestFinished, on_request_finished)
    registry.subscribe(OfferAccepting, on_offer_accepting)
    registry.subscribe(ControlRequested, on_control_requested)
    registry.subscribe(MessageAdded, on_message_added)
    registry.subscribe(MessagesRead, on_messages_read)
    registry.subscribe(ContactQueued, on_contact_moved)
    registry.subscribe(ContactConnected, on_contact_moved)
    registry.subscribe(ContactReleased, on_contact_moved)
    registry.subscribe(ContactDiverted, on_contact_moved)
    registry.subscribe(ContactHandedOver, on_contact_moved)
    registry.subscribe(WrapUpStarted, on_wrap_up_started)
    registry.subscribe(ContactClosed, on_contact_closed)


async def _now(tx: Transaction) -> datetime:
    now: datetime = await tx.fetchval("select switchboard_now()")
    return now


async def on_offer_accepting(tx: Transaction, event: OfferAccepting) -> None:
    """There is nothing to connect: the agent's yes is the proof."""
    if event.contact.channel == CHANNEL:
        await routing.connected(tx, offer_id=event.offer.id, now=await _now(tx))


async def on_control_requested(tx: Transaction, event: ControlRequested) -> None:
    """A chat can be ended, not held."""
    if event.contact.channel != CHANNEL:
        return
    if event.control is not Control.HANG_UP:
        raise ControlRefused("a chat can only be ended")
    await routing.start_wrap_up(tx, event.contact.id, now=await _now(tx), ended_by="agent")


async def on_request_finished(tx: Transaction, event: RequestFinished) -> None:
    """A web service has answered: the flow says what comes next."""
    contact = await contact_rows.get(tx, event.contact_id)
    if contact.channel == CHANNEL:
        await conversing.go_on(tx, event.contact_id, now=await _now(tx))


async def on_message_added(tx: Transaction, event: MessageAdded) -> None:
    """Every socket of the conversation is given it. What the machine says changes what is asked, too."""
    if event.contact.channel != CHANNEL:
        return
    message = event.message
    tell_message(tx, message.conversation_id, message.seq, reading.plain_frame(message))
    if message.agent_id is None:
        tell_state(tx, message.conversation_id)


async def on_messages_read(tx: Transaction, event: MessagesRead) -> None:
    """The visitor sees how far the agent has read."""
    tell_state(tx, event.conversation_id)


async def on_contact_moved(
    tx: Transaction,
    event: ContactQueued | ContactConnected | ContactReleased | ContactDiverted | ContactHandedOver,
) -> None:
    """The visitor waits, or talks, or not any more."""
    await _tell(tx, event.contact)


async def on_wrap_up_started(tx: Transaction, event: WrapUpStarted) -> None:
    """The talk is over; what was not read is noted for the mail."""
    if event.contact.channel == CHANNEL:
        await follow_ups.note(tx, event.contact.id)
        await _tell(tx, event.contact)


async def on_contact_closed(tx: Transaction, event: ContactClosed) -> None:
    """The end, by whatever way."""
    await _tell(tx, event.contact)


async def _tell(tx: Transaction, contact: Contact) -> None:
    if contact.channel != CHANNEL:
        return
    found = await conversations.of_contact(tx, contact.id)
    if found is not None:
        tell_state(tx, found.id)
