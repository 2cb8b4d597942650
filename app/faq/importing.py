"""Takes a file of articles in: all of it or nothing, in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from app.core import audit
from app.core.db import Reader, Transaction
from app.faq.contents import replace_contents
from app.faq.entries import entry_from_json, entry_to_json
from app.faq.exchange import Fault, Format, Row, read_rows, written
from app.faq.index import add_articles, lock_index, remove_articles
from app.faq.models import Article, ArticleEntry, ArticleStatus
from app.faq.service import article_of

ROWS_AT_ONCE = 1_000  # written between two reports of progress

Progress = Callable[[int, int], Awaitable[None]]  # rows done, of how many


@dataclass(slots=True)
class Imported:
    """What a file does, or would do. With faults it does nothing."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stored:
    status: ArticleStatus
    latest_version: int
    published_version: int | None
    latest: ArticleEntry
    published: ArticleEntry | None

    def is_as(self, row: Row) -> bool:
        """Whether the row would change nothing."""
        if row.status is ArticleStatus.PUBLISHED:
            return self.published == row.entry
        return self.status is row.status and self.latest == row.entry


async def read_file(reader: Reader, data: bytes, file_format: Format) -> tuple[list[Row], list[Fault]]:
    """The rows of a file, read in a thread: the event loop has others to serve."""
    agents = await reader.fetch("select id, login from agents")
    return await asyncio.to_thread(read_rows, data, file_format, {row["login"]: row["id"] for row in agents})


async def check_rows(reader: Reader, rows: Sequence[Row], faults: Sequence[Fault]) -> Imported:
    """What taking the rows in would do, with the faults that only show beside what is stored. Changes nothing."""
    stored = await _stored(reader, [row.article_id for row in rows])
    return _judged(rows, stored, faults)


def _judged(rows: Sequence[Row], stored: Mapping[UUID, _Stored], faults: Sequence[Fault]) -> Imported:
    found = Imported(rows=len(rows) + len({fault.line for fault in faults}), faults=list(faults))
    for row in rows:
        there = stored.get(row.article_id)
        if there is None:
            found.created += 1
        elif there.is_as(row):
            found.unchanged += 1
        elif row.base_version not in (None, there.latest_version):
            message = f"version {there.latest_version} was saved since this file was written; export it again"
            found.faults.append(Fault(row.line, "version", message))
        else:
            found.changed += 1
    found.faults.sort(key=lambda fault: fault.line)
    return found


async def import_rows(
    tx: Transaction, rows: Sequence[Row], *, now: datetime, actor: audit.Actor, why: str, progress: Progress
) -> Imported:
    """Take all rows in, or none when the result has faults. The index is locked until the transaction ends; searches
    go on over the old state, and see the new one with its commit."""
    await lock_index(tx)
    stored = await _stored(tx, [row.article_id for row in rows], lock=True)
    found = _judged(rows, stored, ())
    if found.faults:
        return found
    for start in range(0, len(rows), ROWS_AT_ONCE):
        piece = rows[start : start + ROWS_AT_ONCE]
        different = [r for r in piece if r.article_id not in stored or not stored[r.article_id].is_as(r)]
        await _write(tx, different, stored, now=now, by=actor.id, why=why)
        await progress(start + len(piece), len(rows))
    if found.created or found.changed:
        after = {name: value for name, value in asdict(found).items() if name != "faults"}
        await audit.record(tx, actor=actor, action="articles.imported", object=why, after=after)
    return found


async def _stored(reader: Reader, ids: list[UUID], *, lock: bool = False) -> dict[UUID, _Stored]:
    if lock:
        await reader.fetch("select from articles where id = any($1) order by id for update", ids)
    rows = await reader.fetch(
        "select a.id, a.status, a.latest_version, a.published_version, l.entry as latest, p.entry as published "
        "from articles a join article_versions l on l.article_id = a.id and l.version = a.latest_version "
        "left join article_versions p on p.article_id = a.id and p.version = a.published_version "
        "where a.id = any($1)",
        ids,
    )
    return {
        row["id"]: _Stored(
            ArticleStatus(row["status"]),
            row["latest_version"],
            row["published_version"],
            entry_from_json(row["latest"]),
            entry_from_json(row["published"]) if row["published"] is not None else None,
        )
        for row in rows
    }


async def _write(
    tx: Transaction,
    rows: Sequence[Row],
    stored: Mapping[UUID, _Stored],
    *,
    now: datetime,
    by: UUID | None,
    why: str,
) -> None:
    versions = {row.article_id: _version(row, stored.get(row.article_id)) for row in rows}
    await tx.executemany(
        "insert into articles (id, topic, audience, status, auto_answer, valid_from, valid_to, tags, owner_id, "
        "review_on, latest_version, created_at, updated_at, updated_by) "
        "values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) "
        "on conflict (id) do update set tags = excluded.tags, owner_id = excluded.owner_id, "
        "review_on = excluded.review_on, latest_version = excluded.latest_version, "
        "updated_at = excluded.updated_at, updated_by = excluded.updated_by",
        [
            (
                row.article_id, row.entry.topic, row.entry.audience, row.entry.auto_answer, row.entry.valid_from,
                row.entry.valid_to, list(row.entry.tags), row.entry.owner_id, row.entry.review_on,
                versions[row.article_id], now, by,
            )
            for row in rows
        ],
    )  # fmt: skip
    await tx.executemany(
        "insert into article_versions (article_id, version, entry, saved_at, saved_by, why) "
        "values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        [(r.article_id, versions[r.article_id], entry_to_json(r.entry), now, by, why) for r in rows],
    )
    await _publish(tx, [row for row in rows if row.status is ArticleStatus.PUBLISHED], versions, now)
    archived = [row.article_id for row in rows if row.status is ArticleStatus.ARCHIVED]
    if archived:
        await remove_articles(tx, archived)
        await tx.execute("delete from article_contents where article_id = any($1)", archived)
        await tx.execute(
            "update articles set status = 'archived', published_version = null, published_at = null, "
            "publish_at = null, publish_version = null, publish_by = null where id = any($1)",
            archived,
        )
    others = [row for row in rows if row.status in (ArticleStatus.DRAFT, ArticleStatus.IN_REVIEW)]
    await tx.execute(
        "update articles a set status = n.status from unnest($1::uuid[], $2::text[]) as n(id, status) "
        "where a.id = n.id and a.status <> 'published'",
        [row.article_id for row in others],
        [row.status.value for row in others],
    )


def _version(row: Row, stored: _Stored | None) -> int:
    """The number the entry has or gets: an entry that is the latest version already makes no new one."""
    if stored is None:
        return 1
    return stored.latest_version if stored.latest == row.entry else stored.latest_version + 1


async def _publish(tx: Transaction, rows: Sequence[Row], versions: Mapping[UUID, int], now: datetime) -> None:
    if not rows:
        return
    ids = [row.article_id for row in rows]
    await remove_articles(tx, ids)
    await replace_contents(tx, {row.article_id: row.entry for row in rows}, now)
    await tx.executemany(
        "update articles set status = 'published', published_version = $2, published_at = $3, topic = $4, "
        "audience = $5, auto_answer = $6, valid_from = $7, valid_to = $8, publish_at = null, "
        "publish_version = null, publish_by = null where id = $1",
        [
            (
                row.article_id, versions[row.article_id], now, row.entry.topic, row.entry.audience,
                row.entry.auto_answer, row.entry.valid_from, row.entry.valid_to,
            )
            for row in rows
        ],
    )  # fmt: skip
    await add_articles(tx, ids)


async def export(reader: Reader, file_format: Format) -> bytes:
    """Every article as a file: what is published as it is found, of the others the latest version."""
    rows = await reader.fetch(
        "select a.*, v.version, v.entry from articles a join article_versions v on v.article_id = a.id "
        "and v.version = coalesce(a.published_version, a.latest_version) order by a.created_at, a.id"
    )
    logins = {row["id"]: row["login"] for row in await reader.fetch("select id, login from agents")}
    articles: list[Article] = [article_of(row) for row in rows]
    return await asyncio.to_thread(written, articles, file_format, logins)
