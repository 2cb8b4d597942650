"""The order that rings the customer of a dial-out, into the room where the agent listens."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import calls, dial_out, life, twiml
from app.channels.voice.commands import CommandState
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.channels.voice.urls import OVERRIDES
from app.contacts.lifecycle import ContactState
from app.core.db import Transaction

RING_SECONDS = 35  # how long the customer's telephone rings; an answering machine usually comes before
LONGEST_SECONDS = 4 * 3600  # no call costs money for ever, whatever else fails


class DialCustomer(Order):
    """Ring the customer. The agent hears the line (EarlyMedia); the room ends with the customer."""

    is_create = True

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the agent is there and waits."""
        return plan.contact.state == ContactState.ACTIVE and not plan.own_leg.is_over

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Create the participant; after an attempt of unknown outcome look for it instead."""
        if plan.command.state == CommandState.SENDING:
            async with carrier.database.read() as reader:
                leg = await calls.leg(reader, plan.own_leg.id) or plan.own_leg
            if leg.call_sid is not None:
                return {"call_sid": leg.call_sid}
            found = await carrier.participant_of(leg, plan.call.room)
            if found is None:
                await carrier.give_up_or_wait(plan)
            return found or {}
        url = carrier.urls.of_contact(plan.contact.id)
        return await carrier.client.create_participant(
            plan.call.room,
            {
                "From": plan.contact.our_address or "",
                "To": plan.contact.customer_address or "",
                "Label": plan.own_leg.label,
                "Timeout": str(RING_SECONDS),
                "TimeLimit": str(LONGEST_SECONDS),
                "EarlyMedia": "true",
                "Beep": "false",
                "StartConferenceOnEnter": "true",
                "EndConferenceOnExit": "true",
                "WaitUrl": "",
                "MaxParticipants": str(twiml.MAX_IN_ROOM),
                "StatusCallback": carrier.urls.of_leg("leg", plan.own_leg.id) + OVERRIDES,
                "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
                "ConferenceStatusCallback": url(twiml.CONFERENCE_PATH),
                "ConferenceStatusCallbackEvent": twiml.CONFERENCE_EVENTS.split(),
            },
        )

    async def dropped(self, tx: Transaction, plan: Plan) -> None:
        """Never sent: no such leg exists."""
        if plan.command.state == CommandState.PENDING:
            await calls.note_status(tx, plan.own_leg, "canceled", call_sid=None, reason="not_made")
            await life.close_if_over(tx, plan.contact.id)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """It rings. One whose agent has gone meanwhile is rung off."""
        sid = answer.get("call_sid")
        await life.customer_leg_status(tx, plan.own_leg.id, "queued", call_sid=sid, now=now)
        if plan.contact.state != ContactState.ACTIVE:
            await dial_out.ring_off(tx, plan.contact)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """The carrier would not ring this number."""
        await life.customer_leg_status(
            tx, plan.own_leg.id, "failed", call_sid=None, now=now, reason=str(error)[:200]
        )
