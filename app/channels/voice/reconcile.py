"""Asks the carrier how our live calls really stand, and makes good what lost callbacks did not tell.

The same code serves the start after a crash and the regular round (every 30 s per call). It only ever feeds
`life`, so it can repeat or contradict nothing that is newer.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from app.channels.twilio.client import ProviderError, TwilioClient
from app.channels.voice import calls, life, parties, settling
from app.channels.voice.calls import Call, CallState
from app.channels.voice.rooms import people
from app.contacts import repository as contact_rows
from app.core.db import Database

log = structlog.get_logger()

CHECK_EVERY = timedelta(seconds=30)
CHECK_CONNECTING_EVERY = timedelta(seconds=4)  # a lost join must be found before the offer's deadline
ALONE_GRACE = timedelta(seconds=10)  # an agent's leg that left may come back within this
LONG_HOLD = timedelta(minutes=3)  # nobody talks to anybody: the agent is reminded
BATCH = 50


class Reconciler:
    """Runs in the worker."""

    def __init__(self, database: Database, client: TwilioClient):
        self._database = database
        self._client = client

    async def rescue_alone(self) -> int:
        """Customers whose agent left without a word go back to the queue; returns how many."""
        async with self._database.read() as reader:
            rows = await reader.fetch(
                """select contact_id from voice_calls
                   where state <> 'closed' and alone_since <= switchboard_now() - $1::interval limit $2""",
                ALONE_GRACE,
                BATCH,
            )
        for row in rows:
            async with self._database.transaction() as tx:
                await life.rescue_alone(tx, row["contact_id"])
        return len(rows)

    async def remind_of_holds(self) -> int:
        """Agents who keep everybody on hold for long are told; returns how many."""
        async with self._database.read() as reader:
            rows = await reader.fetch(
                """select v.contact_id from voice_calls v join contacts c on c.id = v.contact_id
                   where v.state = 'held' and v.reminded_at is null and c.state = 'active'
                     and (c.media ->> 'held_since')::timestamptz <= switchboard_now() - $1::interval
                     and not exists (select from voice_legs l where l.contact_id = v.contact_id
                                     and l.kind = 'guest' and l.is_in_room and not l.is_held) limit $2""",
                LONG_HOLD,
                BATCH,
            )
        for row in rows:
            async with self._database.transaction() as tx:
                await life.remind_of_hold(tx, row["contact_id"])
        return len(rows)

    async def check_due(self) -> int:
        """Check every live call that was not checked for a while; returns how many were."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                """update voice_calls set checked_at = switchboard_now() where contact_id in (
                     select v.contact_id from voice_calls v join contacts c on c.id = v.contact_id
                     where v.state <> 'closed'
                       and coalesce(v.checked_at, c.opened_at) <= switchboard_now()
                           - case when v.state = 'connecting' then $3::interval else $1::interval end
                     order by coalesce(v.checked_at, c.opened_at) limit $2 for update of v skip locked)
                   returning contact_id""",
                CHECK_EVERY,
                BATCH,
                CHECK_CONNECTING_EVERY,
            )
        for row in rows:
            try:
                await self._check(row["contact_id"])
            except ProviderError as error:
                log.warning(
                    "a call could not be checked", status=error.status, contact_id=str(row["contact_id"])
                )
        return len(rows)

    async def _check(self, contact_id: UUID) -> None:
        async with self._database.read() as reader:
            call = await calls.get(reader, contact_id)
            known = await calls.legs(reader, contact_id)
        if call is None:
            return
        for leg in known:
            if leg.is_over or leg.call_sid is None:
                continue
            status = await self._status(leg.call_sid)
            async with self._database.transaction() as tx:
                now = await tx.fetchval("select switchboard_now()")
                await life.leg_status(tx, leg, status, call_sid=None, now=now, reason="found_by_check")
        if call.state in (CallState.CONNECTING, CallState.TALKING, CallState.HELD):
            await self._check_room(contact_id, call)
        await self._tidy_legs(contact_id)

    async def _status(self, call_sid: str) -> str:
        try:
            return str((await self._client.fetch_call(call_sid))["status"])
        except ProviderError as error:
            if error.is_gone:
                return "completed"  # the carrier does not know it any more
            raise

    async def _check_room(self, contact_id: UUID, call: Call) -> None:
        found = await people(self._client, call.room)
        present = {one["call_sid"]: one for one in found if one["status"] == "connected"}
        async with self._database.transaction() as tx:
            contact = await contact_rows.get_for_update(tx, contact_id)
            current = await calls.get(tx, contact_id)
            if current is None or current.version != call.version:
                return  # something happened meanwhile: the next round looks again
            now = await tx.fetchval("select switchboard_now()")
            if found and current.conference_sid != found[0]["conference_sid"]:
                current = await calls.change(tx, contact_id, conference_sid=found[0]["conference_sid"])
            for leg in await calls.legs(tx, contact_id):
                is_there = leg.call_sid in present
                sequence = leg.room_sequence + 1
                if is_there and not leg.is_in_room:
                    await life.joined(tx, contact, current, leg, sequence=sequence, now=now)
                elif leg.is_in_room and not is_there:
                    await life.left(tx, contact, current, leg, sequence=sequence, now=now)
                elif is_there and leg.kind != "customer":
                    is_held, is_muted = (bool(present[leg.call_sid].get(flag)) for flag in ("hold", "muted"))
                    await parties.note_flags(tx, leg, held=is_held, muted=is_muted)
                current = await calls.get(tx, contact_id) or current
            customer = present.get(call.call_sid)
            if customer is not None:
                await life.held(tx, contact, current, on=bool(customer["hold"]), sequence=None, now=now)
            contact = await contact_rows.get(tx, contact_id)
            current = await calls.get(tx, contact_id) or current
            await life.notice_lone_customer(tx, contact, current, now)
            await settling.settle(tx, contact_id)

    async def _tidy_legs(self, contact_id: UUID) -> None:
        """A leg whose command was dropped or failed and that never got a sid does not exist; one whose offer is
        over must not live on."""
        async with self._database.transaction() as tx:
            await contact_rows.get_for_update(tx, contact_id)
            await tx.execute(
                """update voice_legs l set status = 'canceled', ended_at = switchboard_now(), end_reason = 'not_made'
                   where contact_id = $1 and call_sid is null and status = 'new' and kind <> 'customer'
                     and exists (select from voice_commands c where c.leg_id = l.id
                                 and c.kind like 'create_%' and c.state in ('dropped', 'failed'))""",
                contact_id,
            )
            await life.end_stray_legs(tx, contact_id)
            await settling.settle(tx, contact_id)
            call = await calls.get(tx, contact_id)
            if call is not None and call.state == CallState.CLOSING:
                await life.close_if_over(tx, contact_id)
