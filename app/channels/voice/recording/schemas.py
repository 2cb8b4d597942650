"""Shapes of recordings. Times are RFC 3339 in UTC, lengths whole seconds."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema


class PauseView(Schema):
    """A stretch that is silent on the recording."""

    since: datetime
    until: datetime | None = Field(description="null while it lasts")


class RecordingView(Schema):
    """A recording, without its sound."""

    recording_id: UUID
    contact_id: UUID
    purpose: Literal["conversation", "voicemail"]
    status: Literal["new", "in_progress", "paused", "processing", "completed", "absent", "failed"]
    channels: int = Field(description="2: the customer on one, everybody else on the other")
    seconds: int | None
    pauses: list[PauseView]
    started_at: datetime
    ended_at: datetime | None
    has_sound: bool = Field(description="it can be heard: it has been fetched and not deleted")
    delete_after: datetime | None
    deleted_at: datetime | None = Field(description="when its sound was deleted")


class RecordingList(Schema):
    """Recordings, newest first."""

    recordings: list[RecordingView]


class ListeningAddress(Schema):
    """Where to listen. The address works in this session only."""

    url: str
    expires_at: datetime
