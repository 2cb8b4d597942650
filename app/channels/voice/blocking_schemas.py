"""Shapes of the blocked callers' endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from app.core.schemas import Schema


class NewBlockedCaller(Schema):
    """A number whose calls are turned away."""

    number: str = Field(max_length=64, description="as people write it; stored in E.164")
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    until: AwareDatetime | None = Field(default=None, description="when it ends by itself; null: never")


class BlockedCallerView(Schema):
    """A number on the list. `calls`: how many were turned away so far."""

    number: str
    reason: str
    blocked_by: UUID | None
    blocked_at: datetime
    until: datetime | None
    calls: int
    last_call_at: datetime | None
