"""Shapes of how an agent is reached."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema


class NewAgentTelephone(Schema):
    """How an agent is to be reached from the next call on."""

    reached_by: Literal["browser", "phone", "sip"]
    phone_address: str | None = Field(
        default=None,
        max_length=320,
        description="phone: a number, E.164 or as dialled at home; sip: `sip:name@domain`; browser: null",
    )
    needs_key: bool = Field(
        default=False,
        description="sip: 1 is to be pressed to take a call; at a number always, because mailboxes answer too",
    )


class AgentTelephone(Schema):
    """How an agent is reached."""

    agent_id: UUID
    reached_by: Literal["browser", "phone", "sip"]
    phone_address: str | None = Field(description="E.164, or `sip:…`; null for the browser")
    needs_key: bool = Field(description="whether 1 is pressed to take a call; no matter for the browser")
