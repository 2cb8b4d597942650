"""The order that asks the caller for a score after the agent has hung up."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import life
from app.channels.voice.calls import CallState
from app.channels.voice.commands import CommandKind, order
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.channels.voice.recording import life as recordings
from app.channels.voice.recording import rows
from app.channels.voice.recording.rules import RecordingStatus
from app.channels.voice.survey import life as surveys
from app.channels.voice.survey.answering import question
from app.contacts.events import Control
from app.contacts.lifecycle import ContactState
from app.core.db import Transaction


class AskSurvey(Order):
    """Stop the recording, then redirect the call to the question: keys and scores are not to be recorded."""

    control = Control.HANG_UP
    ends = True

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While they talk."""
        talks = plan.contact.state == ContactState.ACTIVE and plan.call.state in (
            CallState.TALKING,
            CallState.HELD,
        )
        return talks and not plan.customer.is_over

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Both may be repeated: the question is asked anew at worst."""
        async with carrier.database.read() as reader:
            live = await rows.live_of_leg(reader, plan.customer.id)
        if live is not None and live.recording_sid is not None:
            try:
                await carrier.client.update_recording(
                    plan.call.call_sid, live.recording_sid, {"Status": "stopped"}
                )
            except ProviderError as error:
                if not error.is_gone:
                    raise
        url = carrier.urls.of_contact(plan.contact.id)
        return await carrier.client.update_call(
            plan.call.call_sid, {"Twiml": question(plan.contact.language, url)}
        )

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """The agent is free of the call."""
        live = await rows.live_of_leg(tx, plan.customer.id)
        if live is not None and live.recording_sid is not None:
            await recordings.ended(
                tx, plan.contact, live, RecordingStatus.PROCESSING, sid=None, seconds=None, now=now
            )
        await surveys.began(tx, plan.contact.id, now)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """Nobody to ask, or no way to: the call ends without the question, as the agent wanted."""
        if error.is_gone:
            await life.customer_status(tx, plan.contact.id, "completed", now=now, reason="gone")
        else:
            await order(tx, plan.contact.id, CommandKind.END_CALL)
