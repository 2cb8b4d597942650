"""The FAQ's HTTP shapes."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.faq.models import Language
from app.faq.search import SearchResult
from app.faq.usage import UseAction


class FaqResult(BaseModel):
    """One article found, in `lang`. `answer` is Markdown; `spoken_steps` are read aloud one by one."""

    article_id: UUID
    title: str
    answer_short: str
    answer: str
    spoken_steps: list[str]
    lang: Language
    score: Annotated[float, Field(ge=0, le=1, description="share of a perfect match")]
    probability: Annotated[float, Field(ge=0, le=1, description="that it answers the question")]

    @classmethod
    def of(cls, found: SearchResult) -> "FaqResult":
        """The result as the console shows it."""
        return cls(
            article_id=found.article_id,
            title=found.title,
            answer_short=found.answer_short,
            answer=found.answer,
            spoken_steps=list(found.spoken_steps),
            lang=found.language,
            score=found.score,
            probability=found.probability,
        )


class FaqResults(BaseModel):
    """Articles best first; `search_id` is sent back with each use."""

    search_id: UUID
    results: list[FaqResult]


class FaqUse(BaseModel):
    """What an agent did with an article."""

    model_config = ConfigDict(extra="forbid")

    search_id: UUID | None = None
    article_id: UUID
    contact_id: UUID | None = None
    action: UseAction
