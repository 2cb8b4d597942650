"""How would this be found? A search with an unpublished text in the index, of which nothing remains."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.core.db import Transaction
from app.faq.contents import replace_contents
from app.faq.entries import checked
from app.faq.index import add_articles, lock_index, remove_articles
from app.faq.models import ArticleContent, ArticleEntry, Audience, Language
from app.faq.search import SearchOutcome, search
from app.faq.service import save_article

CHANNEL = "try_out"
_NOT_WRITTEN_YET = "…"  # has no words, so it is found by nothing


class _Undone(Exception):
    """Ends the savepoint: what was tried is taken back."""


async def try_out(
    tx: Transaction,
    *,
    question: str,
    language: Language,
    audience: Audience,
    now: datetime,
    article_id: UUID | None = None,
    entry: ArticleEntry | None = None,
    limit: int = 10,
) -> SearchOutcome:
    """Search as `audience` would, as if `entry` were what `article_id` has published (a new article for an id that is
    not known yet); without `entry`, in what is published. The log of searches learns nothing of it.

    The index is locked for the length of the search. An answer may still be missing; raises InvalidInput for what
    else cannot be saved.
    """

    async def find() -> SearchOutcome:
        return await search(
            tx,
            question=question,
            language=language,
            audience=audience,
            channel=CHANNEL,
            now=now,
            limit=limit,
        )

    if entry is None or article_id is None:
        return await find()
    outcome: SearchOutcome | None = None
    try:
        async with tx.savepoint():
            await _pretend(tx, article_id, _answered(entry), now)
            outcome = await find()
            raise _Undone
    except _Undone:
        pass
    assert outcome is not None  # noqa: S101 -- only _Undone passes
    return outcome


def _answered(entry: ArticleEntry) -> ArticleEntry:
    """The entry as if every language with a question had an answer."""
    contents: Mapping[Language, ArticleContent] = {
        language: replace(
            content,
            answer=content.answer or content.answer_short or _NOT_WRITTEN_YET,
            answer_short=content.answer_short or _NOT_WRITTEN_YET,
            spoken_steps=content.spoken_steps or (_NOT_WRITTEN_YET,),
        )
        for language, content in entry.contents.items()
        if content.question.strip()
    }
    return checked(replace(entry, contents=contents))


async def _pretend(tx: Transaction, article_id: UUID, entry: ArticleEntry, now: datetime) -> None:
    await lock_index(tx)
    if not await tx.fetchval("select exists (select from articles where id = $1)", article_id):
        await save_article(tx, entry=entry, now=now, created_id=article_id)
    await remove_articles(tx, [article_id])
    await replace_contents(tx, {article_id: entry}, now)
    await tx.execute(
        "update articles set status = 'published', published_version = latest_version, published_at = $2, "
        "topic = $3, audience = $4, auto_answer = $5, valid_from = $6, valid_to = $7 where id = $1",
        article_id, now, entry.topic, entry.audience, entry.auto_answer, entry.valid_from, entry.valid_to,
    )  # fmt: skip
    await add_articles(tx, [article_id])
