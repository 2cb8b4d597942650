"""What the carrier reports of recordings: each report names our recording, so it may come before the answer that made
it, twice, late or out of order."""

import re
from datetime import datetime
from uuid import UUID

from app.channels.twilio.signature import Form
from app.channels.voice.recording import life, rows
from app.channels.voice.recording.rows import Recording
from app.channels.voice.recording.rules import RecordingStatus, status_of
from app.contacts import repository as contact_rows
from app.core.db import Database, Transaction
from app.core.errors import InvalidInput, NotFound

RECORDING_SID = re.compile(r"RE[0-9a-fA-F]{32}")


def sid_of(form: Form) -> str:
    """Raises InvalidInput when the form has no proper RecordingSid."""
    sid = form.get("RecordingSid", "")
    if not RECORDING_SID.fullmatch(sid):
        raise InvalidInput.of("RecordingSid", "must be RE and 32 hexadecimal digits")
    return sid


def seconds_of(text: object) -> int | None:
    """Whole seconds as the carrier writes them."""
    digits = str(text if text is not None else "")
    return int(digits[:9]) if digits.isascii() and digits.isdigit() else None


async def apply(
    tx: Transaction, found: Recording, status: RecordingStatus, *, sid: str, seconds: int | None
) -> None:
    """Take in how the carrier says a recording stands, from a callback or asked for."""
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    found = await rows.get(tx, found.id) or found
    now: datetime = await tx.fetchval("select switchboard_now()")
    if status in (RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED):
        if found.recording_sid in (None, sid):
            await life.began(tx, contact, found, sid)
        return
    await life.ended(tx, contact, found, status, sid=sid, seconds=seconds, now=now)


class RecordingReports:
    """Applies recording status callbacks."""

    def __init__(self, database: Database):
        self._database = database

    async def recording(self, form: Form, recording_id: UUID) -> None:
        """One callback. Raises NotFound for a recording that is not ours, InvalidInput for a form that is none."""
        sid, status = sid_of(form), status_of(form.get("RecordingStatus", ""))
        async with self._database.transaction() as tx:
            found = await rows.get(tx, recording_id)
            if found is None:
                raise NotFound("there is no such recording")
            if status is not None:
                await apply(tx, found, status, sid=sid, seconds=seconds_of(form.get("RecordingDuration")))
