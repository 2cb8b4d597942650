"""Shapes of the floor at a glance. Times are RFC 3339 in UTC."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.agents.presence import Activity, Presence
from app.core.schemas import Schema


class FloorQueue(Schema):
    """How a queue stands."""

    queue_id: UUID
    name: str
    is_open: bool
    is_closed: bool = Field(description="closed by hand")
    waiting: int
    longest_since: datetime | None = Field(description="enqueue time of the contact that waits longest")
    agents: int = Field(description="agents who serve it")
    at_work: int = Field(description="of these, who may receive offers or are busy with contacts")
    free: int = Field(description="of these, who have nothing in hand")


class FloorContact(Schema):
    """A contact that waits. They come in the order of their places."""

    contact_id: UUID
    queue_id: UUID
    queue_name: str
    channel: str
    customer_name: str | None
    address: str | None = Field(description="the customer's; null: withheld")
    queued_at: datetime
    priority: int
    state: Literal["queued", "offered"]
    assigned_to: str | None = Field(description="the only agent who is asked")


class FloorWork(Schema):
    """A contact in an agent's hands."""

    contact_id: UUID
    channel: str
    state: Literal["active", "wrap_up"]
    accepted_at: datetime | None
    queue_name: str | None
    customer_name: str | None
    address: str | None


class FloorAgent(Schema):
    """An agent and what is in their hands."""

    agent_id: UUID
    display_name: str
    role: Literal["agent", "supervisor", "admin"]
    is_connected: bool
    presence: Presence
    presence_reason: str | None
    presence_since: datetime
    activity: Activity
    activity_since: datetime
    queue_ids: list[UUID]
    work: list[FloorWork]


class Floor(Schema):
    """Queues, who waits and who works, as of `at`. At most 200 who wait are listed; `queues` counts all."""

    at: datetime
    queues: list[FloorQueue]
    waiting: list[FloorContact]
    agents: list[FloorAgent]


class MissedCaller(Schema):
    """Somebody who left while waiting and whom nobody has reached since."""

    contact_id: UUID = Field(description="the newest of their calls; `POST /dial` takes it")
    number: str
    left_at: datetime
    times: int = Field(description="how often they left in these hours")
    waited_seconds: int | None
    queue_id: UUID | None
    queue_name: str | None
    customer_name: str | None


class MissedCallers(Schema):
    """Each number once, the newest first; at most 100."""

    callers: list[MissedCaller]
