"""What a visitor is told when the queue lets the chat go without an agent."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.contacts import conversations, messages
from app.contacts.models import Contact
from app.core.db import Transaction
from app.core.settings import Settings
from app.routing.overflow_rules import Cause
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.spoken import day_and_time

_CLOSED = frozenset({Cause.CLOSED, Cause.CLOSING})


class ChatOutlet:
    """The chat's ways out of a queue. After each of them the widget shows the form for a message."""

    def __init__(self, settings: Settings):
        self._zone = ZoneInfo(settings.time_zone)

    def keeps(self, contact: Contact) -> bool:
        """A message left for later waits for an agent, whatever the queue's rules."""
        return bool(contact.media.get("chat", {}).get("left_message"))

    async def callback(self, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        """Who writes is not called."""
        return False

    async def voicemail(self, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        """The form in the widget is this channel's voicemail; it is shown after the words."""
        return False

    async def message(
        self, tx: Transaction, contact: Contact, cause: Cause, *, text: str | None, opens_at: datetime | None
    ) -> bool:
        """Write it into the chat, in the contact's language."""
        conversation = await conversations.of_contact(tx, contact.id)
        if conversation is None:
            return False
        words = text or await self._words(tx, cause, Locale(contact.language), opens_at)
        client_id = f"outlet:{contact.id}:{contact.work_item}"
        return await messages.say(tx, contact, conversation, client_id=client_id, body=words) is not None

    async def _words(self, tx: Transaction, cause: Cause, locale: Locale, opens_at: datetime | None) -> str:
        if cause not in _CLOSED:
            return message("chat.nobody", locale)
        opening = message("opening.unknown", locale)
        if opens_at is not None:
            now: datetime = await tx.fetchval("select switchboard_now()")
            opening = day_and_time(opens_at.astimezone(self._zone), now.astimezone(self._zone), locale)
        return message("chat.closed", locale, opening=opening)
