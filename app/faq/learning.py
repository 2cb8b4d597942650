"""Wordings learned from customers: found, never shown, reversible."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput, NotFound
from app.faq.contents import insert_phrases, phrases
from app.faq.entries import MAX_QUESTION_CHARS
from app.faq.index import add_articles, lock_index, remove_articles
from app.faq.models import Language
from app.faq.text import clean, normalise, terms

MAX_LEARNED = 20  # learned wordings per article and language; the gain is flat by fifteen


@dataclass(frozen=True, slots=True)
class LearnedWording:
    """One learned wording; `confirmed_by` is the name of the agent who did."""

    wording_id: UUID
    language: Language
    text: str
    learned_at: datetime
    confirmed_by: str | None


async def learned(reader: Reader, article_id: UUID) -> list[LearnedWording]:
    """What an article has learned, the newest first. Raises NotFound."""
    if not await reader.fetchval("select exists (select from articles where id = $1)", article_id):
        raise NotFound("there is no such article")
    rows = await reader.fetch(
        """select p.id, p.language, p.text, p.created_at, a.display_name
           from article_phrases p left join agents a on a.id = p.confirmed_by
           where p.article_id = $1 and p.kind = 'learned' order by p.created_at desc, p.id desc""",
        article_id,
    )
    return [
        LearnedWording(
            row["id"], Language(row["language"]), row["text"], row["created_at"], row["display_name"]
        )
        for row in rows
    ]


async def take_back(tx: Transaction, *, article_id: UUID, wording_id: UUID) -> LearnedWording | None:
    """Let an article no longer be found by a learned wording; None when it is not (any more). Raises NotFound for an
    unknown article."""
    await lock_index(tx)
    held = {one.wording_id: one for one in await learned(tx, article_id)}
    wording = held.get(wording_id)
    if wording is None:
        return None
    await remove_articles(tx, [article_id])
    await tx.execute("delete from article_phrases where id = $1", wording_id)
    await add_articles(tx, [article_id])
    return wording


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
    await remove_articles(tx, [article_id])
    await tx.execute(
        "delete from article_phrases where id = any($1)", learned[: max(0, len(learned) + 1 - MAX_LEARNED)]
    )
    await insert_phrases(tx, phrases(article_id, language, "learned", [text], now, confirmed_by))
    await add_articles(tx, [article_id])
    return True
