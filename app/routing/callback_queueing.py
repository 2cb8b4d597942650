"""How the contact of a callback enters and leaves the queue: always at the kept place, and without blame on anybody."""

from datetime import datetime

from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactMove, ContactState
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing.callback_rows import Callback
from app.routing.events import ContactQueued
from app.routing.offering import stop_ringing
from app.routing.queueing import mark_contact, new_item
from app.touchpoints import log as touchpoints


async def enter_queue(tx: Transaction, callback: Callback, contact: Contact, *, now: datetime) -> None:
    """Wait for an agent, as if it had waited all the time. Raises ContactMovedOn."""
    queued = await contact_rows.move(
        tx,
        contact.id,
        ContactMove.QUEUE,
        {"queue_id": callback.queue_id, "queued_at": callback.place_from, **new_item(contact, now)},
    )
    data = {"topic": queued.topic, "reason": "callback", "priority": queued.priority}
    once = f"{callback.dials}.{queued.routing_round}"
    await touchpoints.append(tx, queued.subject, "contact.queued", data=data, once=once)
    await mark_contact(tx, queued.id)
    await tx.publish(ContactQueued(queued))


async def leave_queue(tx: Transaction, contact: Contact, reason: str) -> None:
    """Out of the queue for a while; what rings is taken back, without blame."""
    await stop_offer(tx, contact, reason)
    if await contact_rows.try_move(tx, contact.id, ContactMove.PAUSE) is not None:
        await mark_contact(tx, contact.id)


async def stop_offer(tx: Transaction, contact: Contact, reason: str) -> None:
    """Take back all that rings or is being accepted."""
    if contact.state == ContactState.OFFERED:
        await stop_ringing(tx, contact, reason)
