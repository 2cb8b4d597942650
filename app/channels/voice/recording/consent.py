"""Telling the customer that the call is recorded, to the end and before it is.

It is said before the queue, where nothing can cut it short but the move to an agent: the queue's first question to us
proves that it was heard. Whoever was moved before that hears it before the room, and is in the room only after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.announcements import hearing
from app.announcements.models import Content, Occasion
from app.channels.voice import calls
from app.channels.voice.announcing import prompt_of
from app.channels.voice.calls import Call
from app.channels.voice.recording.life import is_recorded
from app.channels.voice.urls import VoiceUrls
from app.contacts.models import Contact
from app.core.db import Reader, Transaction
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Enqueue, Prompt, Turn, Way

PARKING, MOVING, HEARD = "parking", "moving", "heard"


@dataclass(frozen=True, slots=True)
class Notice:
    """Which queues record, by key, and what the site has instead of our words; read before a turn is rendered."""

    queues: Mapping[str, Content | None]
    urls: VoiceUrls

    def is_needed(self, turn: Turn) -> bool:
        """Whether the turn leads to a queue that records."""
        return isinstance(turn.action, Enqueue) and turn.action.queue in self.queues

    def before_queue(self, turn: Turn) -> tuple[Prompt, ...]:
        """What is said after the turn's own words, before the caller waits."""
        action = turn.action
        if not isinstance(action, Enqueue) or action.way is not Way.WAIT or action.queue not in self.queues:
            return ()
        return (_words(turn.state.locale, self.queues[action.queue], self.urls),)


def _words(locale: Locale, own: Content | None, urls: VoiceUrls) -> Prompt:
    """The notice in a language, ours or the site's; never to be interrupted by a key."""
    heard = own.for_caller(locale) if own is not None else None
    if heard is not None:
        return prompt_of(heard, urls, interruptible=False)
    return Prompt(message("announce.recorded", locale), locale, interruptible=False)


async def notice(reader: Reader, urls: VoiceUrls) -> Notice:
    """For rendering a turn."""
    found = await reader.fetch("select id, key from queues where recording = 'always'")
    own = await hearing.by_queue(reader, Occasion.CONSENT) if found else {}
    return Notice({row["key"]: own.get(row["id"], own.get(None)) for row in found}, urls)


async def told_before_queue(tx: Transaction, call: Call) -> None:
    """A document that says it before the queue was given to the carrier."""
    if call.consent != HEARD:
        await calls.change(tx, call.contact_id, consent=PARKING)


async def heard_before_queue(tx: Transaction, call: Call) -> None:
    """The queue asks for its first document: the words before it are over."""
    if call.consent == PARKING:
        await calls.change(tx, call.contact_id, consent=HEARD)


async def needed_before_room(tx: Transaction, contact: Contact, call: Call) -> bool:
    """Whether the document that moves the customer into the room must say it; remembers that it does."""
    if call.consent == HEARD or not await is_recorded(tx, contact.queue_id):
        return False
    await calls.change(tx, contact.id, consent=MOVING)
    return True


async def before_room(reader: Reader, urls: VoiceUrls, contact: Contact, call: Call) -> tuple[Prompt, ...]:
    """What is said before the room, as `needed_before_room` has decided."""
    if call.consent != MOVING:
        return ()
    own = await hearing.on_occasion(reader, Occasion.CONSENT, contact.queue_id)
    return (_words(Locale(contact.language), own, urls),)


async def given(tx: Transaction, call: Call) -> bool:
    """The customer is in the room: whether they have heard it to the end, before the queue or on the way here."""
    if call.consent == MOVING:
        await calls.change(tx, call.contact_id, consent=HEARD)
    return call.consent in (MOVING, HEARD)
