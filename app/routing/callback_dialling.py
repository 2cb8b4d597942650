"""Ringing the customer of a callback: when it begins, and what each end of it means.

The dialling itself is the channel's: it is ordered by the event `DialRequested` and its end told to `dial_ended`.
Every function runs under the lock of the callback's contact and changes nothing when it comes late or again.
"""

from datetime import datetime, timedelta
from uuid import UUID

from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import callback_rows, offers
from app.routing.callback_ends import end
from app.routing.callback_queueing import leave_queue
from app.routing.callback_rows import Callback
from app.routing.callback_rules import (
    BUSY_WITH_US,
    CallbackMove,
    CallbackState,
    DialResult,
    First,
    dial_time,
    next_try,
)
from app.routing.events import CallbackEnded, DialCancelled, DialRequested
from app.routing.offering import connected
from app.routing.offers import Offer, OfferState
from app.routing.queueing import mark_contact
from app.touchpoints import log as touchpoints

SHORTEST_AWAY = timedelta(minutes=1)  # until a queue that turned it away is asked again


async def begin_with_agent(
    tx: Transaction, offer: Offer, contact: Contact, *, now: datetime
) -> Callback | None:
    """An agent has said yes: ring the customer. None when there is nobody to ring: the customer is on the line
    already, or the contact is no callback."""
    callback = await callback_rows.of_contact(tx, contact.id)
    if callback is None or callback.state != CallbackState.WAITING:
        return None
    return await _dial(tx, callback, contact, offer, now)


async def begin_with_customer(tx: Transaction, contact_id: UUID, *, now: datetime) -> Callback | None:
    """The callback is first in line and somebody serves the queue: ring the customer (the engine's effect
    `contact.first`). None when that is not so any more. Raises asyncpg.LockNotAvailableError while somebody changes
    the contact: the router must not wait."""
    contact = await contact_rows.get_for_update(tx, contact_id, wait=False)
    callback = await callback_rows.of_contact(tx, contact_id)
    if callback is None or callback.first != First.CUSTOMER or contact.state != ContactState.QUEUED:
        return None
    if callback.state != CallbackState.WAITING:
        return None
    return await _dial(tx, callback, contact, None, now)


async def _dial(
    tx: Transaction, callback: Callback, contact: Contact, offer: Offer | None, now: datetime
) -> Callback | None:
    changes = {
        "tries": callback.tries + 1,
        "dials": callback.dials + 1,
        "due_at": now + dial_time(callback.ring_seconds),
    }
    moved = await callback_rows.move(tx, callback.id, CallbackMove.DIAL, changes)
    if moved is None:
        return None
    data = {"try": moved.tries, "of": moved.max_tries, "first": moved.first.value}
    await touchpoints.append(tx, contact.subject, "callback.dialled", data=data, once=str(moved.dials))
    await tx.publish(DialRequested(moved, contact, offer))
    return moved


async def dial_ended(
    tx: Transaction, callback_id: UUID, dial: int, result: DialResult, *, now: datetime
) -> bool:
    """What came of dialling number `dial`. False when the news is late or repeated: then nothing changes, and a
    customer who answered is to be let go. Answered, agent first: both are together; customer first: the customer
    waits at the kept place, a live contact from here on."""
    found = await callback_rows.get(tx, callback_id)
    if found is None:
        return False
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    callback = await callback_rows.get(tx, callback_id) or found
    if callback.state != CallbackState.DIALLING or callback.dials != dial:
        return False
    if result != DialResult.ANSWERED:
        await missed(tx, callback, contact, result.value, now=now)
        return True
    if callback.first == First.AGENT:
        offer = await offers.taken_of_contact(tx, contact.id)
        if offer is None or offer.state != OfferState.ACCEPTING:
            return False  # the time is up; the router or the timer ends the dialling
        contact = await connected(tx, offer_id=offer.id, now=now) or contact
    reached = await callback_rows.move(tx, callback.id, CallbackMove.REACH, {"last_result": result.value})
    assert reached is not None  # noqa: S101 -- it is dialling, and its contact is locked
    await mark_contact(tx, contact.id)
    data = {"try": reached.tries}
    await touchpoints.append(tx, contact.subject, "callback.reached", data=data, once=str(reached.dials))
    await tx.publish(CallbackEnded(reached, contact))
    return True


async def missed(
    tx: Transaction, callback: Callback, contact: Contact, result: str, *, now: datetime
) -> None:
    """A try that did not reach the customer: the agent is free without blame; try again after the gap, or give up.
    A customer who is on the line with us just now is not missed: that is no try."""
    tries, how = callback.tries, CallbackMove.MISS
    at = next_try(now=now, tries=tries, max_tries=callback.max_tries, gap_seconds=callback.gap_seconds)
    if await callback_rows.is_on_the_line(tx, callback.number):
        tries, how, at = tries - 1, CallbackMove.HOLD, now + BUSY_WITH_US
    if at is None:
        await end(tx, callback, contact, CallbackMove.FAIL, now=now, changes={"last_result": result})
        return
    changes = {"tries": tries, "due_at": at, "last_result": result}
    if await callback_rows.move(tx, callback.id, how, changes) is None:
        return
    data = {"result": result, "try": callback.tries, "next_try_at": at}
    await touchpoints.append(tx, contact.subject, "callback.missed", data=data, once=str(callback.dials))
    await leave_queue(tx, contact, "not_reached")


async def given_up(tx: Transaction, callback: Callback, contact: Contact, *, now: datetime) -> None:
    """No news of the dialling came in its time: ring off, and count it as a try that missed."""
    await tx.publish(DialCancelled(callback, contact))
    await missed(tx, callback, contact, "no_news", now=now)


async def undo_dial(tx: Transaction, callback: Callback, contact: Contact, *, now: datetime) -> None:
    """The dialling failed on our side (the agent's own leg): it was no try, and the callback waits on; when the hours
    end is looked up again."""
    changes = {"tries": callback.tries - 1, "due_at": now}
    if await callback_rows.move(tx, callback.id, CallbackMove.UNDO, changes) is not None:
        await tx.publish(DialCancelled(callback, contact))


async def turned_away(tx: Transaction, contact_id: UUID, *, now: datetime) -> bool:
    """The queue does not take it now (closed, full, nobody there): it pauses and asks again after the gap. False when
    the contact is no callback that waits: then nothing changes."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    callback = await callback_rows.of_contact(tx, contact_id)
    if callback is None or callback.state != CallbackState.WAITING:
        return False
    at = now + max(timedelta(seconds=callback.gap_seconds), SHORTEST_AWAY)
    if await callback_rows.move(tx, callback.id, CallbackMove.HOLD, {"due_at": at}) is None:
        return False
    await leave_queue(tx, contact, "turned_away")
    return True
