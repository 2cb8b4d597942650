"""Shapes of the routing preview and of those who wait."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema
from app.routing.preview import Why


class Obstacle(Schema):
    """One thing that speaks against giving a contact to an agent now."""

    code: Why
    state: str | None = Field(
        description="how the agent is, when that is the reason: away, offline, wrap_up …"
    )
    until: datetime | None = Field(description="when it ends by itself; null: not by itself")
    skill: str | None
    needs: float | None
    has: float | None


class Candidate(Schema):
    """An agent, and whether they could take the contact now."""

    agent_id: UUID
    display_name: str
    place: int | None = Field(description="1 is asked first, 2 when the first declines, …; null: not now")
    obstacles: list[Obstacle]


class RoutingPreview(Schema):
    """Who could take a contact now, in which order, and why not the others."""

    contact_id: UUID | None
    queue_id: UUID
    queue_name: str
    at: datetime
    refused: Literal["queue.closed", "queue.unstaffed", "queue.full", "contact.expired"] | None = Field(
        description="the queue would not let the contact wait at all"
    )
    rings_at: UUID | None = Field(description="at whom it rings just now; the preview asks as if it did not")
    candidates: list[Candidate]
    left_out: int = Field(description="agents who are not listed because of `limit`")


class Hypothesis(Schema):
    """A contact that might come."""

    queue_id: UUID
    channel: Literal["voice", "chat", "email", "messaging", "callback", "walk_in"] = "voice"
    required_skills: dict[str, int] = Field(default_factory=dict, max_length=50)
    priority: int = Field(default=5, ge=1, le=9)
    waited_seconds: int = Field(default=0, ge=0, le=86_400, description="as if it had waited so long already")


class WaitingContact(Schema):
    """A contact that waits, at its place in the queue."""

    contact_id: UUID
    place: int
    state: Literal["queued", "offered"]
    channel: str
    customer_id: UUID | None
    customer_name: str | None
    from_address: str | None
    queued_at: datetime
    priority: int
    age_credit: float
    required_skills: dict[str, int]
    rings_at: UUID | None
    assigned_agent: UUID | None
    preferred_agent: UUID | None
    why: Literal["ringing", "assigned", "queue_closed", "nobody_can", "nobody_at_work", "all_busy"] = Field(
        description="why it still waits; the preview of the contact tells it agent by agent"
    )


class WaitingList(Schema):
    """Who waits in a queue, in the order in which they are served."""

    queue_id: UUID
    at: datetime
    total: int
    contacts: list[WaitingContact]


class WaitAccuracy(Schema):
    """What connected customers had been told, and how it came out."""

    promises: int = Field(description="times a figure was told to a customer who was connected later")
    kept: float | None = Field(description="share that waited within the range; the formula aims at 0.8")
    too_long: float | None = Field(description="share that waited longer than the upper end")
