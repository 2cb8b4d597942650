"""What the voice channel does when routing or an agent decides something. All in the decider's transaction."""

from app.channels.voice import calls, life
from app.channels.voice.calls import CallState
from app.channels.voice.commands import CommandKind, order
from app.channels.voice.show import show
from app.contacts.errors import ControlRefused
from app.contacts.events import ContactClosed, Control, ControlRequested
from app.core.db import Transaction
from app.core.events import EventRegistry
from app.routing.events import ContactReleased, OfferAccepting, OfferEnded, WrapUpStarted

VOICE = "voice"


def subscribe(registry: EventRegistry) -> None:
    """Connect this module to the events below it."""
    registry.subscribe(OfferAccepting, on_offer_accepting)
    registry.subscribe(OfferEnded, on_offer_ended)
    registry.subscribe(ContactReleased, on_contact_released)
    registry.subscribe(WrapUpStarted, on_wrap_up_started)
    registry.subscribe(ContactClosed, on_contact_closed)
    registry.subscribe(ControlRequested, on_control_requested)


async def on_offer_accepting(tx: Transaction, event: OfferAccepting) -> None:
    """The agent said yes: call the agent's phone into the contact's room."""
    if event.contact.channel != VOICE:
        return
    leg = await calls.add_agent_leg(
        tx, contact_id=event.contact.id, offer_id=event.offer.id, agent_id=event.offer.agent_id
    )
    await calls.open_room(tx, event.contact.id, event.offer.round)
    await order(tx, event.contact.id, CommandKind.CREATE_AGENT_LEG, leg_id=leg.id)


async def on_offer_ended(tx: Transaction, event: OfferEnded) -> None:
    """The offer came to nothing: its leg must not ring on, and the customer goes on waiting."""
    if event.contact.channel != VOICE:
        return
    leg = await calls.leg_of_offer(tx, event.offer.id)
    if leg is not None:
        await life.end_leg(tx, leg)
    call = await calls.get(tx, event.contact.id)
    if call is not None and call.state == CallState.CONNECTING:
        await calls.change(tx, event.contact.id, state=CallState.WAITING.value)


async def on_contact_released(tx: Transaction, event: ContactReleased) -> None:
    """The agent was lost: out of the room and back into the queue, hearing where they stand."""
    if event.contact.channel != VOICE:
        return
    await calls.change(tx, event.contact.id, state=CallState.WAITING.value, announced=None)
    await show(tx, event.contact.id, state=CallState.WAITING, pending=None, held_since=None)
    await order(tx, event.contact.id, CommandKind.RETURN_TO_QUEUE)
    await life.end_agent_legs(tx, event.contact.id)


async def on_wrap_up_started(tx: Transaction, event: WrapUpStarted) -> None:
    """Nobody stays in the room."""
    if event.contact.channel == VOICE:
        await life.end_agent_legs(tx, event.contact.id)


async def on_contact_closed(tx: Transaction, event: ContactClosed) -> None:
    """Solved by self-service, abandoned or wrapped up: no agent's leg may live on."""
    if event.contact.channel == VOICE and await calls.get(tx, event.contact.id) is not None:
        await life.end_agent_legs(tx, event.contact.id)


async def on_control_requested(tx: Transaction, event: ControlRequested) -> None:
    """Hold, resume, hang up: ordered now, shown as pending, confirmed by the carrier."""
    contact = event.contact
    if contact.channel != VOICE:
        return
    call = await calls.get(tx, contact.id)
    if call is None:
        raise ControlRefused("there is no call to control")
    pending = contact.media.get("pending_command")
    if pending == event.control.value:
        return  # ordered already
    match event.control:
        case Control.HOLD if call.state == CallState.TALKING:
            kind = CommandKind.HOLD
        case Control.RESUME if call.state == CallState.HELD:
            kind = CommandKind.RESUME
        case Control.HANG_UP:
            kind = CommandKind.END_CALL
        case _:
            raise ControlRefused(f"the call is {call.state}; that is not possible now")
    await order(tx, contact.id, kind)
    await show(tx, contact.id, pending=event.control.value, error=None)
