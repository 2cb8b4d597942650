"""Articles for tests, shorter to write than whole entries."""

from datetime import UTC, datetime
from uuid import UUID

from app.core.db import Transaction
from app.faq import service
from app.faq.models import ArticleContent, ArticleEntry, Audience, Language

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)


def content(question: str, *wordings: str, answer: str = "See the page on this.") -> ArticleContent:
    """One language of an article."""
    return ArticleContent(question=question, answer=answer, wordings=wordings)


def entry(
    question: str,
    *wordings: str,
    answer: str = "See the page on this.",
    language: Language = Language.EN,
    audience: Audience = Audience.BOTH,
    auto_answer: bool = True,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> ArticleEntry:
    """An article in one language."""
    return ArticleEntry(
        topic="returns",
        contents={language: content(question, *wordings, answer=answer)},
        audience=audience,
        auto_answer=auto_answer,
        valid_from=valid_from,
        valid_to=valid_to,
    )


async def published(tx: Transaction, article: ArticleEntry) -> UUID:
    """Save and publish; the id."""
    saved = await service.save_article(tx, entry=article, now=NOW)
    return (await service.publish(tx, article_id=saved.id, now=NOW)).id
