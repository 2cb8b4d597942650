"""The order that rings the customer of a callback."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import calls, life, twiml
from app.channels.voice.commands import CommandState
from app.channels.voice.dial_check import DialLimitReached, NumberRefused, check_dialable
from app.channels.voice.ending import end_leg
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.channels.voice.urls import OVERRIDES
from app.core.db import Reader, Transaction
from app.routing import callback_rows
from app.routing.callback_rows import Callback
from app.routing.callback_rules import CallbackState


async def _dialled(reader: Reader, plan: Plan) -> Callback | None:
    """The callback, while it is this very dialling that counts."""
    callback = await callback_rows.of_contact(reader, plan.contact.id)
    is_ours = callback is not None and callback.dials == plan.own_leg.dial
    return callback if callback and is_ours and callback.state == CallbackState.DIALLING else None


async def _check(carrier: Carrier, plan: Plan) -> None:
    """The last wall before the carrier, whatever was allowed when the callback was asked for. Raises ProviderError: a
    number that is not rung fails the try, a limit is waited for a little."""
    number = plan.contact.customer_address or ""
    try:
        async with carrier.database.transaction() as tx:
            await check_dialable(tx, carrier.settings, number, dial_id=plan.own_leg.id, purpose="callback")
    except (NumberRefused, DialLimitReached) as refused:
        raise ProviderError(
            f"not rung: {refused.detail}",
            status=None,
            code=None,
            is_retryable=isinstance(refused, DialLimitReached),
            is_outcome_unknown=False,
        ) from refused


class CallCustomer(Order):
    """Ring the customer. When the outcome is unknown it is not rung again: whatever became of it reports with the
    leg's id, and an answer that nobody waits for is told so."""

    is_create = True

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While the dialling is wanted."""
        return not plan.own_leg.is_over and await _dialled(tx, plan) is not None

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Create the call; after an attempt of unknown outcome wait for news of it."""
        async with carrier.database.read() as reader:
            callback = await _dialled(reader, plan)
            leg = await calls.leg(reader, plan.own_leg.id) or plan.own_leg
        if plan.command.state == CommandState.SENDING:
            if leg.call_sid is None:
                await carrier.give_up_or_wait(plan)
            return {"sid": leg.call_sid}
        await _check(carrier, plan)
        return await carrier.client.create_call(
            {
                "From": plan.contact.our_address or "",
                "To": plan.contact.customer_address or "",
                "Timeout": str(callback.ring_seconds if callback else 0),
                "Url": carrier.urls.of_leg(twiml.ANSWERED_PATH, leg.id) + OVERRIDES,
                "StatusCallback": carrier.urls.of_leg("leg", leg.id) + OVERRIDES,
                "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            }
        )

    async def dropped(self, tx: Transaction, plan: Plan) -> None:
        """Never sent: no such leg exists."""
        if plan.command.state == CommandState.PENDING:
            await calls.note_status(tx, plan.own_leg, "canceled", call_sid=None, reason="not_made")

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """It rings. A dialling that was called off meanwhile is rung off."""
        sid = answer.get("sid")
        leg = await calls.leg(tx, plan.own_leg.id) or plan.own_leg
        await calls.note_status(tx, leg, "queued", call_sid=sid, reason=None)
        if leg.status == "new" and await _dialled(tx, plan) is None:
            await end_leg(tx, leg)

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """The carrier would not ring this number."""
        await life.customer_leg_status(
            tx, plan.own_leg.id, "failed", call_sid=None, now=now, reason=str(error)[:200]
        )
