"""Questions asked in the help centre, and what became of them. Everything stored is masked; nobody is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Transaction
from app.faq.confidence import Zone
from app.faq.models import Audience, Language
from app.faq.search import SearchOutcome, SearchResult, search
from app.faq.text import MAX_TEXT_CHARS, clean
from app.faq.usage import (
    SearchAction,
    SearchResolution,
    UseAction,
    record_outcome,
    record_search,
    record_use,
)
from app.selfservice.masking import mask

CHANNEL = "help_centre"
MAX_RESULTS = 8
MAX_SUGGESTIONS = 5
FAR_BEHIND = 0.5  # of the best score; what lies below only shares a word or two


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found; `search_id` is what later uses refer to. No results: nothing was worth showing."""

    search_id: UUID
    results: Sequence[SearchResult]


async def ask(tx: Transaction, question: str, language: Language, now: datetime) -> Found:
    """Search what the public may read, and log it. Any text is accepted; a blank one finds nothing."""
    outcome = await _search(tx, question, language, now, MAX_RESULTS)
    results = _worth_showing(outcome)
    search_id = await record_search(
        tx,
        outcome=outcome,
        question_masked=mask(clean(question)[:MAX_TEXT_CHARS]),
        action=SearchAction.SUGGESTED if results else SearchAction.NONE,
        now=now,
    )
    return Found(search_id, results)


async def suggest(reader: Reader, question: str, language: Language, now: datetime) -> Sequence[SearchResult]:
    """What half a question finds. Not logged: half a word is nobody's question."""
    return _worth_showing(await _search(reader, question, language, now, MAX_SUGGESTIONS))


async def opened(
    tx: Transaction, *, article_id: UUID, search_id: UUID, language: Language, now: datetime
) -> bool:
    """Count that a result of a search was read, once; False when the help centre knows no such search."""
    if not await _knows(tx, search_id):
        return False
    await record_use(
        tx,
        article_id=article_id,
        action=UseAction.OPENED,
        channel=CHANNEL,
        now=now,
        search_id=search_id,
        language=language,
    )
    return True


async def judge(
    tx: Transaction,
    *,
    article_id: UUID,
    helped: bool,
    search_id: UUID | None,
    language: Language,
    now: datetime,
) -> None:
    """Count the answer to "did this help?". Of one search the same answer counts once, and the last one stands."""
    if search_id is not None and not await _knows(tx, search_id):
        search_id = None
    await record_use(
        tx,
        article_id=article_id,
        action=UseAction.HELPED if helped else UseAction.NOT_HELPED,
        channel=CHANNEL,
        now=now,
        search_id=search_id,
        language=language,
    )
    if search_id is not None:
        outcome = SearchResolution.HELPED if helped else SearchResolution.NOT_HELPED
        await record_outcome(tx, search_id=search_id, outcome=outcome, now=now, chosen_article_id=article_id)


async def _search(
    reader: Reader, question: str, language: Language, now: datetime, limit: int
) -> SearchOutcome:
    return await search(
        reader,
        question=clean(question)[:MAX_TEXT_CHARS],
        language=language,
        audience=Audience.PUBLIC,
        channel=CHANNEL,
        now=now,
        limit=limit,
    )


def _worth_showing(outcome: SearchOutcome) -> Sequence[SearchResult]:
    if outcome.zone is Zone.NONE or not outcome.results:
        return ()
    least = outcome.results[0].score * FAR_BEHIND
    return [result for result in outcome.results if result.score >= least]


async def _knows(reader: Reader, search_id: UUID) -> bool:
    return bool(
        await reader.fetchval(
            "select exists (select from faq_searches where id = $1 and channel = $2)", search_id, CHANNEL
        )
    )
