"""Wordings learned from customers: found, never shown, reversible."""

from datetime import datetime
from uuid import UUID

from app.core.db import Transaction
from app.core.errors import InvalidInput, NotFound
from app.faq.contents import insert_phrases, phrases
from app.faq.entries import MAX_QUESTION_CHARS
from app.faq.index import add_articles, lock_index, remove_articles
from app.faq.models import Language
from app.faq.text import clean, normalise, terms

MAX_LEARNED = 20  # learned wordings per article and language; the gain is flat by fifteen


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
