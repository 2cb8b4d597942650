"""What the FAQ knows, for the widget: only what the public may read. Everything stored is masked."""

from datetime import datetime
from uuid import UUID

from app.channels.chat.command_schemas import ChatSearch, FoundArticle, SearchVerdict
from app.channels.chat.naming import CHANNEL
from app.core.db import Transaction
from app.core.errors import NotFound
from app.faq.confidence import Zone
from app.faq.models import Audience, Language
from app.faq.search import search
from app.faq.usage import SearchResolution, UseAction, record_outcome, record_search, record_use
from app.intake import mapping
from app.selfservice.masking import mask

MAX_RESULTS = 5
_USES = {
    "opened": UseAction.OPENED,
    "helped": UseAction.HELPED,
    "not_helped": UseAction.NOT_HELPED,
}
_RESOLUTIONS = {"helped": SearchResolution.HELPED, "not_helped": SearchResolution.NOT_HELPED}


async def ask(tx: Transaction, question: str, language: Language, *, now: datetime) -> ChatSearch:
    """Search and log it."""
    asked = mask(question.replace("\x00", ""))
    outcome = await search(
        tx,
        question=asked,
        language=language,
        audience=Audience.PUBLIC,
        channel=CHANNEL,
        now=now,
        limit=MAX_RESULTS,
    )
    search_id = await record_search(
        tx, outcome=outcome, question_masked=asked, action=mapping.search_action(outcome.zone), now=now
    )
    results = () if outcome.zone is Zone.NONE else outcome.results
    return ChatSearch(
        search_id=search_id,
        zone=outcome.zone.value,
        results=[
            FoundArticle(
                article_id=one.article_id, title=one.title, answer_short=one.answer_short, answer=one.answer
            )
            for one in results
        ],
    )


async def judge(
    tx: Transaction, search_id: UUID, verdict: SearchVerdict, language: Language, *, now: datetime
) -> None:
    """Count what became of a found article; of one search the same counts once. Raises NotFound for a search of
    another channel, or none."""
    is_ours = await tx.fetchval(
        "select exists (select from faq_searches where id = $1 and channel = $2 and contact_id is null)",
        search_id,
        CHANNEL,
    )
    if not is_ours:
        raise NotFound("there is no such search; ask again")
    await record_use(
        tx,
        article_id=verdict.article_id,
        action=_USES[verdict.outcome],
        channel=CHANNEL,
        now=now,
        search_id=search_id,
        language=language,
    )
    resolution = _RESOLUTIONS.get(verdict.outcome)
    if resolution is not None:
        await record_outcome(
            tx, search_id=search_id, outcome=resolution, now=now, chosen_article_id=verdict.article_id
        )
