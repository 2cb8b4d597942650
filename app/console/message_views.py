"""Turns messages into what the console shows."""

from typing import Literal

from app.console.message_schemas import AttachmentView, MessageView
from app.contacts.messages import Attachment, Message


def message_view(message: Message) -> MessageView:
    """One message with its files."""
    return MessageView.model_validate(
        {
            "message_id": message.id,
            "conversation_id": message.conversation_id,
            "contact_id": message.contact_id,
            "seq": message.seq,
            "direction": message.direction,
            "sender": _sender(message),
            "agent_name": message.agent_name,
            "client_id": message.client_id,
            "body": message.body,
            "at": message.created_at,
            "status": message.status,
            "status_reason": message.status_reason,
            "status_at": message.status_at,
            "attachments": [_attachment(message, file) for file in message.attachments],
        }
    )


def _sender(message: Message) -> Literal["customer", "agent", "system"]:
    if message.direction == "inbound":
        return "customer"
    return "agent" if message.agent_id is not None else "system"


def _attachment(message: Message, file: Attachment) -> AttachmentView:
    path = f"/api/v1/contacts/{message.contact_id}/attachments/{file.id}"
    return AttachmentView.model_validate(
        {
            "attachment_id": file.id,
            "name": file.name,
            "content_type": file.content_type,
            "size_bytes": file.size_bytes,
            "state": file.state,
            "reason": file.reason,
            "url": path if file.state == "stored" else None,
        }
    )
