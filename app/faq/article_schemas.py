"""The HTTP shapes of articles as they are kept."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.faq.entries import entry_to_json
from app.faq.models import Article, ArticleContent, ArticleEntry, ArticleStatus, Audience, Language

Why = Annotated[str, Field(max_length=500, description="why it was changed, for those who read the versions")]
Text = Annotated[str, Field(max_length=20_000)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ContentFields(_In):
    """One language. Of `answer` (Markdown), `answer_short` and `spoken_steps` one is enough to publish it."""

    question: Text
    answer: Text = ""
    answer_short: Text = ""
    wordings: Annotated[list[Text], Field(max_length=100)] = []
    spoken_steps: Annotated[list[Text], Field(max_length=100)] = []
    category: Annotated[Text, Field(description="a path, the widest level first: `Orders / Returns`")] = ""


class EntryFields(_In):
    """An article as it is written, its languages side by side."""

    topic: Text
    contents: dict[Language, ContentFields]
    audience: Audience = Audience.BOTH
    auto_answer: Annotated[bool, Field(description="whether the machine may speak it by itself")] = True
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    tags: Annotated[list[Text], Field(max_length=100)] = []
    owner_id: UUID | None = None
    review_on: Annotated[date | None, Field(description="when somebody should look at it again")] = None

    def entry(self) -> ArticleEntry:
        """The value behind the shape, unchecked."""
        return ArticleEntry(
            topic=self.topic,
            contents={
                language: ArticleContent(
                    question=content.question,
                    answer=content.answer,
                    answer_short=content.answer_short,
                    wordings=tuple(content.wordings),
                    spoken_steps=tuple(content.spoken_steps),
                    category=content.category,
                )
                for language, content in self.contents.items()
            },
            audience=self.audience,
            auto_answer=self.auto_answer,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            tags=tuple(self.tags),
            owner_id=self.owner_id,
            review_on=self.review_on,
        )


class NewArticle(_In):
    """A new article; the caller chooses its id, so that a repeat is harmless."""

    article_id: UUID
    entry: EntryFields
    why: Why = ""


class ArticleChange(_In):
    """A new version. `base_version` is the version the change was made from."""

    base_version: Annotated[int, Field(ge=1)]
    entry: EntryFields
    why: Why = ""


class Restoring(_In):
    """Take an old version up again as the newest."""

    version: Annotated[int, Field(ge=1)]
    base_version: Annotated[int, Field(ge=1)]
    why: Why = ""


class Seen(_In):
    """A command on an article as it was last seen: refused when there is a newer version."""

    base_version: Annotated[int, Field(ge=1)]


class Publishing(_In):
    """Which version is published; it may be an older one."""

    version: Annotated[int, Field(ge=1)]


class Scheduling(Publishing):
    """A version that is published at an instant, by the clock of the database."""

    at: AwareDatetime


class ArticleView(BaseModel):
    """An article with one of its versions. `entry.contents` holds what was written; forms of the answer that were left
    out are made when it is published."""

    article_id: UUID
    status: ArticleStatus
    version: Annotated[int, Field(description="which version `entry` is")]
    latest_version: int
    published_version: int | None
    published_at: datetime | None
    publish_version: Annotated[int | None, Field(description="the version that waits for `publish_at`")]
    publish_at: datetime | None
    updated_at: datetime
    updated_by: UUID | None
    entry: EntryFields

    @classmethod
    def of(cls, article: Article) -> "ArticleView":
        """The article as the API shows it."""
        return cls(
            article_id=article.id,
            status=article.status,
            version=article.version,
            latest_version=article.latest_version,
            published_version=article.published_version,
            published_at=article.published_at,
            publish_version=article.publish_version,
            publish_at=article.publish_at,
            updated_at=article.updated_at,
            updated_by=article.updated_by,
            entry=EntryFields.model_validate(entry_to_json(article.entry)),
        )


class ArticlePage(BaseModel):
    """Articles, the last changed first; `next` is sent back as `before` for the following ones."""

    articles: list[ArticleView]
    next: str | None


class VersionView(BaseModel):
    """One saved state: when, by whom and why."""

    version: int
    saved_at: datetime
    saved_by: UUID | None
    saved_by_name: str | None
    why: str


class FieldChange(BaseModel):
    """A field that differs, named as in a request; null where a side has no such field."""

    field: str
    before: Any
    after: Any


class CategoryView(BaseModel):
    """A level of the tree; `articles` counts those below too."""

    name: str
    path: str
    articles: int
    children: list["CategoryView"]


class TagView(BaseModel):
    """A tag and how many articles have it."""

    tag: str
    articles: int
