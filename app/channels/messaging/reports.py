"""What the carrier reports of messages we sent. Late, repeated and reordered reports change nothing."""

from uuid import UUID

from app.channels.messaging import delivery
from app.channels.messaging.inbound import message_sid_of
from app.channels.twilio.signature import Form
from app.contacts import messages
from app.contacts.messages import MessageStatus
from app.core.db import Database, Reader
from app.core.errors import NotFound


class UnknownMessage(NotFound):
    """We have sent no such message."""

    code = "unknown_message"
    title = "Unknown message"


class Reports:
    """Applies status callbacks."""

    def __init__(self, database: Database):
        self._database = database

    async def status(self, form: Form, message_id: UUID | None) -> None:
        """How far a message got. `message_id` is ours, given with the message; it may come before the REST answer that
        tells its sid. Raises UnknownMessage or InvalidInput. A status that is new to us changes nothing."""
        sid = message_sid_of(form)
        async with self._database.transaction() as tx:
            found = await _find(tx, sid, message_id)
            status = delivery.status_of(form.get("MessageStatus") or form.get("SmsStatus", ""))
            if status is None:
                return
            failed = status in (MessageStatus.FAILED, MessageStatus.UNDELIVERED)
            reason = delivery.why(delivery.code_of(form.get("ErrorCode"))) if failed else None
            await messages.note_status(tx, found, status, provider_sid=sid, reason=reason)


async def _find(reader: Reader, sid: str, message_id: UUID | None) -> UUID:
    found: UUID | None = await reader.fetchval(
        """select id from messages where direction = 'outbound'
             and case when $2::uuid is null then provider_sid = $1
                      else id = $2 and coalesce(provider_sid, $1) = $1 end""",
        sid,
        message_id,
    )
    if found is None:
        raise UnknownMessage("we have sent no such message; it may be of another installation")
    return found
