"""The log of searches and of uses of articles. Append-only but for the outcome of a search.

Only masked text comes in here: `question_masked` has no telephone numbers, addresses or identity numbers.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.core.db import Transaction
from app.core.errors import NotFound
from app.core.ids import new_id
from app.faq.models import Language
from app.faq.search import SearchOutcome
from app.faq.text import MAX_TEXT_CHARS, clean, tokens, wording_key

RE_ASKED_WITHIN = timedelta(
    minutes=2
)  # a further question of the same contact says that the one before was not answered
MAX_LOGGED_CHARS = min(2_000, MAX_TEXT_CHARS)  # characters of a question that are kept


class SearchAction(StrEnum):
    """What was done with the results."""

    ANSWERED = "answered"
    SUGGESTED = "suggested"
    NONE = "none"


class SearchResolution(StrEnum):
    """How a search ended for the one who asked."""

    HELPED = "helped"
    NOT_HELPED = "not_helped"
    ESCALATED = "escalated"
    RE_ASKED = "re_asked"
    ABANDONED = "abandoned"


class UseAction(StrEnum):
    """What somebody did with one article."""

    SHOWN = "shown"
    OPENED = "opened"
    INSERTED = "inserted"
    READ_ALOUD = "read_aloud"
    COPIED = "copied"
    PLAYED = "played"
    HELPED = "helped"
    NOT_HELPED = "not_helped"


async def record_search(
    tx: Transaction,
    *,
    outcome: SearchOutcome,
    question_masked: str,
    action: SearchAction,
    now: datetime,
    contact_id: UUID | None = None,
    agent_id: UUID | None = None,
) -> UUID:
    """Write one search to the log; returns the search id that uses and the outcome refer to. A customer's further
    question within two minutes ends the one before as `re_asked`."""
    if contact_id is not None and agent_id is None:
        await _re_asked(tx, contact_id, now)
    search_id = new_id()
    results = [
        {
            "article_id": str(result.article_id),
            "position": position,
            "score": result.score,
            "probability": result.probability,
        }
        for position, result in enumerate(outcome.results, 1)
    ]
    await tx.execute(
        "insert into faq_searches (id, at, channel, contact_id, agent_id, language, question_masked, "
        "results, probability, action, index_version, latency_ms, wording_key) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        search_id, now, outcome.channel, contact_id, agent_id, outcome.language,
        clean(question_masked)[:MAX_LOGGED_CHARS], results, outcome.probability, action,
        outcome.index_version, outcome.latency_ms, key_of(question_masked),
    )  # fmt: skip
    return search_id


async def _re_asked(tx: Transaction, contact_id: UUID, now: datetime) -> None:
    """Who asks again so soon was not helped by what the machine had for the question before."""
    await tx.execute(
        """update faq_searches set outcome = 're_asked', outcome_at = $2
           where contact_id = $1 and agent_id is null and outcome is null and at > $3 and action <> 'none'""",
        contact_id,
        now,
        now - RE_ASKED_WITHIN,
    )


def key_of(question: str) -> str:
    """Equal for questions of the same words, in whatever script, width or case; '' for one without words."""
    found = tokens(question[:MAX_LOGGED_CHARS])
    return wording_key(found) if found else ""


async def record_outcome(
    tx: Transaction,
    *,
    search_id: UUID,
    outcome: SearchResolution,
    now: datetime,
    chosen_article_id: UUID | None = None,
) -> None:
    """Say how a search ended; a later word replaces an earlier one. Raises NotFound."""
    found = await tx.fetchval(
        "update faq_searches set outcome = $2, outcome_at = $3, "
        "chosen_article_id = coalesce($4, chosen_article_id) where id = $1 returning id",
        search_id,
        outcome,
        now,
        chosen_article_id,
    )
    if found is None:
        raise NotFound("there is no such search")


async def record_use(
    tx: Transaction,
    *,
    article_id: UUID,
    action: UseAction,
    channel: str,
    now: datetime,
    search_id: UUID | None = None,
    contact_id: UUID | None = None,
    agent_id: UUID | None = None,
    language: Language | None = None,
) -> None:
    """Count one use.

    The same use of the same search reported twice counts once; using an article (anything but showing it)
    makes it the chosen one of its search. Raises NotFound for an unknown article or search.
    """
    if not await tx.fetchval("select exists (select from articles where id = $1)", article_id):
        raise NotFound("there is no such article")
    if search_id is not None:
        found = await tx.fetchval(
            "update faq_searches set chosen_article_id = case when $3 then chosen_article_id else $2 end "
            "where id = $1 returning id",
            search_id,
            article_id,
            action is UseAction.SHOWN,
        )
        if found is None:
            raise NotFound("there is no such search")
    await tx.execute(
        "insert into faq_uses "
        "(id, at, article_id, search_id, contact_id, agent_id, channel, language, action) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "on conflict (search_id, article_id, action) where search_id is not null do nothing",
        new_id(), now, article_id, search_id, contact_id, agent_id, channel, language, action,
    )  # fmt: skip
