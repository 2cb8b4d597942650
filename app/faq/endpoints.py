"""FAQ search and use for agents, under /api/v1.

The masking of personal data is handed in by the composition root: its package stands above this one.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.core.auth import Permission, Principal
from app.core.clock import utc_now
from app.core.errors import InvalidInput, NotFound, NotSignedIn, PermissionDenied
from app.core.http import Requires, Tx, problem_responses
from app.faq.confidence import Zone
from app.faq.models import Audience, Language
from app.faq.schemas import FaqResult, FaqResults, FaqUse
from app.faq.search import MAX_LIMIT, search
from app.faq.text import MAX_TEXT_CHARS
from app.faq.usage import SearchAction, record_search, record_use

CHANNEL = "console"

Searcher = Annotated[Principal, Depends(Requires(Permission.FAQ_SEARCH))]
Helper = Annotated[Principal, Depends(Requires(Permission.FAQ_USE))]


def faq_router(mask: Callable[[str], str]) -> APIRouter:
    """The routes. `mask` takes personal data out of a question before it is stored."""
    router = APIRouter(prefix="/faq", tags=["faq"])

    @router.get(
        "/search",
        responses=problem_responses(InvalidInput, NotSignedIn, PermissionDenied),
        operation_id="faq_search",
    )
    async def search_articles(
        principal: Searcher,
        tx: Tx,
        q: Annotated[str, Query(max_length=MAX_TEXT_CHARS, description="the question, in any script")],
        lang: Annotated[
            Language, Query(description="language of the answers, where they exist")
        ] = Language.EN,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 10,
    ) -> FaqResults:
        """Articles that answer a question, best first, as agents see them. A blank question finds nothing.

        Every search is logged with its masked question; report uses with its `search_id`.
        """
        now = utc_now()
        outcome = await search(
            tx, question=q, language=lang, audience=Audience.AGENTS, channel=CHANNEL, now=now, limit=limit
        )
        search_id = await record_search(
            tx,
            outcome=outcome,
            question_masked=mask(q),
            action=SearchAction.NONE if outcome.zone is Zone.NONE else SearchAction.SUGGESTED,
            agent_id=principal.agent_id,
            now=now,
        )
        return FaqResults(search_id=search_id, results=[FaqResult.of(found) for found in outcome.results])

    @router.post(
        "/uses",
        status_code=204,
        responses=problem_responses(InvalidInput, NotSignedIn, PermissionDenied, NotFound),
        operation_id="faq_use",
    )
    async def report_use(principal: Helper, tx: Tx, use: FaqUse) -> None:
        """Count what the agent did with an article. Repeating the same use of the same search counts once."""
        await record_use(
            tx,
            article_id=use.article_id,
            action=use.action,
            search_id=use.search_id,
            contact_id=use.contact_id,
            agent_id=principal.agent_id,
            channel=CHANNEL,
            now=utc_now(),
        )

    return router
