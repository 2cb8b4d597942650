"""A caller leaves the queue for the voicemail; a contact ends with the message, or without one.

From the moment it leaves its queue the contact is `new`: nobody is offered it. It is closed when the recording is
final: `voicemail` when there is a message, else as if no voicemail had been offered. Every step may run twice, in any
order; one contact has one voicemail at most.
"""

from typing import Any
from uuid import UUID

from app.channels.voice import calls
from app.channels.voice.calls import Call, CallState
from app.channels.voice.commands import CommandKind, is_open, order
from app.channels.voice.recording import rows
from app.channels.voice.recording.rows import Recording
from app.channels.voice.recording.rules import RecordingStatus
from app.channels.voice.show import show
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.lifecycle import ContactMove, Outcome
from app.contacts.models import Contact
from app.core.db import Reader, Transaction
from app.routing.overflow_rules import OUTCOMES, Cause
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Prompt
from app.touchpoints import log as touchpoints

KEY = "voicemail"  # of `voice_calls.farewell`: the recording; beside it the cause, and whether the document was given


async def offer(tx: Transaction, contact: Contact, cause: Cause) -> bool:
    """Let the waiting caller leave a message: out of the queue, and told at once. False for a contact whose caller is
    not on the line."""
    leg_id = await begin(tx, contact, cause)
    if leg_id is None:
        return False
    await order(tx, contact.id, CommandKind.TAKE_MESSAGE, leg_id=leg_id)
    return True


async def begin(tx: Transaction, contact: Contact, cause: Cause = Cause.NO_AGENT) -> UUID | None:
    """Out of the queue to the voicemail; returns the caller's leg, whose next document records. None for a contact
    whose caller is not on the line."""
    call = await calls.get(tx, contact.id)
    if call is None or contact.channel != "voice":
        return None
    leg = calls.customer_leg(await calls.legs(tx, contact.id))
    if leg.is_over or await contact_rows.try_move(tx, contact.id, ContactMove.PAUSE) is None:
        return None
    made = await rows.insert(tx, contact_id=contact.id, leg_id=leg.id, purpose=rows.VOICEMAIL, channels=1)
    farewell = {KEY: str(made.id), "cause": cause.value, "locale": contact.language}
    await calls.change(tx, contact.id, state=CallState.VOICEMAIL.value, farewell=farewell)
    await show(tx, contact.id, state=CallState.VOICEMAIL)
    return leg.id


def recording_of(call: Call) -> UUID | None:
    """The recording of the message that this caller is asked for."""
    found = (call.farewell or {}).get(KEY)
    return UUID(found) if found and call.state == CallState.VOICEMAIL else None


def was_given(call: Call) -> bool:
    """Whether a webhook has answered with the document, so that the order would only interrupt."""
    return bool((call.farewell or {}).get("given"))


async def give(tx: Transaction, call: Call) -> None:
    """A webhook answers with the document."""
    await calls.change(tx, call.contact_id, farewell={**(call.farewell or {}), "given": True})


async def is_on_its_way(reader: Reader, contact_id: UUID) -> bool:
    """Whether the order that takes the caller out of the carrier's queue is still to be carried out."""
    leg = calls.customer_leg(await calls.legs(reader, contact_id))
    return await is_open(reader, leg.id, CommandKind.TAKE_MESSAGE)


def prompts(call: Call) -> tuple[Prompt, Prompt]:
    """What is said before the tone, and to one who then says nothing."""
    locale = Locale((call.farewell or {})["locale"])
    return tuple(Prompt(message(key, locale), locale) for key in ("voicemail.leave", "voicemail.nothing"))  # type: ignore[return-value]


async def is_final(tx: Transaction, contact: Contact, found: Recording) -> None:
    """The recording is final; the contact is locked."""
    if found.status == RecordingStatus.COMPLETED:
        left: Any = await tx.fetchval(
            """insert into voicemails (contact_id, recording_id) values ($1, $2)
               on conflict do nothing returning contact_id""",
            contact.id,
            found.id,
        )
        if left is not None:
            data = {"recording": str(found.id), "seconds": found.seconds}
            await touchpoints.append(
                tx, contact.subject, "voicemail.left", actor=touchpoints.CUSTOMER, data=data, once="1"
            )
        outcome = Outcome.VOICEMAIL
    else:
        call = await calls.get(tx, contact.id)
        cause = Cause(((call.farewell if call else None) or {}).get("cause", Cause.MAX_WAIT.value))
        outcome = OUTCOMES[cause]
    await contacts.close(tx, contact.id, outcome, now=await tx.fetchval("select switchboard_now()"))
