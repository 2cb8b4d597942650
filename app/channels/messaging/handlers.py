"""What the messaging channel does when routing or an agent decides something. All in the decider's transaction."""

from datetime import datetime

from app.channels.messaging import media, sending
from app.channels.messaging.inbound import CHANNEL
from app.contacts.errors import ControlRefused
from app.contacts.events import Control, ControlRequested
from app.contacts.messages import MessageAdded
from app.core import jobs
from app.core.db import Transaction
from app.core.events import EventRegistry
from app.routing import service as routing
from app.routing.events import OfferAccepting


def subscribe(registry: EventRegistry) -> None:
    """Connect this module to the events below it."""
    registry.subscribe(OfferAccepting, on_offer_accepting)
    registry.subscribe(ControlRequested, on_control_requested)
    registry.subscribe(MessageAdded, on_message_added)


async def _now(tx: Transaction) -> datetime:
    now: datetime = await tx.fetchval("select switchboard_now()")
    return now


async def on_offer_accepting(tx: Transaction, event: OfferAccepting) -> None:
    """There is nothing to connect: the agent's yes is the proof."""
    if event.contact.channel == CHANNEL:
        await routing.connected(tx, offer_id=event.offer.id, now=await _now(tx))


async def on_control_requested(tx: Transaction, event: ControlRequested) -> None:
    """A conversation can be ended, not held."""
    if event.contact.channel != CHANNEL:
        return
    if event.control is not Control.HANG_UP:
        raise ControlRefused("a conversation by message can only be ended")
    await routing.start_wrap_up(tx, event.contact.id, now=await _now(tx), ended_by="agent")


async def on_message_added(tx: Transaction, event: MessageAdded) -> None:
    """What we say is sent, what the customer attached is fetched."""
    if event.channel != CHANNEL:
        return
    if event.message.direction == "outbound":
        await jobs.enqueue(tx, sending.JOB, {"message_id": str(event.message.id)})
    for file in event.message.attachments:
        await jobs.enqueue(tx, media.JOB, {"attachment_id": str(file.id)})
