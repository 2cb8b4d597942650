"""Shapes of announcements."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema

LocaleName = Literal["en", "zh-Hant", "zh-Hans"]
OccasionName = Literal["music", "welcome", "closed", "consent", "blocked"]
Texts = dict[LocaleName, Annotated[str, Field(min_length=1, max_length=600)]]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class NewAnnouncement(Schema):
    """A new announcement. A repeated request with the same `announcement_id` makes it once."""

    announcement_id: UUID
    name: Name
    texts: Texts = Field(default_factory=dict, description="spoken where there is no sound in the language")


class AnnouncementChanges(Schema):
    """What to change; what is left out stays."""

    name: Name | None = None
    texts: Texts | None = Field(default=None, description="all of them: a language left out has none")


class AnnouncementFileView(Schema):
    """One upload, and how far it got."""

    file_id: UUID
    announcement_id: UUID
    locale: LocaleName | None = Field(description="null: for every language")
    version: int = Field(description="counts the uploads of this language")
    state: Literal["waiting", "running", "ready", "failed"]
    progress: int = Field(description="percent")
    reason: str | None = Field(
        description="why it failed: `not_a_sound`, `format_not_taken`, `m4a_not_taken_here`, `too_long`, `too_short`, "
        "`silent`, `takes_too_long`, `broken`"
    )
    is_current: bool = Field(description="callers of this language hear it")
    seconds: float | None
    url: str | None = Field(
        description="where it can be heard, also by the carrier; null when there is no sound"
    )
    uploaded_by: UUID | None
    uploaded_at: datetime
    finished_at: datetime | None


class AnnouncementUse(Schema):
    """An occasion and the announcement heard then."""

    occasion: OccasionName
    queue_id: UUID | None = Field(description="null: every queue without one of its own")
    announcement_id: UUID | None = Field(description="null, when choosing: none of its own any more")


class AnnouncementUseView(Schema):
    """An occasion with an announcement of its own."""

    occasion: OccasionName
    queue_id: UUID | None
    queue: str | None = Field(description="its name; null for the site")
    announcement_id: UUID
    announcement: str


class AnnouncementView(Schema):
    """An announcement, its uploads (newest first) and where callers hear it."""

    announcement_id: UUID
    name: str
    texts: dict[LocaleName, str]
    created_at: datetime
    files: list[AnnouncementFileView]
    used_at: list[str] = Field(description="such as `welcome of Orders`; empty: it may be deleted")


class NewEmergency(Schema):
    """What callers of the queue hear from now on: an announcement or texts, not both."""

    announcement_id: UUID | None = None
    texts: Texts = Field(default_factory=dict)
    minutes: int | None = Field(default=None, ge=1, le=7 * 24 * 60, description="null: until it is cleared")


class EmergencyView(Schema):
    """An emergency announcement in force."""

    queue_id: UUID
    queue: str
    announcement_id: UUID | None
    texts: dict[LocaleName, str]
    begun_at: datetime
    begun_by: UUID | None
    until: datetime | None
