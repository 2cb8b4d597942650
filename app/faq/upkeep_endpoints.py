"""What keeps the FAQ in order, by REST: gaps in groups, duplicates, stale articles, learned wordings taken back."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from app.core import audit
from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.faq import gaps, learning, upkeep
from app.faq.article_audit import actor_of
from app.faq.learning_endpoints import PERIOD, GapView, Limit, Since, Until
from app.faq.models import Language
from app.faq.upkeep import StaleReason

router = APIRouter(prefix="/faq", tags=["faq: learning"])

Editor = Annotated[Principal, Depends(Requires(Permission.FAQ_EDIT))]
Publisher = Annotated[Principal, Depends(Requires(Permission.FAQ_PUBLISH))]


class GapGroupView(BaseModel):
    """Gaps that ask the same; the first is the most frequent. `times`: of all of them."""

    times: int
    gaps: list[GapView]


class DuplicateView(BaseModel):
    """Two published articles that ask nearly the same; `nearness` 0 to 1."""

    language: Language
    article_id: UUID
    question: str
    other_id: UUID
    other_question: str
    nearness: float


class StaleView(BaseModel):
    """A published article to look at. `last_shown_at`: within the last 90 days; null: not shown."""

    article_id: UUID
    question: str
    reasons: list[StaleReason]
    review_on: date | None
    last_shown_at: datetime | None
    updated_at: datetime


class UpkeepView(BaseModel):
    """What should be looked at; the most pressing first."""

    duplicates: list[DuplicateView]
    stale: list[StaleView]


class LearnedWordingView(BaseModel):
    """A customer's wording by which an article is found. `confirmed_by`: an agent's name; null: by agreement."""

    wording_id: UUID
    language: Language
    text: str
    learned_at: datetime
    confirmed_by: str | None


@router.get("/gap-groups", operation_id="list_faq_gap_groups", responses=problem_responses(InvalidInput))
async def list_gap_groups(
    principal: Editor, tx: Read, since: Since = None, until: Until = None, limit: Limit = 200
) -> list[GapGroupView]:
    """The open gaps, those together that ask the same; of the `limit` most frequent gaps."""
    now: datetime = await tx.fetchval("select switchboard_now() + interval '1 microsecond'")
    end = until or now
    found = await gaps.gaps(tx, since=since or end - PERIOD, until=end, limit=limit)
    return [
        GapGroupView(
            times=group.times, gaps=[GapView.model_validate(gap, from_attributes=True) for gap in group.gaps]
        )
        for group in await upkeep.grouped(found)
    ]


@router.get("/upkeep", operation_id="faq_upkeep")
async def faq_upkeep(
    principal: Editor,
    tx: Read,
    lang: Annotated[Language, Query(description="to name the articles in, where they can be")] = Language.EN,
    limit: Limit = 100,
) -> UpkeepView:
    """Articles that get in each other's way, and articles that are stale: review due, dates over, not shown for 90
    days, not changed for a year."""
    now: datetime = await tx.fetchval("select switchboard_now()")
    pairs = await upkeep.duplicates(tx, limit=limit)
    old = await upkeep.stale(tx, now=now, language=lang, limit=limit)
    return UpkeepView(
        duplicates=[DuplicateView.model_validate(pair, from_attributes=True) for pair in pairs],
        stale=[StaleView.model_validate(one, from_attributes=True) for one in old],
    )


@router.get(
    "/articles/{article_id}/learned",
    operation_id="list_learned_wordings",
    responses=problem_responses(NotFound),
)
async def list_learned(article_id: UUID, principal: Editor, tx: Read) -> list[LearnedWordingView]:
    """The wordings an article has learned from customers, the newest first. Customers never see them."""
    found = await learning.learned(tx, article_id)
    return [LearnedWordingView.model_validate(one, from_attributes=True) for one in found]


@router.delete(
    "/articles/{article_id}/learned/{wording_id}",
    operation_id="take_back_wording",
    status_code=204,
    responses=problem_responses(NotFound),
)
async def take_back_wording(
    article_id: UUID, wording_id: UUID, principal: Publisher, request: Request, tx: Tx
) -> None:
    """Let an article no longer be found by a learned wording, from the next search on. A repeat changes nothing."""
    taken = await learning.take_back(tx, article_id=article_id, wording_id=wording_id)
    if taken is not None:
        await audit.record(
            tx,
            actor=actor_of(request, principal),
            action="article.wording_taken_back",
            object=f"article:{article_id}",
            before={"language": taken.language.value, "wording": taken.text},
        )
