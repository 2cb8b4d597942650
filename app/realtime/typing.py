"""Somebody writes: told at once, by the bus alone, and never stored. One that is lost does no harm."""

from typing import Final
from uuid import UUID

from app.core.hints import Hint

TO_AGENT: Final = "typing.agent:"
TO_CUSTOMER: Final = "typing.customer:"


def to_agent(agent_id: UUID, contact_id: UUID, *, is_typing: bool) -> Hint:
    """The customer of this contact writes, or has stopped."""
    return Hint(f"{TO_AGENT}{agent_id}:{contact_id}", int(is_typing))


def to_customer(conversation_id: UUID, *, is_typing: bool) -> Hint:
    """The agent writes in this conversation, or has stopped."""
    return Hint(f"{TO_CUSTOMER}{conversation_id}", int(is_typing))


def agent_and_contact(topic: str) -> tuple[UUID, UUID]:
    """Whom a hint of `to_agent` is for, and about."""
    agent_id, _, contact_id = topic.removeprefix(TO_AGENT).partition(":")
    return UUID(agent_id), UUID(contact_id)
