"""Shapes of the commands on contacts. Durations are whole seconds, times RFC 3339 in UTC."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.contacts.lifecycle import ContactState
from app.core.schemas import Schema


class DirectedContact(Schema):
    """Where a contact stands after a command."""

    contact_id: UUID
    channel: str
    state: ContactState
    outcome: str | None
    queue_id: UUID | None
    queue_name: str | None
    priority: int
    age_credit: float = Field(description="seconds by which its place differs from its true wait")
    queued_at: datetime | None
    agent_id: UUID | None = Field(description="at whom it rings or who has it in hand")
    assigned_agent: UUID | None = Field(description="the only agent who is asked")
    assigned_until: datetime | None
    version: int


class NewPriority(Schema):
    """Another place in the order of the queue."""

    priority: int = Field(ge=1, le=9, description="1 is served first, 5 is usual, 9 last")


class NewQueue(Schema):
    """Another queue for a waiting contact."""

    queue_id: UUID
    age: Literal["keep", "new"] = Field(
        default="keep", description="keep: its place counts from when it began to wait; new: from now"
    )


class Assignment(Schema):
    """The one agent who is to have a waiting contact."""

    agent_id: UUID
    limit_seconds: int | None = Field(
        default=None, ge=1, le=86_400, description="after so long everybody is asked again; null: no end"
    )


class TakeBack(Schema):
    """Take a contact from whoever has it. A repeated request with the same `command_id` does it once."""

    command_id: UUID


class End(Schema):
    """How a contact that is ended by hand is closed."""

    outcome: Literal["ended_by_supervisor", "handled", "failed"] = "ended_by_supervisor"
    reason: str = Field(min_length=1, max_length=500, description="for the log: why it had to be ended")
