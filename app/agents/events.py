"""What agents tell the packages above."""

from dataclasses import dataclass
from uuid import UUID

from app.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class AgentStateChanged(DomainEvent):
    """Presence, connection, load or wrap-up of an agent changed."""

    agent_id: UUID


@dataclass(frozen=True, slots=True)
class AgentUnavailable(DomainEvent):
    """The agent went on a break, signed out, or was lost for longer than the grace: pending offers must go."""

    agent_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class SessionRevoked(DomainEvent):
    """A session ended: its sockets must close."""

    session_hash: bytes
