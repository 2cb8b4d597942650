"""Emergency announcements: set with one click, heard once by everybody who waits or comes, over by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.announcements import library
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput
from app.core.ids import new_id


@dataclass(frozen=True, slots=True)
class SetEmergency:
    """An emergency in force. `until` None: until somebody clears it."""

    queue_id: UUID
    queue: str
    announcement_id: UUID | None
    texts: Mapping[str, str]
    begun_at: datetime
    begun_by: UUID | None
    until: datetime | None


async def in_force(reader: Reader) -> list[SetEmergency]:
    """Every one that is heard now."""
    rows = await reader.fetch(
        """select e.queue_id, q.name as queue, e.announcement_id, e.texts, e.begun_at, e.begun_by, e.until
           from emergencies e join queues q on q.id = e.queue_id
           where e.until is null or e.until > switchboard_now() order by q.name"""
    )
    return [SetEmergency(**dict(row.items())) for row in rows]


async def of_queue(reader: Reader, queue_id: UUID) -> SetEmergency | None:
    """The queue's, if one is in force."""
    return next((one for one in await in_force(reader) if one.queue_id == queue_id), None)


async def begin(
    tx: Transaction,
    queue_id: UUID,
    *,
    announcement_id: UUID | None,
    texts: Mapping[str, str],
    lasts: timedelta | None,
    by: UUID,
) -> None:
    """Set or replace the queue's emergency; also callers who have heard the one before hear it. The queue is locked.
    Raises InvalidInput naming `announcement_id` or `texts`."""
    if (announcement_id is None) == (not texts):
        raise InvalidInput.of("announcement_id", "give either an announcement or texts")
    if announcement_id is not None:
        await library.check_usable(tx, announcement_id)
    await tx.execute("delete from emergencies where queue_id = $1", queue_id)
    await tx.execute(
        """insert into emergencies (id, queue_id, announcement_id, texts, begun_by, until)
           values ($1, $2, $3, $4, $5, switchboard_now() + $6::interval)""",
        new_id(),
        queue_id,
        announcement_id,
        dict(texts),
        by,
        lasts,
    )


async def end(tx: Transaction, queue_id: UUID) -> None:
    """Clear it; harmless when there is none."""
    await tx.execute("delete from emergencies where queue_id = $1", queue_id)
