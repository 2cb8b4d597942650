"""The order that tells a caller why the wait is over, and ends the call."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import farewell, life
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.contacts.lifecycle import ContactState
from app.core.db import Transaction


class SayGoodbye(Order):
    """Say the call's farewell. Said twice at worst, after an answer that was lost."""

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While somebody is there to hear it."""
        is_over = plan.contact.state == ContactState.CLOSED
        return is_over and plan.call.farewell is not None and not plan.customer.is_over

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Redirect the call to the words."""
        document = farewell.document(plan.call)
        assert document is not None  # noqa: S101 -- it fits
        return await carrier.client.update_call(plan.call.call_sid, {"Twiml": document})

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """Gone is what was wanted. One who is still there hears it when the carrier asks for the next document."""
        if error.is_gone:
            await life.customer_status(tx, plan.contact.id, "completed", now=now, reason="gone")
