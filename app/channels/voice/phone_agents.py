"""Agents at a telephone or a SIP phone: their offers ring there, and putting the receiver down is a hang-up.

Everything runs with the contact locked, may run twice and in any order, and changes nothing when its news is old.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.channels.voice import calls, reach, settling
from app.channels.voice.calls import Call, CallState, Leg
from app.channels.voice.commands import CommandKind, is_open, is_open_for_customer, order
from app.channels.voice.ending import end_leg
from app.channels.voice.show import show
from app.channels.voice.survey import life as surveys
from app.contacts.events import Control
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import service as routing
from app.routing.callback_rows import CHANNEL
from app.routing.events import OfferMade
from app.routing.offers import OfferState

BROWSER_COMES_BACK = timedelta(
    seconds=12
)  # with the grace before it, less than the half minute nobody may be alone
PHONE_COMES_BACK = timedelta(seconds=reach.COMING_BACK_RING_SECONDS + 2)
HUNG_UP = "participant_hung_up"  # ReasonParticipantLeft: the party itself has gone, and not the room with the customer
_NOT_REACHED = frozenset({"failed", "canceled"})


async def on_offers_made(tx: Transaction, events: Sequence[OfferMade]) -> None:
    """Ring the telephones of those who are reached there: the ringing is the offer."""
    for event in events:
        if event.offer.is_by_phone and event.offer.state == OfferState.PENDING:
            await _ring(tx, event)


async def _ring(tx: Transaction, event: OfferMade) -> None:
    offer, contact = event.offer, event.contact
    found = await reach.of_agent(tx, offer.agent_id)
    if contact.channel == CHANNEL:
        await calls.begin_offer(tx, contact.id)  # nobody is on the line yet, so there may be no call
    leg = await calls.add_leg(
        tx,
        contact_id=contact.id,
        kind="agent",
        room=calls.room_name(contact.id, offer.round),
        offer_id=offer.id,
        agent_id=offer.agent_id,
        address=found.address,
    )
    await order(tx, contact.id, CommandKind.CREATE_AGENT_LEG, leg_id=leg.id)


async def not_answered(tx: Transaction, leg: Leg, status: str) -> None:
    """The telephone that is a pending offer rang in vain, or nobody there pressed the key. An agent whose telephone
    cannot be reached at all is not asked again either until they say so: each try would cost a customer time."""
    if leg.offer_id is not None:
        why = "not_reachable" if status in _NOT_REACHED else "not_answered"
        await routing.miss_offer(tx, offer_id=leg.offer_id, reason=why)


async def let_go(tx: Transaction, leg: Leg) -> None:
    """The offer of this leg is over: ring off, or tell who has answered that the call is gone."""
    heard = leg.is_phone and leg.status == "in-progress" and leg.joined_at is None
    if not heard or leg.call_sid is None:
        await end_leg(tx, leg)
    elif not await is_open(tx, leg.id, CommandKind.DISMISS_LEG):
        await order(tx, leg.contact_id, CommandKind.DISMISS_LEG, leg_id=leg.id)


async def put_down(tx: Transaction, contact: Contact, call: Call) -> None:
    """An agent at a telephone is out of the room without an order: they have hung up. A guest who is there has the
    customer then; a customer who is not in the room yet waits on for somebody else."""
    if contact.state != ContactState.ACTIVE:
        return
    if call.alone_since is not None:
        call = await calls.change(tx, contact.id, alone_since=None)
    if call.state not in (CallState.TALKING, CallState.HELD):
        await routing.requeue_active(tx, contact.id, reason="agent_lost")
        return
    if await settling.guest_takes_over(tx, contact):
        return
    if await is_open_for_customer(tx, contact.id, CommandKind.END_CALL, CommandKind.ASK_SURVEY):
        return
    await order(tx, contact.id, await surveys.how_to_hang_up(tx, contact, call))
    await show(tx, contact.id, pending=Control.HANG_UP.value, error=None)


def was_at_telephone(contact: Contact, found: Sequence[Leg]) -> bool:
    """Whether the agent who has the contact was in the room by telephone last."""
    own = [leg for leg in found if leg.kind == "agent" and leg.agent_id == contact.agent_id and leg.joined_at]
    return bool(own) and own[-1].is_phone


def comes_back(leg: Leg, now: datetime) -> bool:
    """Whether an agent's phone is being called back into the room just now."""
    window = PHONE_COMES_BACK if leg.is_phone else BROWSER_COMES_BACK
    return leg.kind == "agent" and not leg.is_gone and not leg.is_in_room and now - leg.created_at < window
