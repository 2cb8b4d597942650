"""Shapes of queues. Durations are whole seconds."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema

Labels = dict[Literal["en", "zh-Hant", "zh-Hans"], str]
Name = Annotated[str, Field(min_length=1, max_length=100)]
WrapUp = Annotated[int, Field(ge=0, le=86_400)]
OfferTimeout = Annotated[int, Field(ge=1, le=3_600)]
MaxWaiting = Annotated[int, Field(ge=1, le=100_000)]
MaxWait = Annotated[int, Field(ge=1, le=1_209_600)]
LastAgent = Annotated[int, Field(ge=0, le=86_400)]
RingCount = Annotated[int, Field(ge=1, le=20, description="agents rung at once; the first yes wins")]
Recording = Literal["never", "always"]
AgentOrder = Literal["idle", "proficiency"]
Rising = list[tuple[Annotated[float, Field(ge=0, le=604_800)], Annotated[int, Field(ge=1, le=9)]]]

OVERFLOW = (
    'cause (`full`, `max_wait`, `closed`, `closing`, `no_agent`) to action, such as {"do": "voicemail"}'
)
RELAX = 'what is asked less and less, such as [{"after": 30, "lower_by": 1}]'
RISING = "[seconds waited, priority] pairs: the priority a contact gets at that instant"
CALLBACKS = "first, max_tries, gap_seconds, ring_seconds, quiet; what is left out has its default"


CallerId = Annotated[str, Field(max_length=16, description="E.164, one of GET /numbers; null: see there")]


class QueueSettings(Schema):
    """The rules of a queue."""

    name: Name
    labels: Labels = Field(default_factory=dict)
    wrap_up_seconds: WrapUp = 60
    offer_timeout_seconds: OfferTimeout = 20
    max_waiting: MaxWaiting | None = None
    max_wait_seconds: MaxWait | None = None
    calendar_id: UUID | None = Field(default=None, description="its hours; null: always open")
    overflow: dict[str, Any] = Field(default_factory=dict, description=OVERFLOW)
    agent_order: AgentOrder = "idle"
    relax_steps: list[dict[str, Any]] = Field(default_factory=list, max_length=20, description=RELAX)
    last_agent_seconds: LastAgent = 0
    rising: Rising = Field(default_factory=list, max_length=20, description=RISING)
    ring_count: RingCount = 1
    callback_rules: dict[str, Any] = Field(default_factory=dict, description=CALLBACKS)
    recording: Recording = "never"
    has_survey: bool = Field(default=False, description="one question by key after the call")
    caller_id: CallerId | None = Field(default=None, description="our number that whom the queue calls sees")


class NewQueueSettings(QueueSettings):
    """A new queue. A repeated request with the same `queue_id` makes it once."""

    queue_id: UUID
    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$", description="its name in flows; does not change")


class QueueChanges(Schema):
    """Fields to change; what is left out stays."""

    name: Name | None = None
    labels: Labels | None = None
    wrap_up_seconds: WrapUp | None = None
    offer_timeout_seconds: OfferTimeout | None = None
    max_waiting: MaxWaiting | None = None
    max_wait_seconds: MaxWait | None = None
    calendar_id: UUID | None = None
    overflow: dict[str, Any] | None = Field(default=None, description=OVERFLOW)
    agent_order: AgentOrder | None = None
    relax_steps: list[dict[str, Any]] | None = Field(default=None, max_length=20, description=RELAX)
    last_agent_seconds: LastAgent | None = None
    rising: Rising | None = Field(default=None, max_length=20, description=RISING)
    ring_count: RingCount | None = None
    callback_rules: dict[str, Any] | None = Field(default=None, description=CALLBACKS)
    recording: Recording | None = None
    has_survey: bool | None = None
    caller_id: CallerId | None = None


class QueueView(QueueSettings):
    """A queue, whether it is open, and how it stands."""

    queue_id: UUID
    key: str
    is_closed: bool = Field(description="closed by hand")
    is_open: bool = Field(description="not closed by hand, and within its hours")
    changes_at: datetime | None = Field(
        description="when its hours open or close it next; null: not to be foreseen"
    )
    agents: int = Field(description="agents who serve it")
    at_work: int = Field(description="of these, who may receive offers or are busy with contacts")
    waiting: int
    longest_since: datetime | None
