"""Ringing the customer of a callback: at once, or when the agent's leg is in the room.

The leg is a call of its own (REST `Calls`): what it is to do is asked when it is answered (`answering.py`), so that an
answer which comes too late is told so, and hears nothing of an agent.
"""

from app.channels.voice import calls
from app.channels.voice.commands import CommandKind, order, was_ordered
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import callback_rows
from app.routing.callback_rules import CallbackState, First
from app.routing.events import DialRequested


async def on_dial_requested(tx: Transaction, event: DialRequested) -> None:
    """Customer first: ring now. Agent first: the agent's own leg comes before (`customer_comes_next`)."""
    leg = await calls.begin_dial(tx, event.contact.id, event.callback.dials)
    if event.offer is None:
        await order(tx, event.contact.id, CommandKind.CALL_CUSTOMER, leg_id=leg.id)


async def customer_comes_next(tx: Transaction, contact: Contact) -> bool:
    """The agent of a callback is in the room: ring the customer, once. False when the customer is on the line
    already, or the contact is no callback."""
    if contact.channel != callback_rows.CHANNEL:
        return False
    callback = await callback_rows.of_contact(tx, contact.id)
    if callback is None or callback.state != CallbackState.DIALLING or callback.first != First.AGENT:
        return False
    leg = calls.customer_leg(await calls.legs(tx, contact.id))
    if not await was_ordered(tx, leg.id, CommandKind.CALL_CUSTOMER):
        await order(tx, contact.id, CommandKind.CALL_CUSTOMER, leg_id=leg.id)
    return True
