"""Messages of every channel of text: each stored once, numbered without a gap in its conversation.

A message is known by who sent it and the sender's own id, so that a repeated webhook or request finds the one that
is there. What a channel reports of a message we sent only ever moves it on (`DELIVERY`), however late it comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.contacts import conversations, opt_outs
from app.contacts.conversations import Conversation
from app.contacts.errors import CannotWrite, OptedOut
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Reader, Record, Transaction
from app.core.errors import InvalidInput
from app.core.events import DomainEvent
from app.core.ids import new_id
from app.touchpoints import log as touchpoints

CUSTOMER: Final = "customer"
SYSTEM: Final = "system"
EXCERPT_CHARACTERS: Final = 200  # of a message, in the timeline


class MessageStatus(StrEnum):
    """How far a message got. `received` is the customer's own; the others are of what we send, in their order."""

    RECEIVED = "received"
    PENDING = "pending"  # not with the carrier yet
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


_S = MessageStatus
# Where there is no carrier, a message of ours is with the customer's side as soon as it is stored.
FIRST_STATUS: Final = {"chat": _S.SENT}
# Where a message may come from to be where it is said to be: late and repeated news changes nothing. A message that
# was read was delivered, whatever a late failure says; one that failed may still turn out to have arrived.
DELIVERY: Final[dict[MessageStatus, frozenset[MessageStatus]]] = {
    _S.QUEUED: frozenset({_S.PENDING}),
    _S.SENT: frozenset({_S.PENDING, _S.QUEUED}),
    _S.UNDELIVERED: frozenset({_S.PENDING, _S.QUEUED, _S.SENT}),
    _S.FAILED: frozenset({_S.PENDING, _S.QUEUED, _S.SENT}),
    _S.DELIVERED: frozenset({_S.PENDING, _S.QUEUED, _S.SENT, _S.UNDELIVERED, _S.FAILED}),
    _S.READ: frozenset({_S.PENDING, _S.QUEUED, _S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED}),
}


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file that came with a message: one the channel still has to fetch (`source_url`), or one that is stored."""

    source_url: str | None
    content_type: str
    object_id: UUID | None = None
    size_bytes: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a message. `state`: pending, stored, refused or failed; `reason` says why it is not there."""

    id: UUID
    message_id: UUID
    content_type: str
    size_bytes: int | None
    state: str
    reason: str | None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One row of `messages` with its files and the name of the agent who wrote it."""

    id: UUID
    conversation_id: UUID
    seq: int
    contact_id: UUID
    direction: str
    sender: str
    client_id: str
    agent_id: UUID | None
    body: str
    status: MessageStatus
    status_reason: str | None
    provider_sid: str | None
    created_at: datetime
    status_at: datetime
    agent_name: str | None = None
    attachments: tuple[Attachment, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class MessageAdded(DomainEvent):
    """Somebody wrote. `channel` is the conversation's: a caller may be written to."""

    contact: Contact
    message: Message
    channel: str


@dataclass(frozen=True, slots=True)
class MessageChanged(DomainEvent):
    """A message got further, or one of its files did."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessagesRead(DomainEvent):
    """An agent has read further in this conversation."""

    conversation_id: UUID


_NAMES = tuple(f.name for f in fields(Message) if f.name not in ("agent_name", "attachments"))
_SELECT = f"""
select {", ".join(f"m.{name}" for name in _NAMES)}, a.display_name as agent_name
from messages m left join agents a on a.id = m.agent_id"""  # noqa: S608 -- names of our own code


async def _messages(reader: Reader, rows: Sequence[Record]) -> list[Message]:
    files: dict[UUID, list[Attachment]] = {row["id"]: [] for row in rows}
    for row in await reader.fetch(
        """select id, message_id, content_type, size_bytes, state, reason, name from message_attachments
           where message_id = any($1) order by message_id, position""",
        list(files),
    ):
        files[row["message_id"]].append(Attachment(**dict(row.items())))
    found = []
    for row in rows:
        values = dict(row.items())
        values["status"] = MessageStatus(values["status"])
        found.append(Message(**values, attachments=tuple(files[row["id"]])))
    return found


async def get(reader: Reader, message_id: UUID) -> Message | None:
    """One message."""
    rows = await reader.fetch(f"{_SELECT} where m.id = $1", message_id)
    return (await _messages(reader, rows))[0] if rows else None


async def after(reader: Reader, conversation_id: UUID, seq: int, *, limit: int) -> list[Message]:
    """The first `limit` messages after number `seq`, oldest first."""
    rows = await reader.fetch(
        f"{_SELECT} where m.conversation_id = $1 and m.seq > $2 order by m.seq limit $3",
        conversation_id,
        seq,
        limit,
    )
    return await _messages(reader, rows)


async def page(reader: Reader, conversation_id: UUID, *, before: int | None, limit: int) -> list[Message]:
    """The `limit` messages before number `before` (the newest ones without it), oldest first."""
    rows = await reader.fetch(
        f"""{_SELECT} where m.conversation_id = $1 and ($2::bigint is null or m.seq < $2)
            order by m.seq desc limit $3""",
        conversation_id,
        before,
        limit,
    )
    return (await _messages(reader, rows))[::-1]


async def receive(
    tx: Transaction,
    contact: Contact,
    conversation: Conversation,
    *,
    client_id: str,
    body: str,
    attachments: Sequence[NewAttachment] = (),
) -> Message:
    """Store what the customer wrote; the same `client_id` again returns the message that is there. `contact` is
    held by the caller."""
    return await _add(tx, contact, conversation, CUSTOMER, client_id, body, attachments=attachments)


async def say(
    tx: Transaction, contact: Contact, conversation: Conversation, *, client_id: str, body: str
) -> Message | None:
    """The machine answers the customer; None when the customer wants nothing more from us."""
    if await opt_outs.is_opted_out(tx, conversation.address, conversation.our_address):
        return None
    return await _add(tx, contact, conversation, SYSTEM, client_id, body)


async def send(tx: Transaction, contact: Contact, *, agent_id: UUID, client_id: UUID, body: str) -> Message:
    """The agent who has the contact writes to the customer. The same `client_id` again returns the message that is
    there, even when the conversation is over by now. Raises InvalidInput, CannotWrite or OptedOut."""
    conversation = await conversations.of_contact(tx, contact.id)
    if conversation is None:
        raise CannotWrite("this contact has no conversation by message")
    sender = f"agent:{agent_id}"
    sent = await find(tx, conversation.id, sender, str(client_id))
    if sent is not None:
        return sent
    if not body.strip():
        raise InvalidInput.of("body", "write something")
    if contact.state != ContactState.ACTIVE:
        raise CannotWrite("the conversation is over; a new message of the customer opens it again")
    if await opt_outs.is_opted_out(tx, conversation.address, conversation.our_address):
        raise OptedOut("the customer has asked for no more messages; only the customer can change that")
    return await _add(tx, contact, conversation, sender, str(client_id), body.strip(), agent_id=agent_id)


async def find(reader: Reader, conversation_id: UUID, sender: str, client_id: str) -> Message | None:
    """The message this sender gave this id in the conversation."""
    rows = await reader.fetch(
        f"{_SELECT} where m.conversation_id = $1 and m.sender = $2 and m.client_id = $3",
        conversation_id,
        sender,
        client_id,
    )
    return (await _messages(reader, rows))[0] if rows else None


async def _add(
    tx: Transaction,
    contact: Contact,
    conversation: Conversation,
    sender: str,
    client_id: str,
    body: str,
    *,
    agent_id: UUID | None = None,
    attachments: Sequence[NewAttachment] = (),
) -> Message:
    await tx.execute("select from conversations where id = $1 for update", conversation.id)
    there = await find(tx, conversation.id, sender, client_id)  # nobody adds another while we hold the row
    if there is not None:
        return there
    seq = await tx.fetchval(
        """update conversations set last_seq = last_seq + 1, last_at = switchboard_now() where id = $1
           returning last_seq""",
        conversation.id,
    )
    message_id = new_id()
    is_inbound = sender == CUSTOMER
    await tx.execute(
        """insert into messages (id, conversation_id, seq, contact_id, direction, sender, client_id, agent_id, body,
                                 status) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        message_id,
        conversation.id,
        seq,
        contact.id,
        "inbound" if is_inbound else "outbound",
        sender,
        client_id,
        agent_id,
        body,
        (MessageStatus.RECEIVED if is_inbound else FIRST_STATUS.get(conversation.channel, _S.PENDING)).value,
    )
    if attachments:
        await _attach(tx, message_id, attachments)
    message = await get(tx, message_id)
    assert message is not None  # noqa: S101 -- written above
    await _log(tx, contact, message)
    await tx.publish(MessageAdded(contact, message, conversation.channel))
    return message


async def _attach(tx: Transaction, message_id: UUID, attachments: Sequence[NewAttachment]) -> None:
    await tx.executemany(
        """insert into message_attachments (id, message_id, position, content_type, source_url, object_id, size_bytes,
                                            name, state)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (
                new_id(), message_id, place, one.content_type, one.source_url, one.object_id, one.size_bytes, one.name,
                "pending" if one.object_id is None else "stored",
            )
            for place, one in enumerate(attachments)
        ],
    )  # fmt: skip


async def _log(tx: Transaction, contact: Contact, message: Message) -> None:
    actor = touchpoints.CUSTOMER if message.sender == CUSTOMER else touchpoints.SYSTEM
    if message.agent_id is not None:
        actor = touchpoints.agent(message.agent_id, message.agent_name or "")
    kind = "message.received" if message.direction == "inbound" else "message.sent"
    text = message.body[:EXCERPT_CHARACTERS]
    data = {"message_id": str(message.id), "text": text, "attachments": len(message.attachments)}
    await touchpoints.append(tx, contact.subject, kind, actor=actor, data=data, once=str(message.id))


async def note_status(
    tx: Transaction,
    message_id: UUID,
    status: MessageStatus,
    *,
    provider_sid: str | None = None,
    reason: str | None = None,
) -> bool:
    """The message got this far. False when it was further already, or the news is of another message
    (`provider_sid` is not the one we know): nothing changes then."""
    row = await tx.fetchrow(
        "select status, provider_sid from messages where id = $1 and direction = 'outbound' for update",
        message_id,
    )
    if row is None or (provider_sid and row["provider_sid"] and row["provider_sid"] != provider_sid):
        return False
    is_news = MessageStatus(row["status"]) in DELIVERY[status]
    learns = provider_sid is not None and row["provider_sid"] is None
    if not is_news and not learns:
        return False
    await tx.execute(
        """update messages set provider_sid = coalesce(provider_sid, $2),
             status = case when $3 then $4 else status end,
             status_reason = case when $3 then $5 else status_reason end,
             status_at = case when $3 then switchboard_now() else status_at end
           where id = $1""",
        message_id,
        provider_sid,
        is_news,
        status.value,
        reason,
    )
    if is_news:
        await tell_changed(tx, message_id)
    return is_news


async def note_up_to(tx: Transaction, conversation_id: UUID, seq: int, status: MessageStatus) -> int:
    """Everything we sent up to number `seq` got this far; returns how many messages that was news of."""
    rows = await tx.fetch(
        """update messages set status = $3, status_at = switchboard_now(), status_reason = null
           where conversation_id = $1 and seq <= $2 and direction = 'outbound' and status = any($4) returning id""",
        conversation_id,
        seq,
        status.value,
        [source.value for source in DELIVERY[status]],
    )
    for row in rows:
        await tell_changed(tx, row["id"])
    return len(rows)


async def read_by_agent(tx: Transaction, conversation_id: UUID, seq: int) -> bool:
    """An agent has read everything up to number `seq`; False when that was known."""
    moved = await tx.fetchval(
        """update conversations set agent_read = least($2, last_seq)
           where id = $1 and agent_read < least($2, last_seq) returning true""",
        conversation_id,
        seq,
    )
    if moved:
        await tx.publish(MessagesRead(conversation_id))
    return bool(moved)


async def tell_changed(tx: Transaction, message_id: UUID) -> None:
    """Whoever shows the message must show it anew."""
    message = await get(tx, message_id)
    if message is not None:
        await tx.publish(MessageChanged(message))
