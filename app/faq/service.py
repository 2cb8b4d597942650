"""Writing articles: save, review, publish, schedule, archive. The index changes in the same transaction.

Versions are never changed. What customers and agents find is the published version alone.
"""

from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Record, Transaction
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.ids import new_id
from app.faq.contents import replace_contents
from app.faq.differences import differences
from app.faq.entries import check_complete, checked, entry_from_json, entry_to_json
from app.faq.errors import ArticleChanged
from app.faq.index import add_articles, lock_index, remove_articles
from app.faq.models import Article, ArticleEntry, ArticleStatus
from app.faq.text import clean

MAX_WHY_CHARS = 500  # of the reason a version was saved


async def save_article(
    tx: Transaction,
    *,
    entry: ArticleEntry,
    now: datetime,
    article_id: UUID | None = None,
    by: UUID | None = None,
    created_id: UUID | None = None,
    base_version: int | None = None,
    why: str = "",
) -> Article:
    """Store a new version as a draft; without `article_id`, of a new article (`created_id` chooses its id).

    A published article stays found as it was until the new version is published. `base_version` is the version the
    change was made from; what is equal to the latest version by then makes no new one, so a repeat changes nothing.
    Raises InvalidInput naming the wrong fields, NotFound for an unknown article, ArticleChanged when the latest version
    is another one than `base_version`.
    """
    entry = checked(entry)
    await _check_owner(tx, entry)
    key = article_id or created_id or new_id()
    if article_id is None:
        await tx.execute(
            "insert into articles (id, topic, audience, status, auto_answer, valid_from, valid_to, tags, "
            "owner_id, review_on, latest_version, created_at, updated_at, updated_by) "
            "values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, 1, $10, $10, $11)",
            key, entry.topic, entry.audience, entry.auto_answer, entry.valid_from, entry.valid_to,
            list(entry.tags), entry.owner_id, entry.review_on, now, by,
        )  # fmt: skip
        version = 1
    else:
        latest = await lock_article(tx, key)
        if base_version is not None:
            is_same = latest.entry == entry and latest.status is not ArticleStatus.ARCHIVED
            if is_same and base_version in (latest.version, latest.version - 1):
                return latest
            await check_base(tx, latest, base_version)
        version = await tx.fetchval(
            "update articles set latest_version = latest_version + 1, updated_at = $2, updated_by = $3, "
            "tags = $4, owner_id = $5, review_on = $6, "
            "status = case status when 'published' then status else 'draft' end "
            "where id = $1 returning latest_version",
            key, now, by, list(entry.tags), entry.owner_id, entry.review_on,
        )  # fmt: skip
    await tx.execute(
        "insert into article_versions (article_id, version, entry, saved_at, saved_by, why) "
        "values ($1, $2, $3, $4, $5, $6)",
        key, version, entry_to_json(entry), now, by, clean(why).strip()[:MAX_WHY_CHARS],
    )  # fmt: skip
    return await get_article(tx, article_id=key)


async def lock_article(tx: Transaction, article_id: UUID) -> Article:
    """The latest version of an article that nobody else changes until the commit. Raises NotFound."""
    await tx.execute("select from articles where id = $1 for update", article_id)
    return await get_article(tx, article_id=article_id)


async def check_base(reader: Reader, latest: Article, base_version: int) -> None:
    """Raises ArticleChanged unless a change made from `base_version` is made from the latest version."""
    if base_version == latest.latest_version:
        return
    current = entry_to_json(latest.entry)
    try:
        base = entry_to_json((await get_article(reader, article_id=latest.id, version=base_version)).entry)
    except NotFound:
        base = {}
    raise ArticleChanged(
        f"version {latest.latest_version} was saved since version {base_version}; "
        "merge your change with it and save from there",
        version=latest.latest_version,
        entry=current,
        changes=differences(base, current),
    )


async def _check_owner(reader: Reader, entry: ArticleEntry) -> None:
    if entry.owner_id and not await reader.fetchval(
        "select exists (select from agents where id = $1)", entry.owner_id
    ):
        raise InvalidInput.of("owner_id", "there is no such agent; GET /agents lists them")


async def submit_for_review(
    tx: Transaction, *, article_id: UUID, now: datetime, by: UUID | None = None
) -> Article:
    """Mark a draft as ready for a second pair of eyes. A repeat changes nothing.

    Raises Conflict unless it is a draft, InvalidInput when an answer is missing.
    """
    latest = await lock_article(tx, article_id)
    if latest.status is not ArticleStatus.DRAFT:
        raise Conflict("only a draft can be submitted for review")
    check_complete(latest.entry)
    await tx.execute(
        "update articles set status = 'in_review', updated_at = $2, updated_by = $3 where id = $1",
        article_id,
        now,
        by,
    )
    return await get_article(tx, article_id=article_id)


async def publish(
    tx: Transaction, *, article_id: UUID, now: datetime, version: int | None = None, by: UUID | None = None
) -> Article:
    """Make a version (default: the latest) the one that is found. An older version may be published again.

    Learned wordings stay, except in a language whose question changed: they belonged to the old meaning. A version
    that waited for its instant waits no more. Publishing the same version twice changes nothing. Raises NotFound, and
    InvalidInput when an answer is missing.
    """
    await lock_index(tx)
    wanted = await tx.fetchrow(
        "select v.version, v.entry, a.published_version, a.publish_at from articles a join article_versions v "
        "on v.article_id = a.id and v.version = coalesce($2, a.latest_version) "
        "where a.id = $1 for update of a",
        article_id,
        version,
    )
    if wanted is None:
        raise NotFound("there is no such article or version")
    if wanted["published_version"] != wanted["version"]:
        entry = entry_from_json(wanted["entry"])
        check_complete(entry)
        await remove_articles(tx, [article_id])
        await replace_contents(tx, {article_id: entry}, now)
        await tx.execute(
            "update articles set status = 'published', published_version = $2, published_at = $3, "
            "updated_at = $3, updated_by = $4, topic = $5, audience = $6, auto_answer = $7, valid_from = $8, "
            "valid_to = $9, publish_at = null, publish_version = null, publish_by = null where id = $1",
            article_id, wanted["version"], now, by, entry.topic, entry.audience, entry.auto_answer,
            entry.valid_from, entry.valid_to,
        )  # fmt: skip
        await add_articles(tx, [article_id])
    elif wanted["publish_at"] is not None:
        await unschedule(tx, article_id)
    return await get_article(tx, article_id=article_id)


async def schedule(
    tx: Transaction,
    *,
    article_id: UUID,
    at: datetime,
    now: datetime,
    version: int | None = None,
    by: UUID | None = None,
) -> Article:
    """Let a version (default: the latest) be published at an instant; in place of one that waits already.

    Raises NotFound, Conflict for an archived article, InvalidInput when the instant is not in the future or an answer
    is missing.
    """
    latest = await lock_article(tx, article_id)
    wanted = await get_article(tx, article_id=article_id, version=version)
    if (latest.publish_at, latest.publish_version) == (at, wanted.version):
        return latest
    if at <= now:
        raise InvalidInput.of("at", "must be in the future; to publish now, publish it")
    check_complete(wanted.entry)
    await tx.execute(
        "update articles set publish_at = $2, publish_version = $3, publish_by = $4 where id = $1",
        article_id,
        at,
        wanted.version,
        by,
    )
    return await get_article(tx, article_id=article_id)


async def unschedule(tx: Transaction, article_id: UUID) -> Article:
    """Let no version wait for its instant. Raises NotFound."""
    await tx.execute(
        "update articles set publish_at = null, publish_version = null, publish_by = null where id = $1",
        article_id,
    )
    return await get_article(tx, article_id=article_id)


async def archive(tx: Transaction, *, article_id: UUID, now: datetime, by: UUID | None = None) -> Article:
    """Take an article out of every search; its versions stay. Raises NotFound."""
    await lock_index(tx)
    await remove_articles(tx, [article_id])
    changed = await tx.fetchval(
        "update articles set status = 'archived', published_version = null, published_at = null, "
        "publish_at = null, publish_version = null, publish_by = null, "
        "updated_at = $2, updated_by = $3 where id = $1 returning id",
        article_id,
        now,
        by,
    )
    if changed is None:
        raise NotFound("there is no such article")
    await tx.execute("delete from article_contents where article_id = $1", article_id)
    return await get_article(tx, article_id=article_id)


async def get_article(reader: Reader, *, article_id: UUID, version: int | None = None) -> Article:
    """An article with one of its versions (default: the latest). Raises NotFound."""
    row = await reader.fetchrow(
        "select a.*, v.entry, v.version from articles a join article_versions v "
        "on v.article_id = a.id and v.version = coalesce($2, a.latest_version) where a.id = $1",
        article_id,
        version,
    )
    if row is None:
        raise NotFound("there is no such article or version")
    return article_of(row)


def article_of(row: Record) -> Article:
    """A row of `articles` with the columns `version` and `entry` of one of its versions."""
    return Article(
        id=row["id"],
        status=ArticleStatus(row["status"]),
        latest_version=row["latest_version"],
        published_version=row["published_version"],
        published_at=row["published_at"],
        updated_at=row["updated_at"],
        updated_by=row["updated_by"],
        publish_at=row["publish_at"],
        publish_version=row["publish_version"],
        version=row["version"],
        entry=entry_from_json(row["entry"]),
    )
