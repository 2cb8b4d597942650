"""What the FAQ learns from its use, by REST: gaps and what is done about them, figures and the searches behind them."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.core import audit
from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.faq import figures, gaps
from app.faq.article_audit import actor_of, note_article
from app.faq.article_schemas import ArticleView
from app.faq.figures import Figure
from app.faq.models import Language

router = APIRouter(prefix="/faq", tags=["faq: learning"])

Editor = Annotated[Principal, Depends(Requires(Permission.FAQ_EDIT))]
Publisher = Annotated[Principal, Depends(Requires(Permission.FAQ_PUBLISH))]
Since = Annotated[AwareDatetime | None, Query(description="default: 30 days before `until`")]
Until = Annotated[AwareDatetime | None, Query(description="default: now")]
Limit = Annotated[int, Query(ge=1, le=500)]
Key = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$", description="`key` of a gap")]

PERIOD = timedelta(days=30)


class GapView(BaseModel):
    """A question that was not answered, or badly, with the article that was nearest."""

    key: str
    question: str
    language: Language
    times: int
    unanswered: int
    badly_answered: int
    last_at: datetime
    near_article_id: UUID | None
    near_question: str | None
    near_probability: float | None


class GapWording(BaseModel):
    """The published article whose wording the question becomes."""

    model_config = ConfigDict(extra="forbid")

    article_id: UUID
    language: Language


class GapDraft(BaseModel):
    """The new article; the caller chooses its id, so that a repeat is harmless."""

    model_config = ConfigDict(extra="forbid")

    article_id: UUID
    topic: str
    language: Language


class WordingAdded(BaseModel):
    """`is_new`: false when the article had the wording already."""

    is_new: bool


class FiguresView(BaseModel):
    """One article in a period; each count is of searches."""

    article_id: UUID
    topic: str
    question: str | None
    shown: int
    used: int
    spoken: int
    solved: int
    unhelpful: int


class CountedSearchView(BaseModel):
    """A search behind a figure."""

    search_id: UUID
    at: datetime
    channel: str
    question: str
    probability: float
    action: str
    outcome: str | None
    contact_id: UUID | None
    agent_id: UUID | None


async def _now(tx: Read) -> datetime:
    now: datetime = await tx.fetchval("select switchboard_now()")
    return now


async def _period(tx: Read, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    end = until or await _now(tx) + timedelta(microseconds=1)
    return since or end - PERIOD, end


@router.get("/gaps", operation_id="list_faq_gaps", responses=problem_responses(InvalidInput))
async def list_gaps(
    principal: Editor,
    tx: Read,
    since: Since = None,
    until: Until = None,
    near_article_id: Annotated[UUID | None, Query(description="only those nearest to this article")] = None,
    limit: Limit = 100,
) -> list[GapView]:
    """Questions nothing was found for, or what was found did not help; equal ones are one, the most frequent first."""
    start, end = await _period(tx, since, until)
    found = await gaps.gaps(tx, since=start, until=end, limit=limit, near_article_id=near_article_id)
    return [GapView.model_validate(gap, from_attributes=True) for gap in found]


@router.post("/gaps/{key}/wording", operation_id="add_gap_wording", responses=problem_responses(NotFound))
async def add_gap_wording(
    key: Key, body: GapWording, principal: Publisher, request: Request, tx: Tx
) -> WordingAdded:
    """Make the question a hidden wording of a published article: found at once, never shown."""
    is_new = await gaps.add_wording(
        tx,
        key=key,
        article_id=body.article_id,
        language=body.language,
        now=await _now(tx),
        by=principal.agent_id,
    )
    if is_new:
        await audit.record(
            tx,
            actor=actor_of(request, principal),
            action="article.wording_learned",
            object=f"article:{body.article_id}",
            after={"gap": key, "language": body.language.value},
        )
    return WordingAdded(is_new=is_new)


@router.post(
    "/gaps/{key}/draft", operation_id="draft_from_gap", status_code=201, responses=problem_responses(NotFound)
)
async def draft_from_gap(
    key: Key, body: GapDraft, principal: Editor, request: Request, tx: Tx
) -> ArticleView:
    """Write a new draft that asks the question; its answer is still to be written."""
    made, is_new = await gaps.draft_from(
        tx,
        key=key,
        article_id=body.article_id,
        topic=body.topic,
        language=body.language,
        now=await _now(tx),
        by=principal.agent_id,
    )
    if is_new:
        await note_article(tx, actor_of(request, principal), "article.created", made.id, None, made)
    return ArticleView.of(made)


@router.delete(
    "/gaps/{key}", operation_id="dismiss_gap", status_code=204, responses=problem_responses(NotFound)
)
async def dismiss_gap(key: Key, principal: Editor, request: Request, tx: Tx) -> None:
    """Take a question off the list; asked again and not answered, it comes back."""
    await gaps.dismiss(tx, key=key, now=await _now(tx), by=principal.agent_id)
    await audit.record(tx, actor=actor_of(request, principal), action="gap.dismissed", object=f"gap:{key}")


@router.get("/figures", operation_id="article_figures", responses=problem_responses(InvalidInput))
async def article_figures(
    principal: Editor,
    tx: Read,
    since: Since = None,
    until: Until = None,
    article_id: UUID | None = None,
    lang: Annotated[Language, Query(description="to name the articles in, where they can be")] = Language.EN,
    limit: Limit = 100,
) -> list[FiguresView]:
    """Per article: shown, used by agents, spoken, solved, unhelpful; the most used first."""
    start, end = await _period(tx, since, until)
    found = await figures.figures(
        tx, since=start, until=end, article_id=article_id, language=lang, limit=limit
    )
    return [FiguresView.model_validate(one, from_attributes=True) for one in found]


@router.get("/articles/{article_id}/searches", operation_id="article_searches")
async def article_searches(
    article_id: UUID,
    principal: Editor,
    tx: Read,
    figure: Figure,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
) -> list[CountedSearchView]:
    """The searches behind a figure of an article, the newest first."""
    start, end = await _period(tx, since, until)
    found = await figures.searches(
        tx, article_id=article_id, figure=figure, since=start, until=end, limit=limit
    )
    return [CountedSearchView.model_validate(one, from_attributes=True) for one in found]
