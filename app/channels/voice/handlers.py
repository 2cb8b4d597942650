"""What the voice channel does when routing or an agent decides something. All in the decider's transaction."""

from datetime import datetime

from app.channels.voice import calls, controls, dial_out, dialling, life, phone_agents, reach, settling
from app.channels.voice.calls import CallState
from app.channels.voice.commands import CommandKind, order, was_ordered
from app.channels.voice.ending import end_agent_legs, end_leg
from app.channels.voice.recording import life as recordings
from app.channels.voice.show import show
from app.channels.voice.survey import life as surveys
from app.contacts.errors import ControlRefused
from app.contacts.events import ContactClosed, Control, ControlRequested
from app.core.db import Transaction
from app.core.events import EventRegistry
from app.routing.callback_rows import CHANNEL
from app.routing.callback_rules import CallbackState
from app.routing.events import (
    CallbackEnded,
    ContactDiverted,
    ContactReleased,
    DialCancelled,
    DialRequested,
    OfferAccepting,
    OfferEnded,
    OfferMade,
    WrapUpStarted,
)

SPOKEN = frozenset({"voice", CHANNEL})  # whose agents and customers meet in a room


def subscribe(registry: EventRegistry) -> None:
    """Connect this module to the events below it."""
    registry.subscribe(ContactDiverted, on_contact_diverted)
    registry.subscribe_many(OfferMade, phone_agents.on_offers_made)
    registry.subscribe(OfferAccepting, on_offer_accepting)
    registry.subscribe(OfferEnded, on_offer_ended)
    registry.subscribe(ContactReleased, on_contact_released)
    registry.subscribe(WrapUpStarted, on_wrap_up_started)
    registry.subscribe(ContactClosed, on_contact_closed)
    registry.subscribe(ControlRequested, on_control_requested)
    registry.subscribe(DialRequested, dialling.on_dial_requested)
    registry.subscribe(DialCancelled, on_dial_cancelled)
    registry.subscribe(CallbackEnded, on_callback_ended)


async def on_offer_accepting(tx: Transaction, event: OfferAccepting) -> None:
    """The agent said yes: call the agent's phone into the contact's room, unless it was said at that phone."""
    if event.contact.channel not in SPOKEN:
        return
    await calls.open_room(tx, event.contact.id, event.offer.round)
    if await calls.leg_of_offer(tx, event.offer.id) is not None:
        return  # the yes was said at the telephone that is the offer: its leg is there
    found = await reach.of_agent(tx, event.offer.agent_id)
    leg = await calls.add_leg(
        tx,
        contact_id=event.contact.id,
        kind="agent",
        room=calls.room_name(event.contact.id, event.offer.round),
        offer_id=event.offer.id,
        agent_id=event.offer.agent_id,
        address=found.address,
    )
    await order(tx, event.contact.id, CommandKind.CREATE_AGENT_LEG, leg_id=leg.id)


async def on_offer_ended(tx: Transaction, event: OfferEnded) -> None:
    """The offer came to nothing: its leg must not ring on, and the customer goes on waiting."""
    if event.contact.channel not in SPOKEN:
        return
    leg = await calls.leg_of_offer(tx, event.offer.id)
    if leg is not None:
        await phone_agents.let_go(tx, leg)
    if await dial_out.offer_ended(tx, event.contact):
        await life.close_if_over(tx, event.contact.id)
        return
    call = await calls.get(tx, event.contact.id)
    if call is not None and call.state == CallState.CONNECTING:
        await calls.change(tx, event.contact.id, state=CallState.WAITING.value)


async def on_contact_released(tx: Transaction, event: ContactReleased) -> None:
    """The agent was lost: out of the room and back into the queue, hearing where they stand."""
    if event.contact.channel not in SPOKEN:
        return
    await calls.change(tx, event.contact.id, state=CallState.WAITING.value, announced=None, focus=None)
    await show(tx, event.contact.id, state=CallState.WAITING, pending=None, held_since=None, guest_ended=None)
    await recordings.customer_waits(tx, event.contact)
    await order(tx, event.contact.id, CommandKind.RETURN_TO_QUEUE)
    await end_agent_legs(tx, event.contact.id)
    await settling.settle(tx, event.contact.id)


async def on_contact_diverted(tx: Transaction, event: ContactDiverted) -> None:
    """In another queue a caller is told anew where they stand."""
    if event.action == "queue" and await calls.get(tx, event.contact.id) is not None:
        await calls.change(tx, event.contact.id, announced=None)


async def on_wrap_up_started(tx: Transaction, event: WrapUpStarted) -> None:
    """Nobody stays in the room, but a customer with whoever they were transferred to outside; no telephone rings on."""
    if event.contact.channel in SPOKEN:
        await dial_out.ring_off(tx, event.contact)
        await end_agent_legs(tx, event.contact.id)
        await settling.settle(tx, event.contact.id)


async def on_contact_closed(tx: Transaction, event: ContactClosed) -> None:
    """Solved by self-service, abandoned or wrapped up: no agent's leg may live on."""
    if event.contact.channel in SPOKEN and await calls.get(tx, event.contact.id) is not None:
        await dial_out.ring_off(tx, event.contact)
        await end_agent_legs(tx, event.contact.id)
        await settling.settle(tx, event.contact.id)


async def on_dial_cancelled(tx: Transaction, event: DialCancelled) -> None:
    """The customer is not to be reached any more: ring off, or hang up on whoever has just answered."""
    for leg in await calls.legs(tx, event.contact.id):
        if leg.kind != "customer" or leg.dial != event.callback.dials or leg.is_over:
            continue
        if await was_ordered(tx, leg.id, CommandKind.CALL_CUSTOMER):
            await end_leg(tx, leg)
        else:
            await calls.note_status(tx, leg, "canceled", call_sid=None, reason="not_made")


async def on_callback_ended(tx: Transaction, event: CallbackEnded) -> None:
    """A callback that reached nobody has no call any more."""
    is_reached = event.callback.state == CallbackState.REACHED
    if not is_reached and await calls.get(tx, event.contact.id) is not None:
        await life.close_if_over(tx, event.contact.id)


async def on_control_requested(tx: Transaction, event: ControlRequested) -> None:
    """Hold, resume, hang up: ordered now, shown as pending, confirmed by the carrier."""
    contact = event.contact
    if contact.channel not in SPOKEN:
        return
    call = await calls.get(tx, contact.id)
    if call is None:
        raise ControlRefused("there is no call to control")
    pending = contact.media.get("pending_command")
    if pending == event.control.value:
        return  # ordered already
    if event.control != Control.HANG_UP and await controls.hold_with_guest(tx, contact, event.control):
        return
    if event.control == Control.HANG_UP:
        now: datetime = await tx.fetchval("select switchboard_now()")
        if await dial_out.give_up(tx, contact, now=now):
            await life.close_if_over(tx, contact.id)
            return
    match event.control:
        case Control.HOLD if call.state == CallState.TALKING:
            kind = CommandKind.HOLD
        case Control.RESUME if call.state == CallState.HELD:
            kind = CommandKind.RESUME
        case Control.HANG_UP:
            kind = await surveys.how_to_hang_up(tx, contact, call)
        case _:
            raise ControlRefused(f"the call is {call.state}; that is not possible now")
    await order(tx, contact.id, kind)
    await show(tx, contact.id, pending=event.control.value, error=None)
