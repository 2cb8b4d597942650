"""The FAQ search of a turn of self-service: made, logged, and closed by whether it helped."""

from datetime import datetime
from uuid import UUID

from app.contacts.models import Contact
from app.core.db import Transaction
from app.faq import search as faq_search
from app.faq import usage as faq_usage
from app.faq.models import Audience, Language
from app.intake import mapping
from app.selfservice import flow as flows
from app.selfservice.definition import FlowDefinition
from app.selfservice.state import PathEntry
from app.selfservice.turns import Search, Turn


async def run_search(
    tx: Transaction, flow: FlowDefinition, contact: Contact, turn: Turn, *, now: datetime
) -> tuple[Turn, UUID]:
    """Search as the turn asks, and go on with what was found; returns the next turn and the search's id."""
    action = turn.action
    assert isinstance(action, Search)  # noqa: S101 -- the caller has looked
    outcome = await faq_search.search(
        tx,
        question=action.question,
        language=Language(action.locale.value),
        audience=Audience.PUBLIC,
        channel=contact.channel,
        now=now,
        limit=3,
    )
    search_id = await faq_usage.record_search(
        tx,
        outcome=outcome,
        question_masked=action.question,
        action=mapping.search_action(outcome.zone),
        now=now,
        contact_id=contact.id,
    )
    result = mapping.search_result(outcome, is_written=turn.state.facts.is_written)
    return flows.resume(flow, turn.state, result, now=now), search_id


async def settle_search(
    tx: Transaction, search_id: UUID | None, log: list[PathEntry], *, now: datetime
) -> UUID | None:
    """ "Did that help?" closes the search it was about. Returns the search that is still open."""
    for entry in log:
        resolution = mapping.resolution(entry)
        if resolution is not None and search_id is not None:
            article_id = UUID(entry.article_id) if entry.article_id else None
            await faq_usage.record_outcome(
                tx, search_id=search_id, outcome=resolution, now=now, chosen_article_id=article_id
            )
            search_id = None
    return search_id
