"""Shapes of the callbacks' endpoints."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from app.core.schemas import Schema

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class NewCallback(Schema):
    """Somebody wishes to be called."""

    number: str = Field(max_length=64, description="as people write it; stored in E.164")
    queue_id: UUID
    source: Literal["web", "agent"] = "web"
    reason: Text | None = Field(default=None, description="what it is about; shown to the agent")
    language: Literal["en", "zh-Hant", "zh-Hans"] | None = Field(
        default=None, description="null: the customer's own, else the site's first"
    )
    not_before: AwareDatetime | None = Field(default=None, description="the earliest try; null: at once")
    first: Literal["agent", "customer"] | None = Field(
        default=None, description="who is on the line first; null: the queue's rule"
    )
    time_zone: str | None = Field(
        default=None,
        max_length=64,
        description="IANA name, for quiet hours; null: the customer's or the site's",
    )


class CallbackView(Schema):
    """A callback: who waits to be called, where in line, and when it is tried next."""

    callback_id: UUID
    contact_id: UUID
    from_contact_id: UUID | None = Field(description="the contact that asked for it, if one did")
    number: str
    customer_id: UUID | None
    customer_name: str | None
    queue_id: UUID
    queue_name: str
    source: Literal["queue", "flow", "web", "agent"]
    first: Literal["agent", "customer"]
    state: Literal["pausing", "waiting", "dialling", "reached", "settled", "failed", "cancelled"]
    place: int | None = Field(
        description="in its queue, from 1, as if it waited there now; null once it has ended"
    )
    place_from: datetime = Field(description="since when the customer has waited: the place that is kept")
    tries: int
    max_tries: int
    next_try_at: datetime | None = Field(
        description="outside quiet hours and within the queue's; null while it waits for an agent, is dialled or over"
    )
    last_result: str | None = Field(
        description="of the newest try: busy, no_answer, failed, no_news, answered"
    )
    requested_at: datetime
    ended_at: datetime | None


class CallbackList(Schema):
    """Callbacks, in the order of their places."""

    callbacks: list[CallbackView]
