"""Shapes of voicemails."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema


class VoicemailView(Schema):
    """A message somebody left; it belongs to the contact, which is closed."""

    contact_id: UUID
    recording_id: UUID
    queue_id: UUID | None
    queue_name: str | None
    from_address: str | None = Field(description="null: the number was withheld")
    customer_id: UUID | None
    customer_name: str | None
    language: str
    topic: str | None
    left_at: datetime
    seconds: int | None
    has_sound: bool = Field(description="it can be heard; right after it was left it is not there yet")
    heard_at: datetime | None
    heard_by: str | None
    callback_id: UUID | None = Field(description="the callback that was asked for because of it")


class VoicemailList(Schema):
    """Messages: those nobody has heard, oldest first, or those that were, newest first."""

    voicemails: list[VoicemailView]
