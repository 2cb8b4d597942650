"""What happens to a recording: it is ordered, begins, pauses, goes on, ends. The contact is locked; all may run twice.

A conversation is recorded on the customer's own leg, in two channels: it follows the customer over transfers, keeps the
speakers apart, and holds nothing of what agents say among themselves (consults). Only after the customer has heard
that it is (`consent.py`).
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.channels.voice import calls
from app.channels.voice.calls import Leg
from app.channels.voice.commands import CommandKind, is_open, order
from app.channels.voice.recording import rows
from app.channels.voice.recording.rows import Recording
from app.channels.voice.recording.rules import FINAL, RecordingStatus, is_news
from app.channels.voice.recording.show import show
from app.channels.voice.voicemail import life as voicemail
from app.contacts import repository as contact_rows
from app.contacts.errors import ControlRefused
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core import jobs
from app.core.db import Reader, Transaction
from app.touchpoints import log as touchpoints
from app.touchpoints.log import Actor

log = structlog.get_logger()

FETCH_JOB = "recording.fetch"  # payload: recording_id
DISCARD_JOB = "recording.discard"  # payload: sid
LONGEST_PAUSE = timedelta(minutes=5)  # then it goes on by itself: a forgotten pause must not lose the rest
WAITS = {"waits": True}  # of a pause or resume that nobody asked for: the customer waits, or talks again
_WAITS = (ContactState.QUEUED, ContactState.OFFERED)
TRY_AGAIN = timedelta(seconds=10)
HAS_SOUND_AFTER = timedelta(seconds=2)  # the sound is seldom there at once


async def is_recorded(reader: Reader, queue_id: UUID | None) -> bool:
    """Whether conversations of this queue are recorded."""
    policy = await reader.fetchval("select recording from queues where id = $1", queue_id)
    return bool(policy == "always")


async def conversation_began(tx: Transaction, contact: Contact, *, has_consent: bool) -> None:
    """Customer and agent talk: begin to record, or stop, as the queue says whose agent talks now."""
    leg = calls.customer_leg(await calls.legs(tx, contact.id))
    live = await rows.live_of_leg(tx, leg.id)
    wanted = await is_recorded(tx, contact.queue_id)
    if wanted and live is None and has_consent:
        await rows.insert(tx, contact_id=contact.id, leg_id=leg.id, purpose=rows.CONVERSATION, channels=2)
        await order(tx, contact.id, CommandKind.START_RECORDING, leg_id=leg.id)
        await show(tx, contact.id, state="starting", pending=None, paused_until=None, error=None)
    elif live is not None and not wanted and not await is_open(tx, leg.id, CommandKind.STOP_RECORDING):
        await order(tx, contact.id, CommandKind.STOP_RECORDING, leg_id=leg.id)
    elif live is not None and wanted:
        await _goes_on(tx, contact, leg, live)


async def customer_waits(tx: Transaction, contact: Contact) -> None:
    """The customer is back in the queue: what they say there is nobody's. The recording pauses until the next
    conversation, however long that takes; one that the agent had paused stays so."""
    leg = calls.customer_leg(await calls.legs(tx, contact.id))
    live = await rows.live_of_leg(tx, leg.id)
    if live is None or leg.is_over:
        return
    if live.status == RecordingStatus.PAUSED:
        await rows.change(tx, live.id, paused_until=None)
    elif not await is_open(tx, leg.id, CommandKind.PAUSE_RECORDING):
        await order(tx, contact.id, CommandKind.PAUSE_RECORDING, leg_id=leg.id, args=WAITS)


async def _goes_on(tx: Transaction, contact: Contact, leg: Leg, live: Recording) -> None:
    """The next conversation of a recording that pauses, or is just about to."""
    if live.status == RecordingStatus.PAUSED:
        now: datetime = await tx.fetchval("select switchboard_now()")
        await rows.change(tx, live.id, paused_until=now)  # from now on a resume that fails is tried again
    elif not await is_open(tx, leg.id, CommandKind.PAUSE_RECORDING):
        return
    if not await is_open(tx, leg.id, CommandKind.RESUME_RECORDING):
        await order(tx, contact.id, CommandKind.RESUME_RECORDING, leg_id=leg.id, args=WAITS)
        await show(tx, contact.id, pending="resume", error=None)


async def _running(tx: Transaction, contact: Contact) -> tuple[Leg, Recording]:
    found = await calls.legs(tx, contact.id)
    leg = calls.customer_leg(found) if any(one.kind == "customer" for one in found) else None
    live = await rows.live_of_leg(tx, leg.id) if leg is not None else None
    if leg is None or live is None:
        raise ControlRefused("this conversation is not being recorded")
    return leg, live


async def pause(tx: Transaction, contact: Contact) -> None:
    """The agent asks for a pause, for a card number. Ordered now, shown as paused when the carrier has confirmed it:
    until then everything said may still be recorded. Raises ControlRefused."""
    leg, live = await _running(tx, contact)
    if live.status == RecordingStatus.PAUSED or await is_open(tx, leg.id, CommandKind.PAUSE_RECORDING):
        return
    if await is_open(tx, leg.id, CommandKind.RESUME_RECORDING):
        raise ControlRefused("the recording is just about to go on; ask again in a moment")
    await order(tx, contact.id, CommandKind.PAUSE_RECORDING, leg_id=leg.id)
    await show(tx, contact.id, pending="pause", error=None)


async def resume(tx: Transaction, contact: Contact) -> None:
    """Go on recording. Raises ControlRefused."""
    leg, live = await _running(tx, contact)
    if await is_open(tx, leg.id, CommandKind.PAUSE_RECORDING):
        raise ControlRefused("the pause is not confirmed yet; ask again in a moment")
    if live.status == RecordingStatus.PAUSED:
        await _order_resume(tx, contact.id, leg.id)


async def _order_resume(tx: Transaction, contact_id: UUID, leg_id: UUID) -> None:
    if not await is_open(tx, leg_id, CommandKind.RESUME_RECORDING):
        await order(tx, contact_id, CommandKind.RESUME_RECORDING, leg_id=leg_id)
        await show(tx, contact_id, pending="resume", error=None)


async def pause_is_over(tx: Transaction, recording_id: UUID, now: datetime) -> None:
    """The longest pause has passed: go on, whether the agent asked or not."""
    found = await rows.get(tx, recording_id)
    if found is None:
        return
    await contact_rows.get_for_update(tx, found.contact_id)
    found = await rows.get(tx, recording_id) or found
    due = found.paused_until is not None and found.paused_until <= now
    if due and found.status == RecordingStatus.PAUSED and found.leg_id is not None:
        await _order_resume(tx, found.contact_id, found.leg_id)


async def began(tx: Transaction, contact: Contact, found: Recording, sid: str | None) -> Recording:
    """The carrier records."""
    if sid is not None and found.recording_sid is None:
        found = await rows.change(tx, found.id, recording_sid=sid)
    if not is_news(found.status, RecordingStatus.IN_PROGRESS):
        return found
    found = await rows.change(tx, found.id, status=RecordingStatus.IN_PROGRESS.value)
    if found.purpose == rows.CONVERSATION:
        await show(tx, contact.id, state="recording", error=None)
        data = {"recording": str(found.id)}
        await touchpoints.append(tx, contact.subject, "recording.started", data=data, once=str(found.id))
        if contact.state in _WAITS:  # begun while the customer was already on the way back
            await customer_waits(tx, contact)
    return found


async def paused(tx: Transaction, contact: Contact, found: Recording, now: datetime) -> None:
    """The carrier has confirmed the pause."""
    if found.status not in (RecordingStatus.NEW, RecordingStatus.IN_PROGRESS):
        return
    pauses = [*found.pauses, [now.isoformat(), None]]
    until = None if contact.state in _WAITS else now + LONGEST_PAUSE
    await rows.change(tx, found.id, status=RecordingStatus.PAUSED.value, pauses=pauses, paused_until=until)
    await show(tx, contact.id, state="paused", pending=None, paused_until=until, error=None)
    await _log(tx, contact, found, "recording.paused", len(pauses), await _who(tx, contact))


async def resumed(tx: Transaction, contact: Contact, found: Recording, now: datetime) -> None:
    """The carrier records again."""
    if found.status != RecordingStatus.PAUSED:
        return
    by_itself = found.paused_until is not None and found.paused_until <= now
    closed = _closed(found, now)
    await rows.change(
        tx, found.id, status=RecordingStatus.IN_PROGRESS.value, pauses=closed, paused_until=None
    )
    await show(tx, contact.id, state="recording", pending=None, paused_until=None, error=None)
    actor = touchpoints.SYSTEM if by_itself else await _who(tx, contact)
    await _log(tx, contact, found, "recording.resumed", len(closed), actor)


async def control_failed(
    tx: Transaction, contact: Contact, found: Recording, what: str, error: str, now: datetime
) -> None:
    """A pause or resume failed for good: the agent is told, and a resume that is due is tried again."""
    if found.status == RecordingStatus.PAUSED and found.paused_until is not None:
        again = max(found.paused_until, now + TRY_AGAIN)
        await rows.change(tx, found.id, paused_until=again)
    await show(tx, contact.id, pending=None, error=f"{what}: {error}"[:200])


async def ended(
    tx: Transaction,
    contact: Contact,
    found: Recording,
    status: RecordingStatus,
    *,
    sid: str | None,
    seconds: int | None,
    now: datetime,
) -> Recording | None:
    """The recording has stopped (`processing`) or is final; None when that is no news. Of a completed one the sound is
    fetched; a second recording of the same order is deleted at the carrier."""
    if sid is not None and found.recording_sid not in (None, sid):
        if status in FINAL:
            log.warning("a second recording of one order is deleted", recording=str(found.id))
            await jobs.enqueue(tx, DISCARD_JOB, {"sid": sid}, dedupe_key=f"{DISCARD_JOB}:{sid}")
        return None
    if not is_news(found.status, status):
        return None
    changes: dict[str, object] = {
        "status": status.value,
        "ended_at": found.ended_at or now,
        "pauses": _closed(found, now),
        "paused_until": None,
    }
    if sid is not None:
        changes["recording_sid"] = sid
    if seconds is not None:
        changes["seconds"] = seconds
    after = await rows.change(tx, found.id, **changes)
    if found.purpose == rows.CONVERSATION:
        failed = status == RecordingStatus.FAILED
        await show(tx, contact.id, state="failed" if failed else "stopped", pending=None, paused_until=None)
    if status == RecordingStatus.COMPLETED:
        await jobs.enqueue(
            tx,
            FETCH_JOB,
            {"recording_id": str(found.id)},
            delay=HAS_SOUND_AFTER,
            dedupe_key=f"{FETCH_JOB}:{found.id}",
        )
    if status in FINAL and found.purpose == rows.VOICEMAIL:
        await voicemail.is_final(tx, contact, after)
    if status in FINAL and found.purpose == rows.CONVERSATION:
        data = {"recording": str(found.id), "seconds": after.seconds, "status": status.value}
        await touchpoints.append(tx, contact.subject, "recording.ended", data=data, once=str(found.id))
    return after


def _closed(found: Recording, now: datetime) -> list[list[str | None]]:
    return [[since, until or now.isoformat()] for since, until in found.pauses]


async def _who(tx: Transaction, contact: Contact) -> Actor:
    name = await tx.fetchval("select display_name from agents where id = $1", contact.agent_id)
    return touchpoints.agent(contact.agent_id, name) if contact.agent_id and name else touchpoints.SYSTEM


async def _log(
    tx: Transaction, contact: Contact, found: Recording, kind: str, nth: int, actor: Actor
) -> None:
    data = {"recording": str(found.id)}
    await touchpoints.append(tx, contact.subject, kind, actor=actor, data=data, once=f"{found.id}.{nth}")
