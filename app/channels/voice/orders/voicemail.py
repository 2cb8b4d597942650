"""The order that takes a waiting caller to the voicemail."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import life, twiml
from app.channels.voice.commands import CommandState
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.channels.voice.voicemail import life as voicemail
from app.core.db import Transaction


class TakeMessage(Order):
    """Redirect the call to the tone. Never twice: a second time would cut off who is already speaking."""

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the caller is on the line and no webhook has given the document."""
        is_asked = voicemail.recording_of(plan.call) is not None
        return is_asked and not voicemail.was_given(plan.call) and not plan.customer.is_over

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Redirect it; after an attempt of unknown outcome see first whether it speaks to the tone already."""
        recording_id = voicemail.recording_of(plan.call)
        assert recording_id is not None  # noqa: S101 -- it fits
        if plan.command.state == CommandState.SENDING:
            found = await carrier.client.recordings_of_call(plan.call.call_sid)
            if any(one.get("source") == "RecordVerb" for one in found):
                return {}
        before, otherwise = voicemail.prompts(plan.call)
        document = twiml.voicemail_document(
            (before,),
            (otherwise,),
            url=carrier.urls.of_contact(plan.contact.id),
            report_url=carrier.urls.of_recording(recording_id),
        )
        return await carrier.client.update_call(plan.call.call_sid, {"Twiml": document})

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """A caller who is gone leaves none; one who is still there is taken there by the queue's next question."""
        if error.is_gone:
            await life.customer_status(tx, plan.contact.id, "completed", now=now, reason="gone")
