"""Recordings as stored. Whoever changes one has locked its contact."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from app.channels.voice.recording.rules import RecordingStatus
from app.core.db import Reader, Record, Transaction
from app.core.ids import new_id

CONVERSATION = "conversation"
VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True)
class Recording:
    """One row of `recordings`. `pauses` holds [from, to] pairs of ISO times; the last `to` is null while it pauses."""

    id: UUID
    contact_id: UUID
    leg_id: UUID | None
    purpose: str
    recording_sid: str | None
    status: RecordingStatus
    channels: int
    seconds: int | None
    pauses: list[list[str | None]]
    paused_until: datetime | None
    started_at: datetime
    ended_at: datetime | None
    object_id: UUID | None
    fetch_tries: int
    is_deleted_at_carrier: bool
    delete_after: datetime | None
    deleted_at: datetime | None


_COLUMNS = ", ".join(f.name for f in fields(Recording))


def _recording(row: Record) -> Recording:
    values = dict(row.items())
    values["status"] = RecordingStatus(values["status"])
    return Recording(**values)


async def insert(
    tx: Transaction, *, contact_id: UUID, leg_id: UUID, purpose: str, channels: int
) -> Recording:
    """A recording about to be ordered."""
    row = await tx.fetchrow(
        f"""insert into recordings (id, contact_id, leg_id, purpose, channels) values ($1, $2, $3, $4, $5)
            returning {_COLUMNS}""",  # noqa: S608
        new_id(),
        contact_id,
        leg_id,
        purpose,
        channels,
    )
    assert row is not None  # noqa: S101 -- INSERT … RETURNING
    return _recording(row)


async def get(reader: Reader, recording_id: UUID) -> Recording | None:
    """One recording."""
    row = await reader.fetchrow(f"select {_COLUMNS} from recordings where id = $1", recording_id)  # noqa: S608
    return _recording(row) if row else None


async def live_of_leg(reader: Reader, leg_id: UUID) -> Recording | None:
    """The conversation's recording that is ordered, runs or pauses on this leg."""
    row = await reader.fetchrow(
        f"""select {_COLUMNS} from recordings where leg_id = $1 and purpose = 'conversation'
              and status in ('new', 'in_progress', 'paused')""",  # noqa: S608
        leg_id,
    )
    return _recording(row) if row else None


async def of_contact(reader: Reader, contact_id: UUID) -> list[Recording]:
    """All recordings of a contact, oldest first."""
    rows = await reader.fetch(
        f"select {_COLUMNS} from recordings where contact_id = $1 order by started_at, id",  # noqa: S608
        contact_id,
    )
    return [_recording(row) for row in rows]


async def change(tx: Transaction, recording_id: UUID, **changes: Any) -> Recording:
    """Set columns. Names come from our own code."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
    row = await tx.fetchrow(
        f"update recordings set {sets} where id = $1 returning {_COLUMNS}",  # noqa: S608
        recording_id,
        *changes.values(),
    )
    assert row is not None  # noqa: S101 -- rows are deleted only with their contact, which the caller has locked
    return _recording(row)
