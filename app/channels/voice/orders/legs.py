"""Orders about an agent's leg: call it into the room, hang it up."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import calls, life, twiml
from app.channels.voice.calls import Leg
from app.channels.voice.commands import CommandState
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.channels.voice.orders.phones import call_phone
from app.channels.voice.reach import ring_seconds
from app.channels.voice.urls import OVERRIDES
from app.contacts.lifecycle import ContactState
from app.core.db import Transaction
from app.routing import offers
from app.routing.caller_id import number_shown
from app.routing.offers import OfferState


class CreateLeg(Order):
    """Call somebody into the contact's room; an agent's telephone is asked first whether somebody takes the call."""

    is_create = True
    is_muted = False

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Create the participant; after an attempt of unknown outcome look for it instead."""
        if plan.own_leg.is_phone:
            return await call_phone(carrier, plan)
        if plan.command.state == CommandState.SENDING:
            return await _look_for_leg(carrier, plan)
        fields = _leg_fields(carrier, plan, is_muted=self.is_muted)
        if plan.own_leg.address is not None:
            fields["From"] = await _shown_outside(carrier, plan)
        return await carrier.client.create_participant(plan.own_leg.room or plan.call.room, fields)

    async def dropped(self, tx: Transaction, plan: Plan) -> None:
        """Never sent: no such leg exists."""
        if plan.leg is not None and plan.command.state == CommandState.PENDING:
            await _never_made(tx, plan.leg)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """The leg is on its way; its sid and the room's are known."""
        call = await calls.get(tx, plan.contact.id)
        conference = answer.get("conference_sid")
        if conference is not None and call is not None and call.room == plan.call.room:
            await calls.change(tx, plan.contact.id, conference_sid=conference)
        await life.leg_status(tx, plan.own_leg, "queued", call_sid=answer.get("call_sid"), now=now)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """There is no such leg."""
        await _never_made(tx, plan.own_leg, str(error)[:200])


class CreateAgentLeg(CreateLeg):
    """Call the agent into the contact's room."""

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the offer is accepting, or is this very ringing; or the agent who has the contact comes back."""
        leg = plan.leg
        offer = await offers.get(tx, leg.offer_id) if leg and leg.offer_id else None
        if leg is None or offer is None:
            return False
        if offer.state == OfferState.ACCEPTED:
            is_active = plan.contact.state == ContactState.ACTIVE and leg.room == plan.call.room
            return is_active and plan.call.alone_since is not None and not leg.is_gone and not leg.is_in_room
        return offer.state == (OfferState.PENDING if offer.is_by_phone else OfferState.ACCEPTING)


class EndLeg(Order):
    """Hang a leg up that we called."""

    ends = True

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the leg lives."""
        return plan.leg is not None and not plan.leg.is_over

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """End it, once it is known which call it is."""
        if plan.own_leg.call_sid is None:
            return await _end_unknown_leg(carrier, plan)
        return await carrier.hang_up(plan.own_leg.call_sid)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """The answer may say already that it is over."""
        if answer.get("status") in calls.TERMINAL:
            await life.leg_status(tx, plan.own_leg, str(answer["status"]), call_sid=None, now=now)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """A leg the carrier does not know is over."""
        if error.is_gone:
            await _never_made(tx, plan.own_leg, str(error)[:200])


async def _never_made(tx: Transaction, leg: Leg, reason: str = "not_made") -> None:
    """No such leg exists at the carrier; `canceled`, not `failed`: no fault of the agent's phone was proven."""
    now: datetime = await tx.fetchval("select switchboard_now()")
    await life.leg_status(tx, leg, "canceled", call_sid=None, now=now, reason=reason)


def _leg_fields(carrier: Carrier, plan: Plan, *, is_muted: bool) -> dict[str, str | list[str]]:
    leg, digits = plan.own_leg, plan.command.args.get("digits")
    url = carrier.urls.of_contact(plan.contact.id)
    client = f"client:{plan.identity}?contact={plan.contact.id}&leg={leg.id}"
    return {
        **({"SendDigits": digits} if digits else {}),
        **({"Muted": "true"} if is_muted else {}),
        "From": plan.contact.our_address or "",
        "To": leg.address or client,
        "Label": leg.label,
        "Timeout": str(ring_seconds(leg, carrier.settings)),
        "EarlyMedia": "false",
        "Beep": "false",
        "StartConferenceOnEnter": "true",
        "EndConferenceOnExit": "false",
        "WaitUrl": "",
        "MaxParticipants": str(twiml.MAX_IN_ROOM),
        "StatusCallback": carrier.urls.of_leg("leg", leg.id) + OVERRIDES,
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        # the first participant fixes the room's callbacks, so every join passes the same full set
        "ConferenceStatusCallback": url(twiml.CONFERENCE_PATH),
        "ConferenceStatusCallbackEvent": twiml.CONFERENCE_EVENTS.split(),
    }


async def _shown_outside(carrier: Carrier, plan: Plan) -> str:
    """The number that a telephone outside shows."""
    contact = plan.contact
    async with carrier.database.read() as reader:
        return await number_shown(reader, contact.queue_id, called=contact.our_address) or ""


async def _look_for_leg(carrier: Carrier, plan: Plan) -> Answer:
    """An earlier attempt died between sending and recording: find what became of it."""
    if plan.own_leg.call_sid is not None:
        return {"call_sid": plan.own_leg.call_sid}
    found = await carrier.participant_of(plan.own_leg, plan.own_leg.room or plan.call.room)
    if found is None:
        await carrier.give_up_or_wait(plan)
    return found or {}


async def _end_unknown_leg(carrier: Carrier, plan: Plan) -> Answer:
    """The leg's sid has not arrived: its create is on the way or its answer was lost."""
    leg = plan.own_leg
    found = await carrier.participant_of(leg, leg.room or plan.call.room)
    if found is None:
        await carrier.give_up_or_wait(plan)
        return {}
    async with carrier.database.transaction() as tx:
        await calls.learn_sid(tx, leg, found["call_sid"])
    return await carrier.hang_up(found["call_sid"])
