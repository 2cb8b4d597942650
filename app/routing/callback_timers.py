"""What is due of callbacks: into the queue when the hours allow it, out of it when they end, and diallings of which
nothing was heard. The instants are in the table, so a crash delays them and loses none; any number of nodes may look.
"""

from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Database, Transaction
from app.core.settings import Settings
from app.routing import callback_dialling, callback_rows
from app.routing.callback_ends import contact_closed
from app.routing.callback_hours import window_of
from app.routing.callback_queueing import enter_queue, leave_queue
from app.routing.callback_rows import Callback
from app.routing.callback_rules import BUSY_WITH_US, RECHECK, CallbackMove, CallbackState

log = structlog.get_logger()

BATCH = 50


class CallbackTimers:
    """Runs in the worker."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._site = settings.time_zone

    async def run_due(self) -> int:
        """Act on every callback whose instant has come; returns how many were changed. One that fails does not stop
        the others and is tried again the next time."""
        async with self._database.read() as reader:
            found = await callback_rows.due(reader, BATCH)
        changed = 0
        for callback in found:
            try:
                async with self._database.transaction() as tx:
                    changed += await self._act(tx, callback.id, callback.contact_id)
            except asyncpg.LockNotAvailableError:
                continue  # somebody is changing it at this moment, perhaps another node: the next round looks again
            except Exception:
                log.exception("a callback that is due could not be acted on", callback=str(callback.id))
        return changed

    async def _act(self, tx: Transaction, callback_id: UUID, contact_id: UUID) -> bool:
        contact = await contact_rows.get_for_update(tx, contact_id, wait=False)
        callback = await callback_rows.get(tx, callback_id)
        now: datetime = await tx.fetchval("select switchboard_now()")
        if callback is None or callback.due_at is None or callback.due_at > now:
            return False
        if contact.state == ContactState.CLOSED:  # by somebody with psql: nobody is called any more
            await contact_closed(tx, contact)
            return True
        match callback.state:
            case CallbackState.PAUSING:
                await self._release(tx, callback, contact, now)
            case CallbackState.WAITING:
                await self._end_of_hours(tx, callback, contact, now)
            case CallbackState.DIALLING:
                await callback_dialling.given_up(tx, callback, contact, now=now)
            case _:
                return False
        return True

    async def _release(self, tx: Transaction, callback: Callback, contact: Contact, now: datetime) -> None:
        """Into the queue at the kept place, or later: when it may be, and not while the customer is on the line."""
        if await callback_rows.is_on_the_line(tx, callback.number):
            await callback_rows.change(tx, callback.id, {"due_at": now + BUSY_WITH_US})
            return
        hours = await window_of(tx, callback, now, self._site)
        if not hours.is_allowed:
            await callback_rows.change(tx, callback.id, {"due_at": hours.until or now + RECHECK})
            return
        released = await callback_rows.move(tx, callback.id, CallbackMove.RELEASE, {"due_at": hours.until})
        if released is None:
            return
        await enter_queue(tx, released, contact, now=now)

    async def _end_of_hours(
        self, tx: Transaction, callback: Callback, contact: Contact, now: datetime
    ) -> None:
        hours = await window_of(tx, callback, now, self._site)
        if hours.is_allowed:
            await callback_rows.change(tx, callback.id, {"due_at": hours.until})
            return
        changes = {"due_at": hours.until or now + RECHECK}
        if await callback_rows.move(tx, callback.id, CallbackMove.HOLD, changes) is not None:
            await leave_queue(tx, contact, "quiet_hours")
