"""What the editor of articles asks while somebody writes: how would it be found, how does it read and sound.

The renderer of Markdown is handed in by the composition root: its package stands above this one.
"""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from app.core.auth import Permission, Principal
from app.core.clock import utc_now
from app.core.errors import InvalidInput
from app.core.http import Requires, Tx, problem_responses
from app.faq.article_schemas import ContentFields, EntryFields
from app.faq.confidence import Zone
from app.faq.entries import MAX_ANSWER_CHARS
from app.faq.forms import with_all_forms
from app.faq.models import ArticleContent, Audience, Language
from app.faq.text import MAX_TEXT_CHARS
from app.faq.tryout import try_out

Editor = Annotated[Principal, Depends(Requires(Permission.FAQ_EDIT))]


class TryOut(BaseModel):
    """A question as a customer would ask it, and what is being written. Without `entry`: in what is published."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
    language: Language
    audience: Audience = Audience.PUBLIC
    article_id: UUID | None = None
    entry: EntryFields | None = None


class TriedResult(BaseModel):
    """One article found; `matched` is the sentence of the question that found it."""

    article_id: UUID
    title: str
    lang: Language
    score: float
    probability: float
    matched: str


class TriedOut(BaseModel):
    """`zone`: what the machine would do with these results."""

    zone: Zone
    by_meaning: bool
    results: list[TriedResult]


class Preview(BaseModel):
    """One language of an answer in every form. `html` is safe to show; `is_made`: the forms that nobody wrote and that
    are made of the others."""

    html: str
    answer_short: str
    spoken_steps: list[str]
    is_made: list[str]


def editing_router(to_html: Callable[[str], str]) -> APIRouter:
    """The routes. `to_html` turns Markdown into HTML that is safe whatever the text holds."""
    router = APIRouter(prefix="/faq", tags=["faq: articles"])

    @router.post("/try-out", operation_id="try_out_article", responses=problem_responses(InvalidInput))
    async def try_out_article(body: TryOut, principal: Editor, tx: Tx) -> TriedOut:
        """Search as if the text being written were published; nothing is stored, and nothing is counted."""
        outcome = await try_out(
            tx,
            question=body.question,
            language=body.language,
            audience=body.audience,
            now=utc_now(),
            article_id=body.article_id,
            entry=body.entry.entry() if body.entry else None,
        )
        return TriedOut(
            zone=outcome.zone,
            by_meaning=outcome.by_meaning,
            results=[
                TriedResult(
                    article_id=found.article_id,
                    title=found.title,
                    lang=found.language,
                    score=found.score,
                    probability=found.probability,
                    matched=found.matched,
                )
                for found in outcome.results
            ],
        )

    @router.post("/preview", operation_id="preview_article", responses=problem_responses(InvalidInput))
    async def preview_article(body: ContentFields, principal: Editor) -> Preview:
        """How one language of an answer is read on the web, in a message, and aloud."""
        if len(body.answer) > MAX_ANSWER_CHARS:
            raise InvalidInput.of("answer", f"at most {MAX_ANSWER_CHARS} characters")
        written = ArticleContent(
            question=body.question,
            answer=body.answer,
            answer_short=body.answer_short,
            spoken_steps=tuple(step for step in body.spoken_steps if step.strip()),
        )
        whole = with_all_forms(written)
        forms = ("answer", "answer_short", "spoken_steps")
        return Preview(
            html=to_html(whole.answer),
            answer_short=whole.answer_short,
            spoken_steps=list(whole.spoken_steps),
            is_made=[form for form in forms if getattr(whole, form) and not getattr(written, form)],
        )

    return router
