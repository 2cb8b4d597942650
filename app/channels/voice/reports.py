"""What the carrier reports of calls, legs and rooms. Late, repeated and reordered reports change nothing."""

from datetime import datetime, timedelta
from uuid import UUID

from app.channels.twilio.signature import Form
from app.channels.voice import calls, life
from app.channels.voice.inbound import INBOX_SOURCE, UnknownCall, call_sid_of
from app.contacts import repository as contact_rows
from app.core import inbox, jobs
from app.core.db import Database, Transaction
from app.core.errors import InvalidInput

EARLY_JOB = "voice.early_status"
EARLY_PAUSE = timedelta(seconds=2)  # the call's first webhook is on its way, or there is none


def _sequence(form: Form) -> int:
    text = form.get("SequenceNumber", "")
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput.of("SequenceNumber", "must be a whole number")
    return int(text[:9])


async def _now(tx: Transaction) -> datetime:
    now: datetime = await tx.fetchval("select switchboard_now()")
    return now


class Reports:
    """Applies status callbacks."""

    def __init__(self, database: Database):
        self._database = database

    async def call_status(self, form: Form) -> None:
        """The number's status callback: how a customer's call ended. Raises UnknownCall; the end of a call may overtake
        its beginning, so it is then looked at once more."""
        sid, status = call_sid_of(form), form.get("CallStatus", "")
        if await self._call_status(sid, status):
            return
        if status in calls.TERMINAL:
            async with self._database.transaction() as tx:
                payload = {"call_sid": sid, "status": status}
                await jobs.enqueue(tx, EARLY_JOB, payload, delay=EARLY_PAUSE, dedupe_key=f"{EARLY_JOB}:{sid}")
        raise UnknownCall("there is no such call")

    async def early_status(self, payload: jobs.Payload) -> None:
        """The job handler of `voice.early_status`. A call that is still unknown never was ours."""
        await self._call_status(payload["call_sid"], payload["status"])

    async def _call_status(self, sid: str, status: str) -> bool:
        """False when there is no such call."""
        async with self._database.transaction() as tx:
            contact_id = await calls.contact_of_sid(tx, sid)
            if contact_id is not None:
                await life.customer_status(tx, contact_id, status, now=await _now(tx))
                return True
            # turned away: nothing was opened that could end
            return await inbox.answer_of(tx, INBOX_SOURCE, sid) is not None

    async def leg_status(self, form: Form, leg_id: UUID) -> None:
        """Progress of a leg that we called: an agent's, or a callback's customer's. May arrive before the REST answer
        that made it."""
        sid = call_sid_of(form)
        async with self._database.transaction() as tx:
            leg = await calls.leg(tx, leg_id)
            if leg is None or (leg.call_sid is not None and leg.call_sid != sid):
                raise UnknownCall("there is no such leg")
            status = form.get("CallStatus", "")
            reason = form.get("SipResponseCode")
            await life.leg_status(tx, leg, status, call_sid=sid, now=await _now(tx), reason=reason)

    async def room(self, form: Form, contact_id: UUID) -> None:
        """Joins, leaves and holds in a contact's room."""
        kind = form.get("StatusCallbackEvent", "")
        sequence = _sequence(form)
        async with self._database.transaction() as tx:
            call = await calls.get(tx, contact_id)
            if call is None:
                raise UnknownCall("there is no such call")
            contact = await contact_rows.get_for_update(tx, contact_id)
            call = await calls.get(tx, contact_id) or call
            room = form.get("FriendlyName") or call.room
            if not calls.is_room_of(room, contact_id):
                raise InvalidInput.of("FriendlyName", "is not a room of this contact")
            if room == call.room and kind != "conference-end":
                call = await _learn_conference(tx, call, form.get("ConferenceSid"))
            leg = await _leg_of(tx, contact_id, form)
            if leg is None or (leg.kind == "customer" and room != call.room):
                return  # the customer has left that room for the queue or another one
            now = await _now(tx)
            match kind:
                case "participant-join":
                    await life.joined(tx, contact, call, leg, sequence=sequence, now=now)
                case "participant-leave":
                    why = form.get("ReasonParticipantLeft")
                    await life.left(tx, contact, call, leg, sequence=sequence, now=now, reason=why)
                case "participant-hold" | "participant-unhold" if leg.kind == "customer":
                    on = kind == "participant-hold"
                    await life.held(tx, contact, call, on=on, sequence=sequence, now=now)
                case "participant-hold" | "participant-unhold":
                    on = kind == "participant-hold"
                    await life.flags(tx, contact, leg, held=on, muted=None, sequence=sequence)
                case "participant-mute" | "participant-unmute":
                    on = kind == "participant-mute"
                    await life.flags(tx, contact, leg, held=None, muted=on, sequence=sequence)
                case _:
                    return


async def _learn_conference(tx: Transaction, call: calls.Call, conference_sid: str | None) -> calls.Call:
    if not conference_sid or conference_sid == call.conference_sid:
        return call
    return await calls.change(tx, call.contact_id, conference_sid=conference_sid)


async def _leg_of(tx: Transaction, contact_id: UUID, form: Form) -> calls.Leg | None:
    label, sid = form.get("ParticipantLabel", ""), form.get("CallSid")
    for leg in reversed(await calls.legs(tx, contact_id)):
        if leg.label == label or (sid and leg.call_sid == sid):
            if sid:
                await calls.learn_sid(tx, leg, sid)
            return leg
    return None
