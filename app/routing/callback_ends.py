"""How a callback leaves the queue: for a while, or for good (settled, failed, cancelled).

Every function runs under the lock of the callback's contact and changes nothing when it comes late or again.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.lifecycle import ContactState, Outcome
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import callback_rows
from app.routing.callback_queueing import stop_offer
from app.routing.callback_rows import Callback
from app.routing.callback_rules import CallbackMove, CallbackState
from app.routing.errors import CallbackNotFound, CallbackOver
from app.routing.events import CallbackEnded, DialCancelled
from app.routing.queueing import mark_contact
from app.touchpoints import log as touchpoints
from app.touchpoints.log import SYSTEM, Actor

_OUTCOMES = {
    CallbackState.SETTLED: Outcome.CALLBACK_SETTLED,
    CallbackState.FAILED: Outcome.CALLBACK_FAILED,
    CallbackState.CANCELLED: Outcome.CALLBACK_CANCELLED,
}


async def settle_by(tx: Transaction, live: Contact, *, now: datetime) -> list[Callback]:
    """The customer waits on the line by themselves: what was pending for this number or customer is settled, and its
    place in the same queue is the caller's. `live` is locked and has just been queued."""
    if live.from_address is None:
        return []
    sure = live.customer_id if live.identification == "certain" else None
    settled = []
    for found in await callback_rows.open_of_customer(tx, live.from_address, sure):
        contact = await contact_rows.get_for_update(tx, found.contact_id)
        callback = await callback_rows.get(tx, found.id) or found
        changes = {"settled_by": live.id}
        ended = await end(tx, callback, contact, CallbackMove.SETTLE, now=now, changes=changes)
        if ended is None:
            continue  # the customer was reached, or it was called off, at this very moment
        settled.append(ended)
        data = {"callback": str(ended.id), "requested_at": ended.requested_at}
        await touchpoints.append(tx, live.subject, "callback.settled", data=data, once=str(ended.id))
        await _take_over_place(tx, live.id, ended)
    return settled


async def _take_over_place(tx: Transaction, live_id: UUID, callback: Callback) -> None:
    live = await contact_rows.get(tx, live_id)
    waits = live.state == ContactState.QUEUED and live.queue_id == callback.queue_id
    if waits and live.queued_at is not None and callback.place_from < live.queued_at:
        await contact_rows.change(tx, live.id, {"queued_at": callback.place_from})
        await mark_contact(tx, live.id)


async def cancel(tx: Transaction, callback_id: UUID, *, now: datetime, by: Actor) -> Callback:
    """A supervisor calls it off. Cancelled before: the same answer. Raises CallbackNotFound, or CallbackOver when it
    has ended otherwise."""
    found = await callback_rows.get(tx, callback_id)
    if found is None:
        raise CallbackNotFound("there is no such callback; GET /callbacks lists those that wait")
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    callback = await callback_rows.get(tx, callback_id) or found
    if callback.state == CallbackState.CANCELLED:
        return callback
    ended = await end(tx, callback, contact, CallbackMove.CANCEL, now=now, actor=by)
    if ended is None:
        raise CallbackOver(f"the callback is over: {callback.state.value}")
    return ended


async def contact_closed(tx: Transaction, contact: Contact) -> None:
    """Its contact was closed by something else (an operator, an overflow rule): nobody is called any more."""
    callback = await callback_rows.of_contact(tx, contact.id)
    if callback is None or not callback.is_open:
        return
    changes = {"last_result": contact.outcome}
    ended = await callback_rows.move(tx, callback.id, CallbackMove.CANCEL, changes)
    if ended is not None:
        await _tell_end(tx, callback, ended, contact)


async def end(
    tx: Transaction,
    callback: Callback,
    contact: Contact,
    how: CallbackMove,
    *,
    now: datetime,
    changes: dict[str, Any] | None = None,
    actor: Actor = SYSTEM,
) -> Callback | None:
    """Settle, fail or cancel an open callback and close its contact; None when it has ended already."""
    ended = await callback_rows.move(tx, callback.id, how, changes)
    if ended is None:
        return None
    kind = f"callback.{ended.state.value}"
    data = {"tries": ended.tries, "last_result": ended.last_result}
    await touchpoints.append(tx, contact.subject, kind, actor=actor, data=data, once="1")
    await stop_offer(tx, contact, f"callback_{ended.state.value}")
    closed = await contacts.close(tx, contact.id, _OUTCOMES[ended.state], now=now)
    await mark_contact(tx, contact.id)
    await _tell_end(tx, callback, ended, closed or contact)
    return ended


async def _tell_end(tx: Transaction, before: Callback, ended: Callback, contact: Contact) -> None:
    if before.state == CallbackState.DIALLING:
        await tx.publish(DialCancelled(before, contact))
    await tx.publish(CallbackEnded(ended, contact))
