"""Orders about the recording of a conversation: start, pause, resume, stop. Each is about the customer's leg.

Source: https://www.twilio.com/docs/voice/api/recording (PauseBehavior=silence keeps the time line).
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from app.channels.twilio.client import ProviderError
from app.channels.voice.calls import CallState
from app.channels.voice.commands import CommandKind, CommandState, is_open
from app.channels.voice.orders.base import LOOK_AGAIN, Answer, Carrier, Order, Plan
from app.channels.voice.recording import life, rows
from app.channels.voice.recording.rows import Recording
from app.channels.voice.recording.rules import FINAL, LIVE, RecordingStatus, status_of
from app.channels.voice.recording.show import show
from app.channels.voice.urls import OVERRIDES
from app.core.db import Reader, Transaction
from app.core.jobs import RetryLater

CURRENT = "Twilio.CURRENT"  # the carrier's name for the recording that runs; used until its sid has arrived
EVENTS = ["in-progress", "completed", "absent"]
_TALKS = (CallState.CONNECTING, CallState.TALKING, CallState.HELD)


async def _live(reader: Reader, plan: Plan) -> Recording | None:
    return await rows.live_of_leg(reader, plan.own_leg.id)


class StartRecording(Order):
    """Record the customer's leg, both directions, each on a channel of its own."""

    is_create = True

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While they talk and it has not begun."""
        live = await _live(tx, plan)
        waits = live is not None and live.status == RecordingStatus.NEW
        return waits and not plan.own_leg.is_over and plan.call.state in _TALKS

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Create it; after an attempt of unknown outcome look for it first."""
        async with carrier.database.read() as reader:
            live = await _live(reader, plan)
            known = {one.recording_sid for one in await rows.of_contact(reader, plan.contact.id)}
        if live is None:
            return {}
        if live.recording_sid is not None:
            return {"sid": live.recording_sid}
        call_sid = plan.own_leg.call_sid or plan.call.call_sid
        if plan.command.state == CommandState.SENDING:
            for found in await carrier.client.recordings_of_call(call_sid):
                if found["sid"] not in known and _is_ours(found):
                    return found
        return await carrier.client.create_recording(
            call_sid,
            {
                "RecordingChannels": "dual",
                "RecordingTrack": "both",
                "RecordingStatusCallback": carrier.urls.of_recording(live.id) + OVERRIDES,
                "RecordingStatusCallbackEvent": EVENTS,
            },
        )

    async def dropped(self, tx: Transaction, plan: Plan) -> None:
        """The conversation is over before it was recorded. An attempt that was sent may have begun one: then the
        carrier's report, or our question, tells."""
        live = await _live(tx, plan)
        if live is not None and live.recording_sid is None and plan.command.state == CommandState.PENDING:
            await _end(tx, plan, live, RecordingStatus.ABSENT)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """It runs."""
        live = await _live(tx, plan)
        if live is not None and answer.get("sid"):
            await life.began(tx, plan.contact, live, str(answer["sid"]))

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """Not recorded: nothing to record when the customer has gone, else the agent is told."""
        live = await _live(tx, plan)
        if live is not None:
            await _end(tx, plan, live, RecordingStatus.ABSENT if error.is_gone else RecordingStatus.FAILED)
            if not error.is_gone:
                await show(tx, plan.contact.id, error=str(error)[:200])


def _is_ours(found: dict[str, Any]) -> bool:
    status = status_of(str(found.get("status")))
    return found.get("source") == "StartCallRecordingAPI" and status is not None and status not in FINAL


async def _end(tx: Transaction, plan: Plan, live: Recording, status: RecordingStatus) -> None:
    now: datetime = await tx.fetchval("select switchboard_now()")
    await life.ended(tx, plan.contact, live, status, sid=None, seconds=None, now=now)


class _SetRecording(Order):
    sets: Mapping[str, str]
    before: frozenset[RecordingStatus]
    name: str

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the recording is as it was when this was ordered."""
        live = await _live(tx, plan)
        before = self.before | (LIVE if plan.command.args.get("waits") else frozenset())
        return live is not None and live.status in before and not plan.own_leg.is_over

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Set it; repeating changes nothing."""
        async with carrier.database.read() as reader:
            live = await _live(reader, plan)
        if live is None:
            return {}
        sid = live.recording_sid or CURRENT
        return await carrier.client.update_recording(
            plan.own_leg.call_sid or plan.call.call_sid, sid, self.sets
        )

    async def dropped(self, tx: Transaction, plan: Plan) -> None:
        """Nothing is pending any more."""
        await show(tx, plan.contact.id, pending=None)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """The agent is told that it is still as it was."""
        live = await _live(tx, plan)
        if live is not None:
            await life.control_failed(tx, plan.contact, live, self.name, str(error), now)


class PauseRecording(_SetRecording):
    """Silence from now on: for a card number, or while the customer waits again."""

    name = "pause"
    sets = MappingProxyType({"Status": "paused", "PauseBehavior": "silence"})
    before = frozenset({RecordingStatus.NEW, RecordingStatus.IN_PROGRESS})

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """A customer who talks again is not to be silenced by the wait before."""
        talks = plan.call.state in (CallState.TALKING, CallState.HELD)
        return await super().fits(tx, plan) and not (plan.command.args.get("waits") and talks)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """Confirmed."""
        live = await _live(tx, plan)
        if live is not None and answer.get("status") == "paused":
            await life.paused(tx, plan.contact, live, now)


class ResumeRecording(_SetRecording):
    """Record again. After a wait it comes behind the pause of that wait, whatever became of that."""

    name = "resume"
    sets = MappingProxyType({"Status": "in-progress"})
    before = frozenset({RecordingStatus.PAUSED})

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Set it, once no pause is on its way. Raises RetryLater, too."""
        async with carrier.database.read() as reader:
            if await is_open(reader, plan.own_leg.id, CommandKind.PAUSE_RECORDING):
                raise RetryLater("the pause before it is on its way", LOOK_AGAIN)
        return await super().ask(carrier, plan)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """Confirmed."""
        live = await _live(tx, plan)
        if live is not None and answer.get("status") == "in-progress":
            await life.resumed(tx, plan.contact, live, now)


class StopRecording(_SetRecording):
    """The end of it, though the call goes on."""

    ends = True
    name = "stop"
    sets = MappingProxyType({"Status": "stopped"})
    before = frozenset({RecordingStatus.NEW, RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED})

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """Its sound comes later."""
        live = await _live(tx, plan)
        if live is not None and answer:
            await life.ended(
                tx,
                plan.contact,
                live,
                RecordingStatus.PROCESSING,
                sid=answer.get("sid"),
                seconds=None,
                now=now,
            )
