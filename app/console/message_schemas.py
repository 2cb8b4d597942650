"""What the console shows and sends of conversations by message."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.contacts.messages import MessageStatus
from app.core.schemas import Schema


class AttachmentView(Schema):
    """A file of a message. `url` answers with its bytes once it is `stored`."""

    attachment_id: UUID
    name: str | None = Field(description="as the customer called it; null where the channel has no names")
    content_type: str
    size_bytes: int | None
    state: Literal["pending", "stored", "refused", "failed"]
    reason: str | None = Field(
        description="why it was not taken: `not_from_carrier`, `type_not_taken`, `too_large`, `gone`, `not_available`"
    )
    url: str | None


class MessageView(Schema):
    """One message. `seq` is gap-free in its conversation."""

    message_id: UUID
    conversation_id: UUID
    contact_id: UUID = Field(description="the contact it came with; a conversation has several")
    seq: int
    direction: Literal["inbound", "outbound"]
    sender: Literal["customer", "agent", "system"]
    agent_name: str | None
    client_id: str = Field(description="the sender's own id; of an agent's message the one it was sent with")
    body: str
    at: datetime
    status: MessageStatus
    status_reason: str | None = Field(
        description="why it did not arrive: `unreachable`, `unknown_number`, `landline`, `filtered`, `opted_out`, "
        "`window_closed`, `too_long`, `not_permitted`, `no_answer`, `other`"
    )
    status_at: datetime
    attachments: list[AttachmentView]


class MessagePage(Schema):
    """Messages of a contact's whole conversation, oldest first; `next_before` continues into the past."""

    conversation_id: UUID | None
    address: str | None = Field(description="the customer's, as the channel writes it: +886…, whatsapp:+886…")
    is_opted_out: bool = Field(description="the customer wants no more messages; sending is refused")
    messages: list[MessageView]
    agent_read: int = Field(description="how far agents have read, by `seq`")
    next_before: int | None


class MessagesReadTo(Schema):
    """Everything up to number `seq` was on the agent's screen."""

    seq: int = Field(ge=0)


class NewMessage(Schema):
    """What an agent writes; `client_id` makes a repeated request harmless. Of channel `messaging` 1600 characters at
    most."""

    client_id: UUID
    body: str = Field(min_length=1, max_length=4000)
