"""Shapes of our telephone numbers."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema


class OwnNumberView(Schema):
    """One of our numbers: whom it leads to, and where it is shown."""

    number: str = Field(description="E.164")
    label: str
    locale: Literal["en", "zh-Hant", "zh-Hans"] = Field(description="the language in which it is answered")
    queue_id: UUID | None = Field(description="the queue it leads to; its hours count")
    is_default: bool = Field(description="shown to whom we call where no queue says otherwise")
    shown_by: list[UUID] = Field(description="queues whose `caller_id` it is")


class DefaultNumber(Schema):
    """The site's caller id."""

    number: str | None = Field(max_length=16, description="one of ours, E.164; null: none is preferred")
