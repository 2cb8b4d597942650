"""Voicemails as agents see them: who left one, for which queue, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Transaction

_SELECT = """
select v.contact_id, v.recording_id, c.queue_id, q.name as queue_name, c.from_address, c.customer_id,
       k.display_name as customer_name, c.language, c.topic, r.ended_at as left_at, r.seconds,
       r.object_id is not null and r.deleted_at is null as has_sound, v.heard_at, a.display_name as heard_by,
       v.callback_id
from voicemails v join contacts c on c.id = v.contact_id join recordings r on r.id = v.recording_id
     left join queues q on q.id = c.queue_id left join customers k on k.id = c.customer_id
     left join agents a on a.id = v.heard_by
"""


@dataclass(frozen=True, slots=True)
class ListedVoicemail:
    """One message."""

    contact_id: UUID
    recording_id: UUID
    queue_id: UUID | None
    queue_name: str | None
    from_address: str | None
    customer_id: UUID | None
    customer_name: str | None
    language: str
    topic: str | None
    left_at: datetime
    seconds: int | None
    has_sound: bool
    heard_at: datetime | None
    heard_by: str | None
    callback_id: UUID | None


_NAMES = tuple(f.name for f in fields(ListedVoicemail))


async def listed(
    reader: Reader, *, queue_ids: Sequence[UUID] | None, is_heard: bool, limit: int
) -> list[ListedVoicemail]:
    """The messages nobody has heard, oldest first, or those that were, newest first; of these queues, or of all."""
    turn = "r.ended_at desc" if is_heard else "r.ended_at"
    found = await reader.fetch(
        f"""{_SELECT} where (v.heard_at is not null) = $1 and ($2::uuid[] is null or c.queue_id = any($2))
            order by {turn}, v.contact_id limit $3""",
        is_heard,
        queue_ids,
        limit,
    )
    return [ListedVoicemail(**{name: row[name] for name in _NAMES}) for row in found]


async def one(
    reader: Reader, contact_id: UUID, *, queue_ids: Sequence[UUID] | None
) -> ListedVoicemail | None:
    """The message of a contact, None when there is none in these queues."""
    row = await reader.fetchrow(
        f"{_SELECT} where v.contact_id = $1 and ($2::uuid[] is null or c.queue_id = any($2))",
        contact_id,
        queue_ids,
    )
    return ListedVoicemail(**{name: row[name] for name in _NAMES}) if row else None


async def mark_heard(tx: Transaction, contact_id: UUID, agent_id: UUID) -> bool:
    """The first to hear it is remembered; False when somebody was before."""
    marked = await tx.fetchval(
        """update voicemails set heard_at = switchboard_now(), heard_by = $2
           where contact_id = $1 and heard_at is null returning contact_id""",
        contact_id,
        agent_id,
    )
    return marked is not None
