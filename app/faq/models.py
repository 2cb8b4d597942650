"""Articles as values: what staff write, and the states an article goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Language(StrEnum):
    """The languages an article can be written in."""

    EN = "en"
    ZH_HANT = "zh-Hant"
    ZH_HANS = "zh-Hans"


class Audience(StrEnum):
    """Who may find an article: customers only, agents only, or both."""

    PUBLIC = "public"
    AGENTS = "agents"
    BOTH = "both"


class ArticleStatus(StrEnum):
    """Where an article is on its way. A published article may have a newer, unpublished version."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """One language of an article. `answer` is Markdown; `spoken_steps` are short sentences for the ear. Of the three
    forms of the answer one is enough: `app.faq.forms` makes the others. `category` is a path: `Orders / Returns`.
    """

    question: str
    answer: str = ""
    answer_short: str = ""
    wordings: tuple[str, ...] = ()
    spoken_steps: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article as staff write it. `auto_answer` false: shown to people, never answered by the machine.

    `owner_id` (agents.id) and `review_on` say who looks at it again, and when.
    """

    topic: str
    contents: Mapping[Language, ArticleContent]
    audience: Audience = Audience.BOTH
    auto_answer: bool = True
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    tags: tuple[str, ...] = ()
    owner_id: UUID | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article with the entry of one of its versions, by default the latest. `publish_at`: when
    `publish_version` will be published."""

    id: UUID
    status: ArticleStatus
    latest_version: int
    published_version: int | None
    published_at: datetime | None
    updated_at: datetime
    updated_by: UUID | None
    publish_at: datetime | None
    publish_version: int | None
    version: int
    entry: ArticleEntry
