"""Orders about guests and supervisors: call them into the room, hold, mute or coach them there."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import parties, settling, twiml
from app.channels.voice.calls import CallState
from app.channels.voice.commands import CommandState
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.channels.voice.orders.legs import CreateLeg
from app.channels.voice.party_rules import GuestMode
from app.channels.voice.show import show
from app.contacts.lifecycle import ContactState
from app.core.db import Transaction


class CreateGuestLeg(CreateLeg):
    """Call a guest in. Whom the agent wants to ask behind the customer's back comes only while the customer is on
    hold."""

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the contact is in hand and the guest is wanted; what may have been made already is seen through."""
        leg = plan.own_leg
        if leg.is_gone or plan.contact.state != ContactState.ACTIVE or leg.room != plan.call.room:
            return False
        is_private = leg.mode == GuestMode.CONSULT and plan.command.state == CommandState.PENDING
        return not is_private or plan.call.state == CallState.HELD


class CreateSupervisorLeg(CreateLeg):
    """Call a supervisor in, to listen; more is granted when they are there."""

    is_muted = True

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the contact is in hand."""
        leg = plan.own_leg
        return not leg.is_gone and plan.contact.state == ContactState.ACTIVE and leg.room == plan.call.room


class SetParty(Order):
    """Hold, mute or coach: sets a state, so it may be repeated."""

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the party is in the room."""
        return plan.own_leg.is_in_room

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Set what `args` names: `hold`, `muted`, `coach` (the coached call's sid, or null for nobody)."""
        args, fields = plan.command.args, {}
        if "hold" in args:
            fields["Hold"] = _flag(args["hold"])
            if args["hold"]:
                url = carrier.urls.of_contact(plan.contact.id)
                fields |= {"HoldUrl": url(twiml.HOLD_PATH), "HoldMethod": "POST"}
        if "muted" in args:
            fields["Muted"] = _flag(args["muted"])
        if "coach" in args:
            fields["Coaching"] = _flag(args["coach"] is not None)
            if args["coach"] is not None:
                fields["CallSidToCoach"] = args["coach"]
        conference = await carrier.conference(plan.call)
        sid = plan.call.call_sid if plan.own_leg.kind == "customer" else plan.own_leg.call_sid
        return await carrier.client.update_participant(conference, sid or plan.own_leg.label, fields)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """The carrier says so itself; what follows from it is done."""
        held = answer.get("hold") if "hold" in plan.command.args else None
        muted = answer.get("muted") if "muted" in plan.command.args else None
        await parties.note_flags(tx, plan.own_leg, held=held, muted=muted)
        await settling.settle(tx, plan.contact.id)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """The agent is told; the next news or check tries again. A party who is gone will be reported gone."""
        if not error.is_gone:
            await show(tx, plan.contact.id, error=str(error)[:200])


def _flag(on: object) -> str:
    return "true" if on else "false"
