"""Wakes the visitors' sockets after the commit. What they are told, they read from the tables."""

from uuid import UUID

from app.channels.chat.naming import MESSAGES, STATE, VISITOR
from app.channels.chat.visitors import Visitor
from app.core.db import Transaction


def tell_state(tx: Transaction, conversation_id: UUID) -> None:
    """The state of the conversation has changed."""
    tx.hint(f"{STATE}{conversation_id}")


async def tell_visitor(tx: Transaction, visitor: Visitor) -> None:
    """The visitor has another conversation now, on every device of the same person."""
    ids = [visitor.id]
    if visitor.subject is not None:
        rows = await tx.fetch(
            "select id from chat_visitors where widget_key = $1 and subject = $2",
            visitor.widget_key,
            visitor.subject,
        )
        ids = [row["id"] for row in rows]
    for visitor_id in ids:
        tx.hint(f"{VISITOR}{visitor_id}")


def tell_message(tx: Transaction, conversation_id: UUID, seq: int, frame: bytes | None) -> None:
    """There is message `seq`; with `frame` the sockets of this process need not read it."""
    tx.hint(f"{MESSAGES}{conversation_id}", seq, frame)
