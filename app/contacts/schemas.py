"""Shapes of a contact's media that more than one package answers with."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema


class PartyView(Schema):
    """One who is in a call, or being called into it."""

    leg_id: UUID
    kind: Literal["customer", "agent", "guest", "supervisor"]
    mode: Literal["consult", "transfer", "conference", "listen", "whisper", "barge"] | None = Field(
        description="why a guest is there, or what a supervisor does; null for customer and agent"
    )
    agent_id: UUID | None
    name: str | None = Field(description="of an agent; null for the customer and outside numbers")
    number: str | None = Field(description="E.164; null for agents and for a customer who withholds it")
    state: Literal["calling", "ringing", "joined"]
    is_held: bool
    is_muted: bool
