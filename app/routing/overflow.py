"""A contact leaves its queue without an agent: the queue's overflow rules are carried out, once, in one transaction.

The router calls this when the engine says that a contact has expired, was refused by a full, closed or unstaffed
queue. What the engine knew is the contact's work item of that moment: a hang-up, an offer or another way out that
came first has changed state or item, and then nothing happens here.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

import asyncpg

from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.lifecycle import ContactMove, ContactState
from app.contacts.models import Contact
from app.core import streams
from app.core.db import Record, Transaction
from app.routing import callback_rows, hours, promises, queue_tables
from app.routing.callback_queueing import leave_queue
from app.routing.callback_rules import RECHECK, CallbackMove
from app.routing.events import ContactDiverted
from app.routing.outlets import Outlet, Outlets
from app.routing.overflow_rules import (
    OUTCOMES,
    Action,
    Callback,
    Cause,
    Message,
    Stay,
    ToQueue,
    Voicemail,
    action_for,
    fallbacks,
)
from app.routing.queueing import mark_contact, new_item
from app.touchpoints import log as touchpoints


async def divert(
    tx: Transaction, *, contact_id: UUID, work_item: int, cause: Cause, now: datetime, outlets: Outlets
) -> Contact | None:
    """Carry out the rule of the contact's queue for this cause; None when the contact has moved on. Raises
    asyncpg.LockNotAvailableError while somebody changes the contact: the router holds much else and must not wait."""
    contact = await contact_rows.get_for_update(tx, contact_id, wait=False)
    if await streams.hold(tx, {contact.subject.stream}, wait=False):
        raise asyncpg.LockNotAvailableError("somebody writes to the contact's timeline")
    if contact.state != ContactState.QUEUED or contact.work_item != work_item:
        return None
    if contact.channel == callback_rows.CHANNEL:
        return await _hold_callback(tx, contact, cause, now)
    if contact.assigned_agent is not None and cause is not Cause.CLOSING:
        return await _back_to_own_queue(tx, contact, now)
    outlet = outlets.of(contact.channel)
    if outlet is not None and outlet.keeps(contact):
        return await _wait_on(tx, contact, now)
    queue = await _queue(tx, contact)
    rules = queue_tables.overflow_of(queue["overflow"], queue["key"])
    wanted = action_for(rules, cause)
    diverting = _Diverting(tx, contact, cause, queue, outlet, now)
    for action in fallbacks(wanted, rules, cause):
        if await diverting.do(action):
            return await diverting.settle(wanted, action)
    return await diverting.settle(wanted, None)


async def _queue(tx: Transaction, contact: Contact) -> Record:
    row = await tx.fetchrow(
        f"""select q.key, q.overflow, q.is_closed, {hours.CALENDAR} as calendar
            from queues q left join calendars k on k.id = q.calendar_id where q.id = $1""",  # noqa: S608
        contact.queue_id,
    )
    assert row is not None  # noqa: S101 -- a queued contact has a queue, and a queue in use cannot be deleted
    return row


async def _hold_callback(tx: Transaction, contact: Contact, cause: Cause, now: datetime) -> Contact | None:
    """Nobody is on the line: a callback that its queue does not take keeps its place and comes again in a while."""
    callback = await callback_rows.of_contact(tx, contact.id)
    if callback is None:
        return None
    held = await callback_rows.move(tx, callback.id, CallbackMove.HOLD, {"due_at": now + RECHECK})
    if held is not None:
        await leave_queue(tx, contact, cause.value)
    return await contact_rows.get(tx, contact.id)


async def _wait_on(tx: Transaction, contact: Contact, now: datetime) -> Contact:
    """It keeps its place and waits anew: dormant while the queue is closed."""
    moved = await contact_rows.move(tx, contact.id, ContactMove.CHANGE_QUEUE, new_item(contact, now))
    await mark_contact(tx, contact.id)
    return moved


async def _back_to_own_queue(tx: Transaction, contact: Contact, now: datetime) -> Contact:
    """Whom it was given to did not take it in time: everybody of its queue is asked again, at the old place."""
    changes = {"assigned_agent": None, "assigned_until": None, **new_item(contact, now)}
    moved = await contact_rows.move(tx, contact.id, ContactMove.CHANGE_QUEUE, changes)
    data = {"cause": "assigned_agent", "action": "queue"}
    await touchpoints.append(tx, contact.subject, "contact.diverted", data=data, once=str(contact.work_item))
    await mark_contact(tx, contact.id)
    return moved


class _Diverting:
    """One contact on its way out of one queue."""

    def __init__(
        self,
        tx: Transaction,
        contact: Contact,
        cause: Cause,
        queue: Record,
        outlet: Outlet | None,
        now: datetime,
    ):
        self._tx = tx
        self._contact = contact
        self._cause = cause
        self._queue = queue
        self._outlet = outlet
        self._now = now

    async def do(self, action: Action) -> bool:
        """Do it, or say that it cannot be done."""
        tx, contact, cause, outlet = self._tx, self._contact, self._cause, self._outlet
        match action:
            case ToQueue():
                return await self._to_queue(action)
            case Callback():
                return outlet is not None and await outlet.callback(tx, contact, cause)
            case Voicemail():
                return outlet is not None and await outlet.voicemail(tx, contact, cause)
            case Message():
                text = action.text.get(contact.language)
                opens_at = self._opens_at()
                return outlet is not None and await outlet.message(
                    tx, contact, cause, text=text, opens_at=opens_at
                )
            case Stay():
                return False  # the engine does not end what may stay
            case _:
                assert_never(action)

    async def _to_queue(self, action: ToQueue) -> bool:
        """Wait elsewhere. Never twice in one queue by overflow: two full queues must not play ball."""
        contact = self._contact
        target = await self._tx.fetchval("select id from queues where key = $1", action.queue)
        if target is None or target == contact.queue_id or target in contact.overflowed_from:
            return False
        changes: dict[str, object] = {
            "queue_id": target,
            "overflowed_from": [*contact.overflowed_from, contact.queue_id],
            "preferred_agent": None,
            "preferred_seconds": None,
            **new_item(contact, self._now),
        }
        if not action.keeps_age:
            changes |= {"queued_at": self._now, "age_credit": 0.0}
        await contact_rows.move(self._tx, contact.id, ContactMove.CHANGE_QUEUE, changes)
        return True

    def _opens_at(self) -> datetime | None:
        if self._cause not in (Cause.CLOSED, Cause.CLOSING):
            return None
        raw, key = self._queue["calendar"], self._queue["key"]
        return hours.hours_of(raw, is_closed=self._queue["is_closed"], where=key).opens_at(self._now)

    async def settle(self, wanted: Action, done: Action | None) -> Contact:
        """Close what goes nowhere, log what was done, and tell whom it concerns."""
        tx, cause = self._tx, self._cause
        data: dict[str, object] = {
            "cause": cause.value,
            "action": done.do if done else "close",
            "queue": self._queue["key"],
        }
        if done is not wanted:
            data["wanted"] = wanted.do
        if isinstance(done, ToQueue):
            data["to_queue"] = done.queue
        await promises.settle(tx, self._contact.id, "diverted")
        # before the end of the contact, which is the last line
        once = str(self._contact.work_item)
        await touchpoints.append(tx, self._contact.subject, "contact.diverted", data=data, once=once)
        if done is None or isinstance(done, Message):
            await contacts.close(
                tx, self._contact.id, OUTCOMES[cause], now=self._now, data={"cause": cause.value}
            )
        contact = await contact_rows.get(tx, self._contact.id)
        if contact.state == ContactState.QUEUED and not isinstance(done, ToQueue):
            raise RuntimeError(f"the channel did {data['action']} and left the contact in its queue")
        await mark_contact(tx, contact.id, is_arrival=contact.state == ContactState.QUEUED)
        await tx.publish(ContactDiverted(contact, cause, done.do if done else "close"))
        return contact
