"""What is heard on an occasion of a queue: its own announcement, else the site's, else the product's own words."""

from dataclasses import dataclass
from uuid import UUID

from app.announcements.models import Content, Occasion
from app.core.db import Reader

SOUNDS = """coalesce((select jsonb_object_agg(coalesce(f.locale, ''), f.token) from announcement_files f
                      where f.announcement_id = a.id and f.is_current), '{}')"""
_ON_OCCASION = f"""
select a.texts, {SOUNDS} as sounds from announcement_uses u join announcements a on a.id = u.announcement_id
where u.occasion = $1 and (u.queue_id = $2 or u.queue_id is null) order by u.queue_id nulls last limit 1"""  # noqa: S608
_BY_QUEUE = f"""
select u.queue_id, a.texts, {SOUNDS} as sounds from announcement_uses u join announcements a on a.id = u.announcement_id
where u.occasion = $1"""  # noqa: S608
_EMERGENCIES = f"""
select e.id, q.id as queue_id, q.key, case when a.id is null then e.texts else a.texts end as texts,
       case when a.id is null then '{{}}' else {SOUNDS} end as sounds
from emergencies e join queues q on q.id = e.queue_id left join announcements a on a.id = e.announcement_id
where (e.until is null or e.until > switchboard_now()) and ($1::uuid is null or e.queue_id = $1)"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Emergency:
    """What everybody hears once who waits in a queue now."""

    id: UUID
    content: Content


async def on_occasion(reader: Reader, occasion: Occasion, queue_id: UUID | None) -> Content | None:
    """The announcement, None where nothing but the product's own is to be heard."""
    row = await reader.fetchrow(_ON_OCCASION, occasion.value, queue_id)
    return Content(row["texts"], row["sounds"]) if row else None


async def by_queue(reader: Reader, occasion: Occasion) -> dict[UUID | None, Content]:
    """The announcements of this occasion by the queue whose own they are; the site's under None."""
    rows = await reader.fetch(_BY_QUEUE, occasion.value)
    return {row["queue_id"]: Content(row["texts"], row["sounds"]) for row in rows}


async def emergency(reader: Reader, queue_id: UUID) -> Emergency | None:
    """The queue's emergency that is in force."""
    row = await reader.fetchrow(_EMERGENCIES, queue_id)
    return Emergency(row["id"], Content(row["texts"], row["sounds"])) if row else None


async def emergencies(reader: Reader) -> dict[str, Emergency]:
    """All that are in force, by the queue's key."""
    rows = await reader.fetch(_EMERGENCIES, None)
    return {row["key"]: Emergency(row["id"], Content(row["texts"], row["sounds"])) for row in rows}
