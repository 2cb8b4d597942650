"""What a visitor may see: the conversation that goes on, its messages after a number, and the state of things."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson

from app.channels.chat import keys, opening
from app.channels.chat.files import link
from app.channels.chat.identifying import OVER
from app.channels.chat.keys import WidgetKey
from app.channels.chat.naming import CHANNEL
from app.channels.chat.schemas import ChatMessage, ChatState, ChatUpdates
from app.channels.chat.visitors import Visitor
from app.channels.chat.wording import restored
from app.contacts import conversations, messages
from app.contacts import repository as contact_rows
from app.contacts.conversations import Conversation
from app.contacts.lifecycle import ContactState, Outcome
from app.contacts.messages import Message
from app.contacts.models import Contact
from app.core.db import Reader, Record
from app.core.errors import NotFound
from app.core.settings import Settings
from app.routing.estimates import standing

MAX_MISSED = 500  # messages given at once; who misses more starts afresh with the newest
FRESH = 50  # messages of a fresh start
_NOBODY_CAME = frozenset(
    {Outcome.OUT_OF_HOURS, Outcome.NO_AGENT, Outcome.EXPIRED, Outcome.QUEUE_FULL, Outcome.ABANDONED_IN_QUEUE}
)
_PHASES = {
    ContactState.NEW: "self_service",
    ContactState.SELF_SERVICE: "self_service",
    ContactState.QUEUED: "waiting",
    ContactState.OFFERED: "waiting",
    ContactState.ACTIVE: "talking",
    ContactState.WRAP_UP: "ended",
    ContactState.CLOSED: "ended",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom, and with which settings and clock, something is read."""

    settings: Settings
    visitor: Visitor
    now: datetime


async def conversation_of(reader: Reader, asking: Asking) -> Conversation | None:
    """The conversation that goes on for this visitor; None when there is none, or it is over for good. Nothing older
    is ever shown to somebody who is not proven to be the same."""
    visitor = asking.visitor
    found = await conversations.current(reader, CHANNEL, visitor.conversation_address, visitor.widget_key)
    if found is None or found.contact_id is None:
        return None
    if asking.now - found.last_at <= timedelta(hours=asking.settings.conversation_reopen_hours):
        return found
    contact = await contact_rows.get(reader, found.contact_id)
    return None if contact.state in OVER else found


async def updates(reader: Reader, asking: Asking, *, conversation_id: UUID | None, after: int) -> ChatUpdates:
    """Everything a client needs that has `after` messages of that conversation."""
    found = await conversation_of(reader, asking)
    state = await state_of(reader, asking, found)
    if found is None:
        return _updates(None, "reset", [], state, asking)
    is_same = found.id == conversation_id and 0 <= after <= found.last_seq
    if is_same and found.last_seq - after <= MAX_MISSED:
        missed = await messages.after(reader, found.id, after, limit=MAX_MISSED)
        return _updates(found.id, "resume", missed, state, asking)
    newest = await messages.page(reader, found.id, before=None, limit=FRESH)
    return _updates(found.id, "reset", newest, state, asking)


def _updates(
    conversation_id: UUID | None,
    mode: Literal["resume", "reset"],
    found: list[Message],
    state: ChatState,
    asking: Asking,
) -> ChatUpdates:
    return ChatUpdates(
        conversation_id=conversation_id,
        mode=mode,
        messages=[message_view(one, asking.settings, asking.now) for one in found],
        earlier=bool(found) and found[0].seq > 1,
        state=state,
    )


async def earlier_messages(
    reader: Reader, asking: Asking, *, conversation_id: UUID | None, before: int | None, limit: int
) -> list[ChatMessage]:
    """Messages before a number, of the conversation that goes on; of an earlier one of the same person only for who
    is verified. Raises NotFound for everything else."""
    found = await conversation_of(reader, asking)
    wanted = conversation_id or (found.id if found else None)
    if wanted is None:
        return []
    if found is None or wanted != found.id:
        other = await conversations.get(reader, wanted)
        visitor = asking.visitor
        is_theirs = (
            other is not None
            and visitor.subject is not None
            and (other.channel, other.address, other.our_address)
            == (CHANNEL, visitor.conversation_address, visitor.widget_key)
        )
        if not is_theirs:
            raise NotFound("there is no such conversation")
    rows = await messages.page(reader, wanted, before=before, limit=limit)
    return [message_view(one, asking.settings, asking.now) for one in rows]


def message_view(message: Message, settings: Settings, now: datetime) -> ChatMessage:
    """One message as the visitor sees it."""
    is_theirs = message.direction == "inbound"
    sender = "visitor" if is_theirs else "agent" if message.agent_id is not None else "system"
    return ChatMessage.model_validate(
        {
            "type": "message",
            "seq": message.seq,
            "message_id": message.id,
            "sender": sender,
            "agent_name": message.agent_name,
            "client_id": message.client_id if is_theirs else None,
            "body": message.body,
            "at": message.created_at,
            "files": [
                {
                    "attachment_id": file.id,
                    "name": file.name or "file",
                    "content_type": file.content_type,
                    "size_bytes": file.size_bytes or 0,
                    "url": link(settings, file.id, now),
                }
                for file in message.attachments
                if file.state == "stored"
            ],
        }
    )


def plain_frame(message: Message) -> bytes | None:
    """The event of a message without files, as JSON; None for one whose addresses must be signed."""
    if message.attachments:
        return None
    is_theirs = message.direction == "inbound"
    return orjson.dumps(
        {
            "type": "message",
            "seq": message.seq,
            "message_id": message.id,
            "sender": "visitor" if is_theirs else "agent" if message.agent_id is not None else "system",
            "agent_name": message.agent_name,
            "client_id": message.client_id if is_theirs else None,
            "body": message.body,
            "at": message.created_at,
            "files": [],
        },
        default=str,
    )


_FACTS = """
select c.delivered_seq, c.read_seq, s.state as survey, s.score, a.display_name as agent_name,
       r.step, r.answer
from conversations v
left join chats c on c.conversation_id = v.id
left join contacts k on k.id = v.contact_id
left join agents a on a.id = k.agent_id
left join flow_runs r on r.contact_id = k.id
left join surveys s on s.contact_id = k.id
where v.id = $1"""


async def state_of(reader: Reader, asking: Asking, conversation: Conversation | None) -> ChatState:
    """The state of things, whole."""
    key = await keys.get(reader, asking.visitor.widget_key)
    contact = None
    facts: Record | None = None
    if conversation is not None and conversation.contact_id is not None:
        contact = await contact_rows.get(reader, conversation.contact_id)
        facts = await reader.fetchrow(_FACTS, conversation.id)
    phase = _PHASES[contact.state] if contact is not None else "new"
    hours = await opening.queue_hours(reader, (contact.queue_id if contact else None) or key.queue_id)
    is_open = hours.is_open(asking.now)
    state: dict[str, Any] = {
        "phase": phase,
        "prompt": _prompt(facts) if phase == "self_service" else None,
        "queue": await _place(reader, contact) if contact is not None and phase == "waiting" else None,
        "agent": {"name": facts["agent_name"]}
        if facts and facts["agent_name"] and phase == "talking"
        else None,
        "marks": {
            "agent_read": conversation.agent_read if conversation else 0,
            "delivered": (facts["delivered_seq"] if facts else None) or 0,
            "read": (facts["read_seq"] if facts else None) or 0,
        },
        "is_open": is_open,
        "opens_at": hours.opens_at(asking.now),
        "may_leave_message": _may_leave(contact, phase, is_open=is_open),
        "rating": _rating(key, contact, facts) if phase == "ended" else None,
        "person": {"is_verified": asking.visitor.subject is not None, "name": asking.visitor.name},
    }
    return ChatState.model_validate({**state, "version": _version(state)})


def _version(state: dict[str, Any]) -> str:
    """The same for the same state, in every process."""
    words = orjson.dumps(state, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.blake2b(words, digest_size=8).hexdigest()


def _prompt(facts: Record | None) -> dict[str, Any] | None:
    asked = restored(facts["answer"]) if facts else None
    if facts is None or asked is None or not (asked.choices or asked.wants_words):
        return None
    choices = [{"key": choice.key, "label": choice.label} for choice in asked.choices]
    return {"step": facts["step"], "choices": choices, "wants_words": asked.wants_words}


async def _place(reader: Reader, contact: Contact) -> dict[str, Any]:
    told = await standing(reader, contact)
    low, high = (int(told.wait.low), int(told.wait.high)) if told.wait else (None, None)
    return {"position": told.position, "low_seconds": low, "high_seconds": high}


def _may_leave(contact: Contact | None, phase: str, *, is_open: bool) -> bool:
    if phase == "ended" and contact is not None and contact.outcome in _NOBODY_CAME:
        return True
    return not is_open and phase in ("new", "self_service", "ended")


def _rating(key: WidgetKey, contact: Contact | None, facts: Record | None) -> dict[str, Any] | None:
    """Asked once of a talk with an agent, where the site wants it."""
    if contact is None or facts is None or contact.accepted_at is None or not key.has("rating"):
        return None
    if facts["survey"] == "answered":
        return {"state": "answered", "score": facts["score"]}
    return {"state": "asked", "score": None}
