"""Shapes of surveys."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema


class SurveyView(Schema):
    """What a customer thought of a conversation."""

    contact_id: UUID
    queue_id: UUID | None
    queue_name: str | None
    agent_id: UUID | None
    agent_name: str | None
    customer_id: UUID | None
    customer_name: str | None
    from_address: str | None
    state: Literal["asked", "answered", "no_answer"]
    score: int | None = Field(description="1 to 5, 5 is best")
    asked_at: datetime
    answered_at: datetime | None
    follow_up: Literal["open", "done"] | None = Field(description="a low score opens one")


class SurveyList(Schema):
    """Surveys, newest first."""

    surveys: list[SurveyView]
