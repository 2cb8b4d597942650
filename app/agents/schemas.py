"""Shapes of the session endpoints."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Me(BaseModel):
    """The signed-in agent and what the page needs to start."""

    agent_id: UUID
    login: str
    display_name: str
    role: Literal["agent", "supervisor", "admin"]
    locale: Literal["en", "zh-Hant", "zh-Hans"]
    permissions: list[str]
    company_name: str
    build: str = Field(description="identifies the built front end; a change means 'reload to update'")


class SignIn(BaseModel):
    """Login and password."""

    model_config = ConfigDict(extra="forbid")

    login: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=256)


class SocketTicket(BaseModel):
    """A single-use ticket for the first frame of `/ws/agent`."""

    ticket: str
    expires_at: datetime
