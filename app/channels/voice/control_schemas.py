"""Shapes of the in-call controls."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.contacts.lifecycle import ContactState
from app.contacts.schemas import PartyView
from app.core.schemas import Schema


class ConsultTarget(Schema):
    """Whom to call: a colleague, or a number outside."""

    agent_id: UUID | None = None
    number: str | None = Field(
        default=None, max_length=64, description="with country code, e.g. +886255500100"
    )
    digits: str | None = Field(
        default=None,
        pattern=r"^[0-9*#wW]{1,32}$",
        description="keys to dial when the number answers, e.g. an extension; `w` waits half a second",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.agent_id is None) == (self.number is None):
            raise ValueError("name one: agent_id or number")
        return self


class TransferTarget(Schema):
    """Where the customer goes: to a queue, to one agent, or to a number outside."""

    queue_id: UUID | None = None
    agent_id: UUID | None = None
    number: str | None = Field(
        default=None, max_length=64, description="with country code, e.g. +886255500100"
    )
    digits: str | None = Field(default=None, pattern=r"^[0-9*#wW]{1,32}$", description="as of a consultation")
    keeps_age: bool = Field(
        default=True, description="whether the place in the queue counts from the first wait"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.queue_id, self.agent_id, self.number)) != 1:
            raise ValueError("name one: queue_id, agent_id or number")
        return self


class NewFocus(Schema):
    """Whom to talk to: the one named, the other is on hold; or to both."""

    focus: Literal["customer", "guest", "all"]


class Supervision(Schema):
    """What a supervisor does in a call: hear all, be heard by the agent alone, be heard by all."""

    mode: Literal["listen", "whisper", "barge"]


class CallView(Schema):
    """How a call stands after an order. What follows from it arrives as `contact.changed`."""

    contact_id: UUID
    state: ContactState
    call_state: str | None
    pending_command: str | None
    command_error: str | None
    held_since: datetime | None
    guest_ended: str | None
    parties: list[PartyView]
    version: int


class SupervisionView(Schema):
    """A supervisor's leg in a call."""

    contact_id: UUID
    leg_id: UUID
    mode: Literal["listen", "whisper", "barge"]
    state: Literal["calling", "ringing", "joined"]


class FreeAgent(Schema):
    """A colleague, and whether a call can go to them now."""

    agent_id: UUID
    name: str
    presence: Literal["available", "away", "offline"]
    is_free: bool = Field(description="would take a consultation at once")
    is_at_work: bool = Field(description="may be transferred to; a call waits for them when they are busy")


class OpenQueue(Schema):
    """A queue a call can be transferred to."""

    queue_id: UUID
    name: str
    waiting: int
    free_agents: int


class TransferTargets(Schema):
    """Where a call can go now."""

    agents: list[FreeAgent]
    queues: list[OpenQueue]
