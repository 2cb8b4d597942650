"""What is due of recordings: pauses that have lasted too long, ends that nobody told us, sounds that were not fetched,
and the day they are deleted. The instants are in the table; any number of nodes may look."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.channels.twilio.client import ProviderError, TwilioClient
from app.channels.voice import calls
from app.channels.voice.recording import life, reports, rows
from app.channels.voice.recording.rows import Recording
from app.channels.voice.recording.rules import RecordingStatus, status_of
from app.contacts import repository as contact_rows
from app.core import audit, jobs, objects
from app.core.audit import Actor
from app.core.db import Database

log = structlog.get_logger()

BATCH = 50
TELL_WITHIN = timedelta(seconds=60)  # the carrier tells the end of a recording within this after its call
ASK_EVERY = timedelta(seconds=60)
REFETCH_AFTER = timedelta(days=1)


class RecordingTimers:
    """Runs in the worker."""

    def __init__(self, database: Database, client: TwilioClient):
        self._database = database
        self._client = client

    async def run_due(self) -> int:
        """Go on with what has paused long enough; returns how many were due."""
        async with self._database.read() as reader:
            found = await reader.fetch(
                "select id from recordings where paused_until <= switchboard_now() and status = 'paused' limit $1",
                BATCH,
            )
        for row in found:
            async with self._database.transaction() as tx:
                now: datetime = await tx.fetchval("select switchboard_now()")
                await life.pause_is_over(tx, row["id"], now)
        return len(found)

    async def check_due(self) -> int:
        """Ask the carrier about recordings whose call is over and whose end we were not told; returns how many."""
        async with self._database.transaction() as tx:
            found = await tx.fetch(
                """update recordings set checked_at = switchboard_now() where id in (
                     select r.id from recordings r left join voice_legs l on l.id = r.leg_id
                     where r.status in ('new', 'in_progress', 'paused', 'processing')
                       and coalesce(r.ended_at, l.ended_at, case when l.id is null then r.started_at end)
                           <= switchboard_now() - $1::interval
                       and coalesce(r.checked_at, r.started_at) <= switchboard_now() - $2::interval
                     order by r.started_at limit $3 for update of r skip locked)
                   returning id""",
                TELL_WITHIN,
                ASK_EVERY,
                BATCH,
            )
        for row in found:
            try:
                await self._check(row["id"])
            except ProviderError as error:
                log.warning("a recording could not be checked", status=error.status, recording=str(row["id"]))
        return len(found)

    async def _check(self, recording_id: UUID) -> None:
        async with self._database.read() as reader:
            found = await rows.get(reader, recording_id)
            leg = await calls.leg(reader, found.leg_id) if found and found.leg_id else None
            known = (
                {one.recording_sid for one in await rows.of_contact(reader, found.contact_id)}
                if found
                else set()
            )
        if found is None:
            return
        told = await self._ask(found, leg.call_sid if leg else None, known)
        status = status_of(str(told["status"])) if told else RecordingStatus.ABSENT
        async with self._database.transaction() as tx:
            if status is not None and told:
                seconds = reports.seconds_of(told.get("duration"))
                await reports.apply(tx, found, status, sid=str(told["sid"]), seconds=seconds)
            else:
                contact = await contact_rows.get_for_update(tx, found.contact_id)
                found = await rows.get(tx, found.id) or found
                now: datetime = await tx.fetchval("select switchboard_now()")
                await life.ended(tx, contact, found, RecordingStatus.ABSENT, sid=None, seconds=None, now=now)

    async def _ask(
        self, found: Recording, call_sid: str | None, known: set[str | None]
    ) -> dict[str, object] | None:
        """How the carrier says it stands; None when it knows of none."""
        try:
            if found.recording_sid is not None:
                return await self._client.fetch_recording(found.recording_sid)
            of_call = await self._client.recordings_of_call(call_sid) if call_sid else []
        except ProviderError as error:
            if error.is_gone:
                return None
            raise
        return next((one for one in of_call if one["sid"] not in known), None)

    async def tidy(self) -> int:
        """Delete the sounds whose time is over, and try anew for those that never came; returns how many of both. The
        line of a recording stays, with the day its sound was deleted."""
        async with self._database.read() as reader:
            over = await reader.fetch(
                """select id, contact_id from recordings
                   where delete_after <= switchboard_now() and deleted_at is null order by delete_after limit $1""",
                BATCH,
            )
            lost = await reader.fetch(
                """select id from recordings where status = 'completed' and object_id is null and deleted_at is null
                     and ended_at between switchboard_now() - interval '30 days' and switchboard_now() - $1::interval
                   limit $2""",
                REFETCH_AFTER,
                BATCH,
            )
        for row in over:
            await self._delete(row["id"], row["contact_id"])
        async with self._database.transaction() as tx:
            for row in lost:
                key = f"{life.FETCH_JOB}:{row['id']}"
                await jobs.enqueue(tx, life.FETCH_JOB, {"recording_id": str(row["id"])}, dedupe_key=key)
        return len(over) + len(lost)

    async def _delete(self, recording_id: UUID, contact_id: UUID) -> None:
        async with self._database.transaction() as tx:
            await contact_rows.get_for_update(tx, contact_id)
            found = await rows.get(tx, recording_id)
            now: datetime = await tx.fetchval("select switchboard_now()")
            if found is None or found.deleted_at is not None:
                return
            await rows.change(tx, recording_id, deleted_at=now)
            if found.object_id is not None:
                await objects.forget(tx, found.object_id)
            if found.recording_sid is not None and not found.is_deleted_at_carrier:
                sid = found.recording_sid
                await jobs.enqueue(tx, life.DISCARD_JOB, {"sid": sid}, dedupe_key=f"{life.DISCARD_JOB}:{sid}")
            await audit.record(
                tx, actor=Actor("system"), action="recording.deleted", object=f"recording:{recording_id}"
            )
