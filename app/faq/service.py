"""Writing articles: save, publish, archive, learn wordings. The index changes in the same transaction.

Versions are never changed. What customers and agents find is the published version alone.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Record, Transaction
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.ids import new_id
from app.faq.entries import MAX_QUESTION_CHARS, checked, entry_from_json, entry_to_json
from app.faq.index import add_article, lock_index, remove_article
from app.faq.models import Article, ArticleEntry, ArticleStatus, Language
from app.faq.text import clean, normalise, terms, tokens, wording_key

MAX_LEARNED = 20  # learned wordings per article and language; the gain is flat by fifteen
MAX_PAGE = 200  # articles of one listing


async def save_article(
    tx: Transaction,
    *,
    entry: ArticleEntry,
    now: datetime,
    article_id: UUID | None = None,
    by: UUID | None = None,
    created_id: UUID | None = None,
) -> Article:
    """Store a new version as a draft; without `article_id`, of a new article (`created_id` chooses its id).

    A published article stays found as it was until the new version is published. Raises InvalidInput naming
    the wrong fields, NotFound for an unknown article.
    """
    entry = checked(entry)
    key = article_id or created_id or new_id()
    if article_id is None:
        await tx.execute(
            "insert into articles (id, topic, audience, status, auto_answer, valid_from, valid_to, "
            "latest_version, created_at, updated_at, updated_by) "
            "values ($1, $2, $3, 'draft', $4, $5, $6, 1, $7, $7, $8)",
            key, entry.topic, entry.audience, entry.auto_answer, entry.valid_from, entry.valid_to, now, by,
        )  # fmt: skip
        version = 1
    else:
        version = await tx.fetchval(
            "update articles set latest_version = latest_version + 1, updated_at = $2, updated_by = $3, "
            "status = case status when 'published' then status else 'draft' end "
            "where id = $1 returning latest_version",
            key, now, by,
        )  # fmt: skip
        if version is None:
            raise NotFound("there is no such article")
    await tx.execute(
        "insert into article_versions (article_id, version, entry, saved_at, saved_by) "
        "values ($1, $2, $3, $4, $5)",
        key, version, entry_to_json(entry), now, by,
    )  # fmt: skip
    return await get_article(tx, article_id=key)


async def submit_for_review(
    tx: Transaction, *, article_id: UUID, now: datetime, by: UUID | None = None
) -> Article:
    """Mark a draft as ready for a second pair of eyes. Raises Conflict unless it is a draft."""
    changed = await tx.fetchval(
        "update articles set status = 'in_review', updated_at = $2, updated_by = $3 "
        "where id = $1 and status = 'draft' returning id",
        article_id,
        now,
        by,
    )
    if changed is None:
        await get_article(tx, article_id=article_id)
        raise Conflict("only a draft can be submitted for review")
    return await get_article(tx, article_id=article_id)


async def publish(
    tx: Transaction, *, article_id: UUID, now: datetime, version: int | None = None, by: UUID | None = None
) -> Article:
    """Make a version (default: the latest) the one that is found. An older version may be published again.

    Learned wordings stay, except in a language whose question changed: they belonged to the old meaning.
    Publishing the same version twice changes nothing. Raises NotFound.
    """
    await lock_index(tx)
    wanted = await tx.fetchrow(
        "select v.version, v.entry, a.published_version from articles a join article_versions v "
        "on v.article_id = a.id and v.version = coalesce($2, a.latest_version) "
        "where a.id = $1 for update of a",
        article_id,
        version,
    )
    if wanted is None:
        raise NotFound("there is no such article or version")
    if wanted["published_version"] != wanted["version"]:
        entry = entry_from_json(wanted["entry"])
        await remove_article(tx, article_id)
        await _replace_contents(tx, article_id, entry, now)
        await tx.execute(
            "update articles set status = 'published', published_version = $2, published_at = $3, "
            "updated_at = $3, updated_by = $4, topic = $5, audience = $6, auto_answer = $7, valid_from = $8, "
            "valid_to = $9 where id = $1",
            article_id, wanted["version"], now, by, entry.topic, entry.audience, entry.auto_answer,
            entry.valid_from, entry.valid_to,
        )  # fmt: skip
        await add_article(tx, article_id)
    return await get_article(tx, article_id=article_id)


async def archive(tx: Transaction, *, article_id: UUID, now: datetime, by: UUID | None = None) -> Article:
    """Take an article out of every search; its versions stay. Raises NotFound."""
    await lock_index(tx)
    await remove_article(tx, article_id)
    changed = await tx.fetchval(
        "update articles set status = 'archived', published_version = null, published_at = null, "
        "updated_at = $2, updated_by = $3 where id = $1 returning id",
        article_id,
        now,
        by,
    )
    if changed is None:
        raise NotFound("there is no such article")
    await tx.execute("delete from article_contents where article_id = $1", article_id)
    return await get_article(tx, article_id=article_id)


async def learn_wording(
    tx: Transaction,
    *,
    article_id: UUID,
    language: Language,
    wording: str,
    now: datetime,
    confirmed_by: UUID | None = None,
) -> bool:
    """Let a published article be found by a customer's own (masked) wording. Customers never see it.

    False when the article already has it. The oldest learned wording makes room above `MAX_LEARNED`. Raises
    InvalidInput for a wording without words, NotFound when the article is not published in `language`.
    """
    text = clean(wording).strip()[:MAX_QUESTION_CHARS]
    if not terms(text):
        raise InvalidInput.of("wording", "must contain words to search for")
    await lock_index(tx)
    held = await tx.fetch(
        "select id, kind, text from article_phrases where article_id = $1 and language = $2 order by id",
        article_id,
        language,
    )
    if not held:
        raise NotFound("the article is not published in this language")
    if any(normalise(row["text"]) == normalise(text) for row in held):
        return False
    learned = [row["id"] for row in held if row["kind"] == "learned"]
    await remove_article(tx, article_id)
    await tx.execute(
        "delete from article_phrases where id = any($1)", learned[: max(0, len(learned) + 1 - MAX_LEARNED)]
    )
    await _insert_phrases(tx, article_id, language, "learned", [text], now, confirmed_by)
    await add_article(tx, article_id)
    return True


async def get_article(reader: Reader, *, article_id: UUID, version: int | None = None) -> Article:
    """An article with one of its versions (default: the latest). Raises NotFound."""
    row = await reader.fetchrow(
        "select a.*, v.entry from articles a join article_versions v "
        "on v.article_id = a.id and v.version = coalesce($2, a.latest_version) where a.id = $1",
        article_id,
        version,
    )
    if row is None:
        raise NotFound("there is no such article or version")
    return _article(row)


async def list_articles(
    reader: Reader,
    *,
    status: ArticleStatus | None = None,
    topic: str | None = None,
    limit: int = 50,
    before: tuple[datetime, UUID] | None = None,
) -> list[Article]:
    """Articles by last change, newest first. `before` is (updated_at, id) of the last one already seen."""
    rows = await reader.fetch(
        "select a.*, v.entry from articles a join article_versions v "
        "on v.article_id = a.id and v.version = a.latest_version "
        "where ($1::text is null or a.status = $1) and ($2::text is null or a.topic = $2) "
        "and ($3::timestamptz is null or (a.updated_at, a.id) < ($3, $4::uuid)) "
        "order by a.updated_at desc, a.id desc limit $5",
        status,
        topic,
        *(before or (None, None)),
        max(1, min(limit, MAX_PAGE)),
    )
    return [_article(row) for row in rows]


async def _replace_contents(tx: Transaction, article_id: UUID, entry: ArticleEntry, now: datetime) -> None:
    learned = await tx.fetch(
        "select p.language, c.question, p.text, p.created_at, p.confirmed_by from article_phrases p "
        "join article_contents c using (article_id, language) "
        "where p.article_id = $1 and p.kind = 'learned' order by p.id",
        article_id,
    )
    await tx.execute("delete from article_contents where article_id = $1", article_id)
    for language, content in entry.contents.items():
        await tx.execute(
            "insert into article_contents (article_id, language, category, question, answer, answer_short, "
            "spoken_steps) values ($1, $2, $3, $4, $5, $6, $7)",
            article_id, language, content.category, content.question, content.answer, content.answer_short,
            list(content.spoken_steps),
        )  # fmt: skip
        await _insert_phrases(tx, article_id, language, "question", [content.question], now)
        await _insert_phrases(tx, article_id, language, "alt", content.wordings, now)
    for row in learned:
        kept = entry.contents.get(Language(row["language"]))
        if kept is not None and normalise(kept.question) == normalise(row["question"]):
            await _insert_phrases(
                tx,
                article_id,
                row["language"],
                "learned",
                [row["text"]],
                row["created_at"],
                row["confirmed_by"],
            )


async def _insert_phrases(
    tx: Transaction,
    article_id: UUID,
    language: str,
    kind: str,
    texts: Iterable[str],
    created_at: datetime,
    confirmed_by: UUID | None = None,
) -> None:
    await tx.executemany(
        "insert into article_phrases (id, article_id, language, kind, text, key, created_at, confirmed_by) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (new_id(), article_id, language, kind, text, wording_key(tokens(text)), created_at, confirmed_by)
            for text in texts
        ],
    )


def _article(row: Record) -> Article:
    return Article(
        id=row["id"],
        status=ArticleStatus(row["status"]),
        latest_version=row["latest_version"],
        published_version=row["published_version"],
        published_at=row["published_at"],
        updated_at=row["updated_at"],
        updated_by=row["updated_by"],
        entry=entry_from_json(row["entry"]),
    )
