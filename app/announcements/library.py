"""Announcements and where they are used, as stored. Whoever changes one locks it first."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import asyncpg

from app.announcements.errors import AnnouncementInUse
from app.announcements.hearing import SOUNDS
from app.announcements.models import AnnouncementFile, Content, FileState, Occasion
from app.core import objects
from app.core.db import Reader, Record, Transaction
from app.core.errors import InvalidInput, NotFound
from app.selfservice.locales import Locale


@dataclass(frozen=True, slots=True)
class Use:
    """One occasion of one queue (None: of the site) and the announcement heard then."""

    occasion: Occasion
    queue_id: UUID | None
    queue: str | None
    announcement_id: UUID
    announcement: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """One row of `announcements` with its uploads, the newest first."""

    id: UUID
    name: str
    texts: Mapping[str, str]
    created_at: datetime
    files: tuple[AnnouncementFile, ...]


_FILES = ", ".join(field.name for field in fields(AnnouncementFile))
_USES = """
select u.occasion, u.queue_id, q.name as queue, u.announcement_id, a.name as announcement
from announcement_uses u join announcements a on a.id = u.announcement_id left join queues q on q.id = u.queue_id"""


def file_of(row: Record) -> AnnouncementFile:
    """A row of `announcement_files`."""
    values = {name: row[name] for name in (field.name for field in fields(AnnouncementFile))}
    locale = Locale(values["locale"]) if values["locale"] is not None else None
    return AnnouncementFile(**{**values, "locale": locale, "state": FileState(values["state"])})


async def listed(reader: Reader, announcement_id: UUID | None = None) -> list[Announcement]:
    """All announcements by name, or this one."""
    rows = await reader.fetch(
        """select id, name, texts, created_at from announcements where $1::uuid is null or id = $1
           order by name, id""",
        announcement_id,
    )
    uploads = await reader.fetch(
        f"""select {_FILES} from announcement_files where $1::uuid is null or announcement_id = $1
            order by uploaded_at desc, version desc""",  # noqa: S608
        announcement_id,
    )
    files: dict[UUID, list[AnnouncementFile]] = {}
    for row in uploads:
        files.setdefault(row["announcement_id"], []).append(file_of(row))
    return [Announcement(**dict(row.items()), files=tuple(files.get(row["id"], ()))) for row in rows]


async def get(reader: Reader, announcement_id: UUID) -> Announcement:
    """Raises NotFound."""
    found = await listed(reader, announcement_id)
    if not found:
        raise NotFound("there is no such announcement; GET /announcements lists them")
    return found[0]


async def lock(tx: Transaction, announcement_id: UUID) -> Announcement:
    """One announcement that nobody else changes until the commit. Raises NotFound."""
    await tx.execute("select from announcements where id = $1 for update", announcement_id)
    return await get(tx, announcement_id)


async def create(tx: Transaction, announcement_id: UUID, name: str, texts: Mapping[str, str]) -> bool:
    """Make one; False when this id was made before. Raises InvalidInput for a name that is taken."""
    if await tx.fetchval("select true from announcements where id = $1", announcement_id):
        return False
    try:
        async with tx.savepoint():
            await tx.execute(
                "insert into announcements (id, name, texts) values ($1, $2, $3)",
                announcement_id,
                name,
                dict(texts),
            )
    except asyncpg.UniqueViolationError:
        raise _name_taken(name) from None
    return True


async def change(
    tx: Transaction, found: Announcement, *, name: str | None, texts: Mapping[str, str] | None
) -> None:
    """Rename it or change its words; None leaves either. Raises InvalidInput for a name that is taken, and
    AnnouncementInUse when callers would hear nothing any more."""
    try:
        async with tx.savepoint():
            await tx.execute(
                "update announcements set name = coalesce($2, name), texts = coalesce($3, texts) where id = $1",
                found.id,
                name,
                dict(texts) if texts is not None else None,
            )
    except asyncpg.UniqueViolationError:
        raise _name_taken(str(name)) from None
    await check_still_heard(tx, found.id)


def _name_taken(name: str) -> InvalidInput:
    return InvalidInput.of("name", f"there is an announcement {name} already; choose another name")


async def content(reader: Reader, announcement_id: UUID) -> Content:
    """What can be heard of it. Raises NotFound."""
    row = await reader.fetchrow(
        f"select a.texts, {SOUNDS} as sounds from announcements a where a.id = $1",  # noqa: S608
        announcement_id,
    )
    if row is None:
        raise NotFound("there is no such announcement; GET /announcements lists them")
    return Content(row["texts"], row["sounds"])


async def remove(tx: Transaction, found: Announcement) -> None:
    """Delete it with its sounds. Raises AnnouncementInUse naming where it is heard."""
    if where := await users_of(tx, found.id):
        raise AnnouncementInUse(
            f"{found.name} is heard at: {'; '.join(where)}. Choose something else there first"
        )
    for file in found.files:
        await _forget_sounds(tx, file)
    await tx.execute("delete from announcements where id = $1", found.id)


async def remove_file(tx: Transaction, file_id: UUID) -> AnnouncementFile:
    """Delete one upload. Raises NotFound, and AnnouncementInUse when callers would hear nothing any more."""
    row = await tx.fetchrow(f"delete from announcement_files where id = $1 returning {_FILES}", file_id)  # noqa: S608
    if row is None:
        raise NotFound("there is no such upload")
    file = file_of(row)
    await check_still_heard(tx, file.announcement_id)
    await _forget_sounds(tx, file)
    return file


async def _forget_sounds(tx: Transaction, file: AnnouncementFile) -> None:
    for object_id in (file.source_id, file.object_id):
        if object_id is not None:
            await objects.forget(tx, object_id)


async def check_still_heard(tx: Transaction, announcement_id: UUID) -> None:
    """Raises AnnouncementInUse when it is used and an occasion has nothing to play any more."""
    left = await content(tx, announcement_id)
    where = await users_of(tx, announcement_id, music_only=not left.is_empty)
    if where and not left.sounds:
        raise AnnouncementInUse(f"nothing would be heard any more at: {'; '.join(where)}")


async def users_of(reader: Reader, announcement_id: UUID, *, music_only: bool = False) -> list[str]:
    """Where it is heard, in words: `welcome of Orders`, `blocked of the site`, `emergency of Orders`."""
    rows = await reader.fetch(
        """select u.occasion as what, q.name as queue from announcement_uses u left join queues q on q.id = u.queue_id
           where u.announcement_id = $1 and (not $2 or u.occasion = 'music')
           union all
           select 'emergency', q.name from emergencies e join queues q on q.id = e.queue_id
           where e.announcement_id = $1 and not $2 and (e.until is null or e.until > switchboard_now())
           order by 1, 2""",
        announcement_id,
        music_only,
    )
    return [f"{row['what']} of {row['queue'] or 'the site'}" for row in rows]


async def uses(reader: Reader) -> list[Use]:
    """Every occasion with an announcement of its own; the site's first."""
    rows = await reader.fetch(f"{_USES} order by u.occasion, q.name nulls first")
    return [Use(**{**dict(row.items()), "occasion": Occasion(row["occasion"])}) for row in rows]


async def use(
    tx: Transaction, occasion: Occasion, queue_id: UUID | None, announcement_id: UUID | None
) -> None:
    """Hear this announcement then from now on; None: the site's, or the product's own. Raises InvalidInput naming
    the field."""
    if queue_id is not None:
        if occasion == Occasion.BLOCKED:
            raise InvalidInput.of("queue_id", "must be null: who is turned away comes to no queue")
        if not await tx.fetchval("select true from queues where id = $1", queue_id):
            raise InvalidInput.of("queue_id", "there is no such queue; GET /queues lists them")
    if announcement_id is None:
        await tx.execute(
            "delete from announcement_uses where occasion = $1 and queue_id is not distinct from $2",
            occasion,
            queue_id,
        )
        return
    await check_usable(tx, announcement_id, needs_sound=occasion == Occasion.MUSIC)
    await tx.execute(
        """insert into announcement_uses (occasion, queue_id, announcement_id) values ($1, $2, $3)
           on conflict (occasion, queue_id) do update set announcement_id = $3""",
        occasion,
        queue_id,
        announcement_id,
    )


async def check_usable(tx: Transaction, announcement_id: UUID, *, needs_sound: bool = False) -> None:
    """Raises InvalidInput naming `announcement_id` when callers would hear nothing. Nobody takes its sounds away
    before the commit."""
    if not await tx.fetchval("select true from announcements where id = $1 for update", announcement_id):
        raise InvalidInput.of(
            "announcement_id", "there is no such announcement; GET /announcements lists them"
        )
    found = await content(tx, announcement_id)
    if needs_sound and not found.sounds:
        raise InvalidInput.of("announcement_id", "has no sound that is ready; music cannot be words")
    if found.is_empty:
        raise InvalidInput.of("announcement_id", "has neither words nor a sound that is ready")
