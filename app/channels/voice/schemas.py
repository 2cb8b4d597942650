"""Shapes of the voice channel's endpoints."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class SoftphoneToken(BaseModel):
    """What the browser phone needs: which back end, where, and a token signed for this agent."""

    backend: Literal["demo", "twilio"]
    url: str | None = Field(description="websocket address of the demo back end; null for twilio")
    token: str
    identity: str
    expires_at: datetime
