"""Orders about an agent's own telephone: ring it, and tell who has answered too late."""

from datetime import datetime

from app.channels.twilio.client import ProviderError
from app.channels.voice import calls, reach, twiml
from app.channels.voice.calls import Leg
from app.channels.voice.commands import CommandState
from app.channels.voice.dial_check import NumberRefused
from app.channels.voice.ending import end_leg
from app.channels.voice.orders.base import Answer, Carrier, Order, Plan
from app.channels.voice.urls import OVERRIDES
from app.core.db import Transaction
from app.routing.caller_id import number_shown
from app.selfservice.prompts import message
from app.selfservice.turns import Prompt

LONGEST_SECONDS = 4 * 3600  # no call costs money for ever, whatever else fails


async def call_phone(carrier: Carrier, plan: Plan) -> Answer:
    """Ring the telephone; what happens when it is answered is asked of us. A call of its own has no label, so after an
    attempt of unknown outcome only its news can tell of it. Raises ProviderError, or RetryLater."""
    async with carrier.database.read() as reader:
        leg = await calls.leg(reader, plan.own_leg.id) or plan.own_leg
        seconds = await reach.phone_ring_seconds(reader, leg)
        shown = await number_shown(reader, plan.contact.queue_id, called=plan.contact.our_address)
    if plan.command.state == CommandState.SENDING:
        if leg.call_sid is None:
            await carrier.give_up_or_wait(plan)
        return {"call_sid": leg.call_sid}
    made = await carrier.client.create_call(
        {
            "From": shown or "",
            "To": await _checked(carrier, leg),
            "Timeout": str(seconds),
            "TimeLimit": str(LONGEST_SECONDS),
            "Url": carrier.urls.of_leg(twiml.AGENT_ANSWERED_PATH, leg.id) + OVERRIDES,
            "StatusCallback": carrier.urls.of_leg("leg", leg.id) + OVERRIDES,
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        }
    )
    return {"call_sid": made["sid"]}


async def _checked(carrier: Carrier, leg: Leg) -> str:
    """The last wall before the carrier, whatever was allowed when the address was set."""
    try:
        async with carrier.database.read() as reader:
            return await reach.address_to_ring(reader, carrier.settings, leg.address or "")
    except NumberRefused as refused:
        raise ProviderError(
            f"not rung: {refused.detail}",
            status=None,
            code=None,
            is_retryable=False,
            is_outcome_unknown=False,
        ) from refused


class DismissLeg(Order):
    """Tell an agent who has answered that the call is gone, and hang up."""

    ends = True

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """While they are on the line and in no room."""
        return not plan.own_leg.is_gone and not plan.own_leg.is_in_room and plan.own_leg.call_sid is not None

    async def ask(self, carrier: Carrier, plan: Plan) -> Answer:
        """Redirect the leg to the words; it ends with them."""
        leg = plan.own_leg
        async with carrier.database.read() as reader:
            assert leg.agent_id is not None  # noqa: S101 -- only an agent's telephone is dismissed
            locale = (await reach.of_agent(reader, leg.agent_id)).locale
        words = twiml.goodbye_document((Prompt(message("agent.too_late", locale), locale),))
        return await carrier.client.update_call(leg.call_sid or "", {"Twiml": words})

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """Then without words."""
        if not error.is_gone:
            await end_leg(tx, plan.own_leg)
