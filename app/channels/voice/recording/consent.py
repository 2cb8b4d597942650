"""Telling the customer that the call is recorded, to the end and before it is.

It is said before the queue, where nothing can cut it short but the move to an agent: the queue's first question to us
proves that it was heard. Whoever was moved before that hears it before the room, and is in the room only after it.
"""

from dataclasses import dataclass

from app.channels.voice import calls
from app.channels.voice.calls import Call
from app.channels.voice.recording.life import is_recorded
from app.contacts.models import Contact
from app.core.db import Reader, Transaction
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Enqueue, Prompt, Turn, Way

PARKING, MOVING, HEARD = "parking", "moving", "heard"


@dataclass(frozen=True, slots=True)
class Notice:
    """Which queues record, read before a turn is rendered."""

    queues: frozenset[str]

    def before_queue(self, turn: Turn) -> tuple[Prompt, ...]:
        """What is said after the turn's own words, before the caller waits."""
        action = turn.action
        if not isinstance(action, Enqueue) or action.way is not Way.WAIT or action.queue not in self.queues:
            return ()
        return (words(turn.state.locale),)


def words(locale: Locale) -> Prompt:
    """The notice in a language; never to be interrupted by a key."""
    return Prompt(message("announce.recorded", locale), locale, interruptible=False)


async def notice(reader: Reader) -> Notice:
    """For rendering a turn."""
    found = await reader.fetch("select key from queues where recording = 'always'")
    return Notice(frozenset(row["key"] for row in found))


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


def before_room(contact: Contact, call: Call) -> tuple[Prompt, ...]:
    """What is said before the room, as `needed_before_room` has decided."""
    return (words(Locale(contact.language)),) if call.consent == MOVING else ()


async def given(tx: Transaction, call: Call) -> bool:
    """The customer is in the room: whether they have heard it to the end, before the queue or on the way here."""
    if call.consent == MOVING:
        await calls.change(tx, call.contact_id, consent=HEARD)
    return call.consent in (MOVING, HEARD)
