"""Sends commands to the carrier: check that it still fits, say that it is being sent, send, record the outcome.

No transaction is open while the carrier is asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from app.channels.twilio.client import ProviderError, TwilioClient
from app.channels.voice import calls, life, twiml
from app.channels.voice.calls import Call, CallState, Leg
from app.channels.voice.commands import (
    Command,
    CommandKind,
    CommandState,
    get,
    mark_sending,
    settle,
    unsend,
)
from app.channels.voice.rooms import people
from app.channels.voice.show import show
from app.channels.voice.urls import OVERRIDES, VoiceUrls
from app.contacts import repository as contact_rows
from app.contacts.events import Control
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Database, Transaction
from app.core.jobs import Payload, RetryLater
from app.core.settings import Settings
from app.routing import offers
from app.routing import service as routing
from app.routing.offers import OfferState

log = structlog.get_logger()

LEG_RING_SECONDS = 15  # how long an agent's phone rings after the agent has said yes
LOOK_AGAIN = timedelta(seconds=2)
LOST_AFTER = timedelta(seconds=LEG_RING_SECONDS + 10)  # a leg nobody has heard of by then was never made
SOON = timedelta(milliseconds=500)
MAX_REPEATS = 6  # of a command that sets a state

_CONTROLS = {
    CommandKind.HOLD: Control.HOLD,
    CommandKind.RESUME: Control.RESUME,
    CommandKind.END_CALL: Control.HANG_UP,
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything the send needs, read under the lock."""

    command: Command
    contact: Contact
    call: Call
    leg: Leg | None
    identity: str | None


class CommandSender:
    """The job handler of `voice.command`."""

    def __init__(self, database: Database, client: TwilioClient, settings: Settings):
        self._database = database
        self._client = client
        self._urls = VoiceUrls(settings.public_base_url)

    async def send(self, payload: Payload) -> None:
        """Run one command. Raises RetryLater when the carrier could not be asked or did not answer."""
        command_id = UUID(payload["command_id"])
        async with self._database.transaction() as tx:
            plan = await self._prepare(tx, command_id)
        if plan is None:
            return
        try:
            answer = await self._ask(plan)
        except ProviderError as error:
            await self._failed(plan, error)
            return
        async with self._database.transaction() as tx:
            await self._succeeded(tx, plan, answer)

    async def _prepare(self, tx: Transaction, command_id: UUID) -> _Plan | None:
        found = await get(tx, command_id)
        if found is None:
            return None
        contact = await contact_rows.get_for_update(tx, found.contact_id)
        command = await get(tx, command_id) or found
        if command.state not in (CommandState.PENDING, CommandState.SENDING):
            return None
        call = await calls.get(tx, contact.id)
        leg = await calls.leg(tx, command.leg_id) if command.leg_id else None
        if call is None or not await self._fits(tx, command, contact, call, leg):
            await self._drop(tx, command, contact.id, leg)
            return None
        identity = None
        if leg is not None and leg.agent_id is not None:
            identity = await tx.fetchval("select softphone_identity from agents where id = $1", leg.agent_id)
        await mark_sending(tx, command_id)
        return _Plan(command, contact, call, leg, identity)

    async def _drop(self, tx: Transaction, command: Command, contact_id: UUID, leg: Leg | None) -> None:
        await settle(tx, command.id, CommandState.DROPPED)
        if (control := _CONTROLS.get(command.kind)) is not None:
            await show(tx, contact_id, settled=control)
        is_create = command.kind == CommandKind.CREATE_AGENT_LEG
        if is_create and leg is not None and command.state == CommandState.PENDING:
            await self._never_made(tx, leg)

    async def _never_made(self, tx: Transaction, leg: Leg, reason: str = "not_made") -> None:
        """No such leg exists at the carrier; `canceled`, not `failed`: no fault of the agent's phone was proven."""
        now: datetime = await tx.fetchval("select switchboard_now()")
        await life.agent_leg_status(tx, leg.id, "canceled", call_sid=None, now=now, reason=reason)

    async def _fits(
        self, tx: Transaction, command: Command, contact: Contact, call: Call, leg: Leg | None
    ) -> bool:
        customer = next(one for one in await calls.legs(tx, contact.id) if one.kind == "customer")
        match command.kind:
            case CommandKind.CREATE_AGENT_LEG:
                offer = await offers.get(tx, leg.offer_id) if leg and leg.offer_id else None
                return offer is not None and offer.state == OfferState.ACCEPTING
            case CommandKind.MOVE_CUSTOMER:
                return contact.state == ContactState.ACTIVE and call.state == CallState.CONNECTING
            case CommandKind.HOLD:
                return call.state == CallState.TALKING
            case CommandKind.RESUME:
                return call.state == CallState.HELD
            case CommandKind.END_CALL:
                return not customer.is_over
            case CommandKind.END_LEG:
                return leg is not None and not leg.is_over
            case CommandKind.RETURN_TO_QUEUE:
                waits = contact.state in (ContactState.QUEUED, ContactState.OFFERED)
                return waits and call.state == CallState.WAITING and not customer.is_over

    async def _ask(self, plan: _Plan) -> dict[str, Any]:
        command, call = plan.command, plan.call
        url = self._urls.of_contact(plan.contact.id)
        match command.kind:
            case CommandKind.CREATE_AGENT_LEG:
                if command.state == CommandState.SENDING:
                    return await self._look_for_leg(plan)
                return await self._client.create_participant(call.room, self._leg_fields(plan))
            case CommandKind.MOVE_CUSTOMER:
                if command.state == CommandState.SENDING and await self._is_customer_there(call):
                    return {}
                document = twiml.customer_room_document(call.room, url=url)
                return await self._client.update_call(call.call_sid, {"Twiml": document})
            case CommandKind.RETURN_TO_QUEUE:
                document = twiml.park_document(url=url)
                return await self._client.update_call(call.call_sid, {"Twiml": document})
            case CommandKind.HOLD:
                fields = {"Hold": "true", "HoldUrl": url(twiml.HOLD_PATH), "HoldMethod": "POST"}
                return await self._client.update_participant(
                    await self._conference(call), call.call_sid, fields
                )
            case CommandKind.RESUME:
                return await self._client.update_participant(
                    await self._conference(call), call.call_sid, {"Hold": "false"}
                )
            case CommandKind.END_CALL:
                return await self._client.update_call(call.call_sid, {"Status": "completed"})
            case CommandKind.END_LEG:
                sid = plan.leg.call_sid if plan.leg else None
                if sid is None:
                    return await self._end_unknown_leg(plan)
                # `completed` ends a leg in any live state; `canceled` does nothing once it has been answered
                return await self._client.update_call(sid, {"Status": "completed"})

    def _leg_fields(self, plan: _Plan) -> dict[str, str | list[str]]:
        assert plan.leg is not None  # noqa: S101 -- create_agent_leg always has one
        url = self._urls.of_contact(plan.contact.id)
        return {
            "From": plan.contact.to_address or "",
            "To": f"client:{plan.identity}?contact={plan.contact.id}&leg={plan.leg.id}",
            "Label": plan.leg.label,
            "Timeout": str(LEG_RING_SECONDS),
            "EarlyMedia": "false",
            "Beep": "false",
            "StartConferenceOnEnter": "true",
            "EndConferenceOnExit": "false",
            "WaitUrl": "",
            "MaxParticipants": str(twiml.MAX_IN_ROOM),
            "StatusCallback": self._urls.of_leg("leg", plan.leg.id) + OVERRIDES,
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            # the first participant fixes the room's callbacks, so every join passes the same full set
            "ConferenceStatusCallback": url(twiml.CONFERENCE_PATH),
            "ConferenceStatusCallbackEvent": twiml.CONFERENCE_EVENTS.split(),
        }

    async def _conference(self, call: Call) -> str:
        if call.conference_sid is not None:
            return call.conference_sid
        live = await self._client.live_conferences(call.room)
        if not live:
            raise ProviderError(
                "the room is not there", status=404, code=None, is_retryable=False, is_outcome_unknown=False
            )
        return str(live[0]["sid"])

    async def _is_customer_there(self, call: Call) -> bool:
        """An earlier attempt may have moved the customer. Moving again would take them out first, and the room ends
        with its customer."""
        return any(one["call_sid"] == call.call_sid for one in await people(self._client, call.room))

    async def _look_for_leg(self, plan: _Plan) -> dict[str, Any]:
        """An earlier attempt died between sending and recording: find what became of it."""
        assert plan.leg is not None  # noqa: S101
        if plan.leg.call_sid is not None:
            return {"call_sid": plan.leg.call_sid}
        found = await self._participant_of(plan.leg, plan.call.room)
        if found is None:
            await self._give_up_or_wait(plan)
        return found or {}

    async def _participant_of(self, leg: Leg, room: str) -> dict[str, Any] | None:
        found = await people(self._client, room)
        return next((one for one in found if one.get("label") == leg.label), None)

    async def _give_up_or_wait(self, plan: _Plan) -> None:
        """Raises ProviderError when a leg that was sent for should have been seen by now, else RetryLater."""
        async with self._database.read() as reader:
            now: datetime = await reader.fetchval("select switchboard_now()")
        if plan.command.sent_at is not None and now - plan.command.sent_at > LOST_AFTER:
            raise ProviderError(
                "the leg was never made", status=404, code=None, is_retryable=False, is_outcome_unknown=False
            )
        raise RetryLater("the leg is not to be seen yet", LOOK_AGAIN)

    async def _end_unknown_leg(self, plan: _Plan) -> dict[str, Any]:
        """The leg's sid has not arrived: its create is on the way or its answer was lost."""
        assert plan.leg is not None  # noqa: S101
        async with self._database.read() as reader:
            room = await calls.room_of_leg(reader, plan.leg.id)
        found = await self._participant_of(plan.leg, room or plan.call.room)
        if found is None:
            await self._give_up_or_wait(plan)
            return {}
        async with self._database.transaction() as tx:
            await calls.learn_sid(tx, plan.leg, found["call_sid"])
        return await self._client.update_call(found["call_sid"], {"Status": "completed"})

    async def _succeeded(self, tx: Transaction, plan: _Plan, answer: dict[str, Any]) -> None:
        command = plan.command
        contact = await contact_rows.get_for_update(tx, plan.contact.id)
        await settle(tx, command.id, CommandState.DONE)
        now: datetime = await tx.fetchval("select switchboard_now()")
        if command.kind == CommandKind.CREATE_AGENT_LEG and plan.leg is not None:
            call = await calls.get(tx, plan.contact.id)
            conference = answer.get("conference_sid")
            if conference is not None and call is not None and call.room == plan.call.room:
                await calls.change(tx, plan.contact.id, conference_sid=conference)
            await life.agent_leg_status(tx, plan.leg.id, "queued", call_sid=answer.get("call_sid"), now=now)
        elif command.kind in (CommandKind.HOLD, CommandKind.RESUME):
            on = command.kind == CommandKind.HOLD
            call = await calls.get(tx, plan.contact.id)
            if call is not None and answer.get("hold") is on:
                await life.held(tx, contact, call, on=on, sequence=None, now=now)
        elif command.kind == CommandKind.END_CALL and answer.get("status") in calls.TERMINAL:
            await life.customer_status(tx, plan.contact.id, str(answer["status"]), now=now)
        elif command.kind == CommandKind.END_LEG and plan.leg and answer.get("status") in calls.TERMINAL:
            await life.agent_leg_status(tx, plan.leg.id, str(answer["status"]), call_sid=None, now=now)

    async def _failed(self, plan: _Plan, error: ProviderError) -> None:
        command = plan.command
        is_create = command.kind == CommandKind.CREATE_AGENT_LEG
        if error.is_retryable and command.attempts < MAX_REPEATS:
            async with self._database.transaction() as tx:
                await unsend(tx, command.id)
            raise RetryLater(str(error), SOON * (command.attempts + 1)) from error
        if error.is_outcome_unknown and (is_create or command.attempts < MAX_REPEATS):
            raise RetryLater(str(error), LOOK_AGAIN if is_create else SOON) from error
        log.warning(
            "a command to the carrier failed", kind=command.kind, status=error.status, code=error.code
        )
        async with self._database.transaction() as tx:
            await contact_rows.get_for_update(tx, plan.contact.id)
            done = error.is_gone and command.kind in (CommandKind.END_CALL, CommandKind.END_LEG)
            await settle(tx, command.id, CommandState.DONE if done else CommandState.FAILED, str(error)[:500])
            now: datetime = await tx.fetchval("select switchboard_now()")
            await self._consequence(tx, plan, error, now)

    async def _consequence(self, tx: Transaction, plan: _Plan, error: ProviderError, now: datetime) -> None:
        """What a final failure means for the call."""
        kind = plan.command.kind
        if kind in (CommandKind.CREATE_AGENT_LEG, CommandKind.END_LEG) and plan.leg is not None:
            if kind == CommandKind.CREATE_AGENT_LEG or error.is_gone:
                await self._never_made(tx, plan.leg, str(error)[:200])
        elif error.is_gone and kind in (
            CommandKind.MOVE_CUSTOMER,
            CommandKind.RETURN_TO_QUEUE,
            CommandKind.END_CALL,
        ):
            await life.customer_status(tx, plan.contact.id, "completed", now=now, reason="gone")
        elif kind == CommandKind.MOVE_CUSTOMER:
            # the agent sits alone in the room and the caller cannot come: somebody else's turn
            await routing.requeue_active(tx, plan.contact.id, reason="move_failed")
        elif kind in _CONTROLS:
            await show(tx, plan.contact.id, settled=_CONTROLS[kind], error=str(error)[:200])
