"""Conversations: which exchange a message belongs to, and which contact handles it now.

Whoever writes into a conversation holds its contact first, then the conversation's row: contact → conversation, as
contact → offer → agent state elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Transaction
from app.core.ids import new_id


@dataclass(frozen=True, slots=True)
class Conversation:
    """One exchange with one address of a customer. `contact_id`: who handles it, or handled it last."""

    id: UUID
    channel: str
    address: str
    our_address: str
    contact_id: UUID | None
    last_seq: int
    last_at: datetime
    agent_read: int


_COLUMNS = "c.id, c.channel, c.address, c.our_address, c.contact_id, c.last_seq, c.last_at, c.agent_read"


async def take_turns(tx: Transaction, channel: str, address: str, our_address: str) -> None:
    """Until the commit, nobody else decides what a message from this address begins or goes on with."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{channel}|{address}|{our_address}"
    )


async def current(reader: Reader, channel: str, address: str, our_address: str) -> Conversation | None:
    """What the next message from this address belongs to, if anything."""
    row = await reader.fetchrow(
        f"""select {_COLUMNS} from conversations c
            where channel = $1 and address = $2 and our_address = $3 and is_current""",  # noqa: S608
        channel,
        address,
        our_address,
    )
    return Conversation(**dict(row.items())) if row else None


async def get(reader: Reader, conversation_id: UUID) -> Conversation | None:
    """One conversation."""
    row = await reader.fetchrow(
        f"select {_COLUMNS} from conversations c where id = $1",  # noqa: S608
        conversation_id,
    )
    return Conversation(**dict(row.items())) if row else None


async def of_contact(reader: Reader, contact_id: UUID) -> Conversation | None:
    """The conversation a contact handles or handled; None for a contact without text."""
    row = await reader.fetchrow(
        f"""select {_COLUMNS} from conversation_contacts l join conversations c on c.id = l.conversation_id
            where l.contact_id = $1""",  # noqa: S608
        contact_id,
    )
    return Conversation(**dict(row.items())) if row else None


async def begin(
    tx: Transaction, *, channel: str, address: str, our_address: str, contact_id: UUID
) -> Conversation:
    """A new conversation with this address, handled by the contact; the one before is over for good."""
    await tx.execute(
        """update conversations set is_current = false
           where channel = $1 and address = $2 and our_address = $3 and is_current""",
        channel,
        address,
        our_address,
    )
    conversation_id = new_id()
    await tx.execute(
        "insert into conversations (id, channel, address, our_address) values ($1, $2, $3, $4)",
        conversation_id,
        channel,
        address,
        our_address,
    )
    return await hand_to(tx, conversation_id, contact_id)


async def hand_to(tx: Transaction, conversation_id: UUID, contact_id: UUID) -> Conversation:
    """A further contact handles the conversation from now on."""
    await tx.execute(
        "insert into conversation_contacts (contact_id, conversation_id) values ($1, $2)",
        contact_id,
        conversation_id,
    )
    row = await tx.fetchrow(
        f"update conversations c set contact_id = $2 where id = $1 returning {_COLUMNS}",  # noqa: S608
        conversation_id,
        contact_id,
    )
    assert row is not None  # noqa: S101 -- the row was there a statement ago, under our lock
    return Conversation(**dict(row.items()))


async def readdress(tx: Transaction, conversation_id: UUID, address: str, *, is_current: bool) -> None:
    """The conversation is with this address from now on; `is_current` as in `current`. The caller holds the turns of
    both addresses."""
    await tx.execute(
        "update conversations set address = $2, is_current = $3 where id = $1",
        conversation_id,
        address,
        is_current,
    )


async def retire(tx: Transaction, conversation_id: UUID) -> None:
    """What its address writes next belongs to another conversation."""
    await tx.execute("update conversations set is_current = false where id = $1", conversation_id)
