"""Whether the visitor is there, and how far they have read. Rows of `chats`, one for each conversation by chat."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.channels.chat.naming import CHANNEL
from app.channels.chat.telling import tell_state
from app.contacts import messages
from app.contacts import repository as contact_rows
from app.contacts.events import ContactChanged
from app.contacts.messages import MessageStatus
from app.core.db import Transaction


async def seen(tx: Transaction, conversation_id: UUID, visitor_id: UUID, widget_key: str) -> None:
    """The visitor of this conversation is there. The caller holds the conversation's contact."""
    was_away = await tx.fetchval(
        """with before as (select away_since from chats where conversation_id = $1)
           insert into chats (conversation_id, visitor_id, widget_key) values ($1, $2, $3)
           on conflict (conversation_id) do update
             set visitor_id = $2, seen_at = switchboard_now(), away_since = null
           returning (select away_since from before)""",
        conversation_id,
        visitor_id,
        widget_key,
    )
    if was_away is not None:
        await _show(tx, conversation_id, is_away=False)


async def beat(tx: Transaction, conversation_ids: list[UUID]) -> list[UUID]:
    """Somebody is connected to each of these; returns those who were away, each for a `came_back` of its own. A row
    that somebody is writing is passed over: who writes is there."""
    await tx.execute(
        """with held as (select conversation_id from chats where conversation_id = any($1) and away_since is null
                         order by conversation_id for update skip locked)
           update chats c set seen_at = switchboard_now() from held where c.conversation_id = held.conversation_id""",
        conversation_ids,
    )
    rows = await tx.fetch(
        "select conversation_id from chats where conversation_id = any($1) and away_since is not null",
        conversation_ids,
    )
    return [row["conversation_id"] for row in rows]


async def came_back(tx: Transaction, conversation_id: UUID) -> None:
    """Somebody who was away is connected again."""
    await _hold_contact(tx, conversation_id)
    is_back = await tx.fetchval(
        """update chats set seen_at = switchboard_now(), away_since = null
           where conversation_id = $1 and away_since is not null returning true""",
        conversation_id,
    )
    if is_back:
        await _show(tx, conversation_id, is_away=False)


async def _hold_contact(tx: Transaction, conversation_id: UUID) -> None:
    """The contact first: the order of locks is the one of whoever writes."""
    contact_id = await tx.fetchval("select contact_id from conversations where id = $1", conversation_id)
    if contact_id is not None:
        await contact_rows.get_for_update(tx, contact_id)


async def gone(tx: Transaction, conversation_id: UUID, *, now: datetime, grace: timedelta) -> bool:
    """Nobody was connected for the grace: away from now on. False when they came back meanwhile."""
    await _hold_contact(tx, conversation_id)
    is_away = await tx.fetchval(
        """update chats set away_since = switchboard_now()
           where conversation_id = $1 and away_since is null and seen_at <= $2 returning true""",
        conversation_id,
        now - grace,
    )
    if is_away:
        await _show(tx, conversation_id, is_away=True)
    return bool(is_away)


async def _show(tx: Transaction, conversation_id: UUID, *, is_away: bool) -> None:
    """The agent sees it on the contact."""
    contact_id = await tx.fetchval("select contact_id from conversations where id = $1", conversation_id)
    if contact_id is None:
        return
    contact = await contact_rows.get_for_update(tx, contact_id)
    shown: dict[str, Any] = contact.media.get("chat", {})
    if contact.channel == CHANNEL and shown.get("is_away", False) != is_away:
        media = {**contact.media, "chat": {**shown, "is_away": is_away}}
        await tx.publish(ContactChanged(await contact_rows.change(tx, contact_id, {"media": media})))


async def mark(
    tx: Transaction, conversation_id: UUID, *, delivered: int | None = None, read: int | None = None
) -> bool:
    """The visitor has taken, or read, everything up to a number; marks only go forward and never past the last
    message. False when that was known."""
    last = await tx.fetchval("select last_seq from conversations where id = $1 for update", conversation_id)
    if last is None:
        return False
    has_read = min(read or 0, last)
    has = max(min(delivered or 0, last), has_read)
    moved = await tx.fetchval(
        """update chats set delivered_seq = greatest(delivered_seq, $2), read_seq = greatest(read_seq, $3)
           where conversation_id = $1 and (delivered_seq < $2 or read_seq < $3) returning true""",
        conversation_id,
        has,
        has_read,
    )
    if not moved:
        return False
    if has_read:
        await messages.note_up_to(tx, conversation_id, has_read, MessageStatus.READ)
    if has > has_read:
        await messages.note_up_to(tx, conversation_id, has, MessageStatus.DELIVERED)
    tell_state(tx, conversation_id)
    return True
