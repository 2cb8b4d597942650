"""What a caller hears who leaves the queue without an agent: kept with the call, said by whoever comes first.

The words are ordered from the carrier at once (`say_goodbye`), since music may play for minutes before the carrier
asks again. A caller whom the order does not find in the queue, on the way into it or falling out of it, gets the same
words from the document that is asked for next.
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.announcements.models import Occasion
from app.channels.voice import calls, twiml
from app.channels.voice.announcing import announced
from app.channels.voice.calls import Call, CallState
from app.channels.voice.commands import CommandKind, order
from app.channels.voice.show import show
from app.channels.voice.urls import VoiceUrls
from app.channels.voice.voicemail import life as voicemail
from app.contacts.models import Contact
from app.core.db import Transaction
from app.core.errors import InvalidInput
from app.core.settings import Settings
from app.customers.dialable import rules_of
from app.routing import callbacks
from app.routing.errors import CallbackOver
from app.routing.overflow_rules import Cause
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.spoken import day_and_time
from app.selfservice.turns import Prompt

_MESSAGES: Final = {
    Cause.FULL: "announce.queue_full",
    Cause.MAX_WAIT: "announce.nobody_free",
    Cause.CLOSED: "announce.closed",
    Cause.CLOSING: "announce.closed",
    Cause.NO_AGENT: "announce.nobody_here",
}


class VoiceOutlet:
    """The voice channel's ways out of a queue."""

    def __init__(self, settings: Settings):
        self._company = settings.company_name
        self._rules = rules_of(settings)
        self._zone = ZoneInfo(settings.time_zone)
        self._urls = VoiceUrls(settings.public_base_url)

    def keeps(self, contact: Contact) -> bool:
        """The queue's rules are for everybody."""
        return False

    async def callback(self, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        """Say so, and hang up: the caller keeps the place. Not to a hidden number, nor to one we do not ring."""
        if await calls.get(tx, contact.id) is None or contact.from_address is None:
            return False
        now: datetime = await tx.fetchval("select switchboard_now()")
        try:
            await callbacks.request_callback(tx, contact_id=contact.id, now=now, rules=self._rules)
        except (CallbackOver, InvalidInput):
            return False
        locale = Locale(contact.language)
        await self._farewell(tx, contact, Prompt(message("callback.promised", locale), locale))
        return True

    async def voicemail(self, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        """Let the caller leave a message."""
        return await voicemail.offer(tx, contact, cause)

    async def message(
        self, tx: Transaction, contact: Contact, cause: Cause, *, text: str | None, opens_at: datetime | None
    ) -> bool:
        """Say it in the caller's language, to the end, and hang up."""
        if await calls.get(tx, contact.id) is None:
            return False
        locale = Locale(contact.language)
        own = None
        if text is None and cause in (Cause.CLOSED, Cause.CLOSING):
            own = await announced(tx, self._urls, Occasion.CLOSED, contact.queue_id, locale)
        if own is None:
            own = Prompt(text or await self._words(tx, cause, locale, opens_at), locale)
        await self._farewell(tx, contact, own)
        return True

    async def _farewell(self, tx: Transaction, contact: Contact, prompt: Prompt) -> None:
        farewell = {"text": prompt.text, "locale": prompt.locale.value, "sound": prompt.sound}
        await calls.change(tx, contact.id, state=CallState.CLOSING.value, farewell=farewell)
        await show(tx, contact.id, state=CallState.CLOSING)
        await order(tx, contact.id, CommandKind.SAY_GOODBYE)

    async def _words(self, tx: Transaction, cause: Cause, locale: Locale, opens_at: datetime | None) -> str:
        opening = message("opening.unknown", locale)
        if opens_at is not None:
            now: datetime = await tx.fetchval("select switchboard_now()")
            opening = day_and_time(opens_at.astimezone(self._zone), now.astimezone(self._zone), locale)
        return message(_MESSAGES[cause], locale, company=self._company, opening=opening)


def document(call: Call) -> str | None:
    """The words and the end of the call; None when nothing is to be said to this caller. Valid where a call waits,
    too (https://www.twilio.com/docs/voice/twiml/enqueue: Say and Hangup are among the verbs of a waitUrl)."""
    if call.farewell is None or "text" not in call.farewell:
        return None
    said = call.farewell
    prompt = Prompt(said["text"], Locale(said["locale"]), sound=said.get("sound"))
    return twiml.goodbye_document((prompt,))
