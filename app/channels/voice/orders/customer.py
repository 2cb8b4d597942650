"""Orders about the customer's own call: into the room, back to the queue, hold, resume, end."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import calls, life, settling, twiml
from app.channels.voice.calls import CallState
from app.channels.voice.commands import CommandState
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.channels.voice.recording import consent
from app.channels.voice.show import show
from app.contacts.events import Control
from app.contacts.lifecycle import ContactState
from app.core.db import Transaction
from app.routing import service as routing


async def _customer_is_gone(tx: Transaction, plan: Plan, now: datetime) -> None:
    await life.customer_status(tx, plan.contact.id, "completed", now=now, reason="gone")


class MoveCustomer(Order):
    """Move the customer into the room where the agent is."""

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While agent and customer are being connected."""
        if plan.contact.state != ContactState.ACTIVE or plan.call.state != CallState.CONNECTING:
            return False
        await consent.needed_before_room(tx, plan.contact, plan.call)
        return True

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Redirect the call. An earlier attempt may have moved the customer: moving again would take them out
        first, and the room ends with its customer."""
        call = plan.call
        if plan.command.state == CommandState.SENDING and await carrier.is_in_room(call.call_sid, call.room):
            return {}
        async with carrier.database.read() as reader:
            told = await calls.get(reader, plan.contact.id) or call
            notice = await consent.before_room(reader, carrier.urls, plan.contact, told)
        url = carrier.urls.of_contact(plan.contact.id)
        document = twiml.customer_room_document(call.room, url=url, prompts=notice)
        return await carrier.client.update_call(call.call_sid, {"Twiml": document})

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """Gone, or the agent sits alone in the room and the caller cannot come: somebody else's turn."""
        if error.is_gone:
            await _customer_is_gone(tx, plan, now)
        else:
            await routing.requeue_active(tx, plan.contact.id, reason="move_failed")


class ReturnToQueue(Order):
    """Park the customer again."""

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the contact waits."""
        waits = plan.contact.state in (ContactState.QUEUED, ContactState.OFFERED)
        return waits and plan.call.state == CallState.WAITING and not plan.customer.is_over

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Redirect the call to the parking queue."""
        document = twiml.park_document(url=carrier.urls.of_contact(plan.contact.id))
        return await carrier.client.update_call(plan.call.call_sid, {"Twiml": document})

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """A customer who is gone has left the queue."""
        if error.is_gone:
            await _customer_is_gone(tx, plan, now)


class _SetHold(Order):
    on: bool
    before: CallState

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the call is as the agent saw it."""
        return plan.call.state == self.before

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Set the customer's participant."""
        url = carrier.urls.of_contact(plan.contact.id)
        hold = {"Hold": "true", "HoldUrl": url(twiml.HOLD_PATH), "HoldMethod": "POST"}
        fields = hold if self.on else {"Hold": "false"}
        conference = await carrier.conference(plan.call)
        return await carrier.client.update_participant(conference, plan.call.call_sid, fields)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """The carrier says so itself; its callback may come later."""
        call = await calls.get(tx, plan.contact.id)
        if call is not None and answer.get("hold") is self.on:
            await life.held(tx, plan.contact, call, on=self.on, sequence=None, now=now)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """The agent is told."""
        await show(tx, plan.contact.id, settled=self.control, error=str(error)[:200])
        if self.on:
            await settling.give_up_waiting_guest(tx, plan.contact)


class Hold(_SetHold):
    """Out of the conversation, to the music."""

    control = Control.HOLD
    on = True
    before = CallState.TALKING


class Resume(_SetHold):
    """Back into the conversation."""

    control = Control.RESUME
    on = False
    before = CallState.HELD


class EndCall(Order):
    """Hang the customer's call up."""

    control = Control.HANG_UP
    ends = True

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While it lives."""
        return not plan.customer.is_over

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """End it, whatever it does now."""
        return await carrier.hang_up(plan.call.call_sid)

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """The answer may say already that it is over."""
        if answer.get("status") in calls.TERMINAL:
            await life.customer_status(tx, plan.contact.id, str(answer["status"]), now=now)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """Gone is what was wanted; anything else the agent is told."""
        if error.is_gone:
            await _customer_is_gone(tx, plan, now)
        else:
            await show(tx, plan.contact.id, settled=self.control, error=str(error)[:200])
