"""Shapes of the voice channel's endpoints."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class SoftphoneToken(BaseModel):
    """What the browser phone needs: which back end, where, and a token signed for this agent."""

    backend: Literal["demo", "twilio", "telephone"] = Field(
        description="telephone: you are reached at your own telephone, and the browser has no phone"
    )
    url: str | None = Field(description="websocket address of the demo back end; null otherwise")
    edges: list[str] = Field(
        description="where the SDK enters Twilio's network, best first; empty: the nearest (Twilio: voice/sdks, edge)"
    )
    gateway: str | None = Field(
        description="host:port of a gateway the SDK speaks to in place of Twilio's edges, for tests; usually null"
    )
    token: str = Field(description="empty for telephone")
    identity: str
    expires_at: datetime
