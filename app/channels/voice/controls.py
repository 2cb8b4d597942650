"""What an agent orders about the people in a call: consult, transfer, swap, merge, complete, cancel, mute, come back.

Each writes what is wanted and lets `settling.settle` do it. Each may be repeated: what is so, or on its way, stays.
Refused with ControlRefused, which says why.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.agents import states as agent_states
from app.channels.voice import calls, parties, reach, settling
from app.channels.voice.calls import Call, CallState, Leg
from app.channels.voice.commands import CommandKind, is_open, order
from app.channels.voice.dial_check import check_dialable, number_to_dial
from app.channels.voice.party_rules import Focus, GuestMode, Party, Room, live_guest, refusal
from app.channels.voice.show import show
from app.contacts.errors import ControlRefused
from app.contacts.events import Control
from app.contacts.models import Contact
from app.core.db import Transaction
from app.core.settings import Settings
from app.routing import offers
from app.touchpoints import log as touchpoints


@dataclass(frozen=True, slots=True)
class Target:
    """Who is called: a colleague (`agent_id`) or a `number` outside, with `digits` to dial when it answers."""

    agent_id: UUID | None = None
    number: str | None = None
    digits: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """The agent who orders."""

    id: UUID
    name: str


async def consult(tx: Transaction, contact_id: UUID, by: Caller, target: Target, settings: Settings) -> None:
    """Put the customer on hold and call somebody to ask. A colleague must be free: they may take the contact over.
    Raises NumberRefused or DialLimitReached, too."""
    target = await _dialled(tx, target, settings)
    contact, call, found, room = await _standing(tx, contact_id)
    if _is_called(found, target, GuestMode.CONSULT):
        return
    _refuse(refusal(room, "consult"))
    leg = await _add_guest(tx, contact, call, by, target, GuestMode.CONSULT, settings)
    await calls.change(tx, contact_id, focus=Focus.GUEST.value)
    await _told(tx, contact, by, leg)


async def transfer_to_number(
    tx: Transaction, contact_id: UUID, by: Caller, target: Target, settings: Settings
) -> None:
    """Call somebody outside; when they are in the room the agent's part is over. When they do not come nothing has
    changed: the agent is still there. Raises NumberRefused or DialLimitReached, too."""
    target = await _dialled(tx, target, settings)
    contact, call, found, room = await _standing(tx, contact_id)
    if _is_called(found, target, GuestMode.TRANSFER):
        return
    _refuse(refusal(room, "transfer"))
    leg = await _add_guest(tx, contact, call, by, target, GuestMode.TRANSFER, settings)
    await _told(tx, contact, by, leg)


async def focus_on(tx: Transaction, contact_id: UUID, focus: Focus) -> None:
    """Talk to the guest or the customer alone, the other on hold (swap); to both (merge); or to nobody."""
    _, call, _, room = await _standing(tx, contact_id)
    _refuse(refusal(room, "focus"))
    guest = live_guest(room.parties)
    assert guest is not None  # noqa: S101 -- else it was refused
    if call.focus != focus.value:
        await calls.change(tx, contact_id, focus=focus.value)
        await show(tx, contact_id, pending=Control.FOCUS.value, error=None)
    await parties.set_mode(
        tx, guest.leg_id, GuestMode.CONFERENCE if focus == Focus.ALL else GuestMode.CONSULT
    )
    await settling.settle(tx, contact_id)


async def complete(tx: Transaction, contact_id: UUID, by: Caller) -> None:
    """Leave the customer to the guest: a colleague gets the contact, with somebody outside the customer talks on. The
    wrap-up begins. Raises AgentNotThere when the colleague cannot take it."""
    contact, _, _, room = await _standing(tx, contact_id)
    _refuse(refusal(room, "complete"))
    guest = live_guest(room.parties)
    assert guest is not None  # noqa: S101 -- else it was refused
    await settling.take_over(tx, contact, guest, by=by.id)


async def cancel(tx: Transaction, contact_id: UUID) -> None:
    """Send the guest away and go on with the customer. Without a guest nothing is changed."""
    contact, call, found, room = await _standing(tx, contact_id)
    guest = live_guest(room.parties)
    if guest is None:
        return
    _refuse(refusal(room, "cancel"))
    leg = next(leg for leg in found if leg.id == guest.leg_id)
    await settling.end_party(tx, leg)
    if call.focus is not None:
        await calls.change(tx, contact_id, focus=Focus.CUSTOMER.value)
    if leg.status == "new":
        await settling.guest_gone(tx, contact, await calls.leg(tx, leg.id) or leg, "canceled")
    await settling.settle(tx, contact_id)


async def hold_with_guest(tx: Transaction, contact: Contact, control: Control) -> bool:
    """Hold and resume while a guest is there: said as a change of focus. False when there is no guest, and the customer
    is simply put on hold."""
    found = await settling.standing(tx, contact.id)
    guest = live_guest(found[3].parties) if found else None
    if found is None or guest is None or guest.mode == GuestMode.TRANSFER:
        return False
    if not guest.is_in_room:
        raise ControlRefused("whom you called has not answered yet; cancel that first")
    await focus_on(tx, contact.id, _focus_after(control, guest))
    return True


def _focus_after(control: Control, guest: Party) -> Focus:
    if control == Control.HOLD:
        return Focus.NOBODY if guest.is_held else Focus.GUEST
    return Focus.ALL if guest.mode == GuestMode.CONFERENCE else Focus.CUSTOMER


async def mute(tx: Transaction, contact_id: UUID, leg_id: UUID, *, on: bool) -> None:
    """Mute a party for everybody, or let it be heard again. A supervisor is not the agent's to mute."""
    contact, _, found, room = await _standing(tx, contact_id)
    leg = next((leg for leg in found if leg.id == leg_id and leg.kind != "supervisor"), None)
    if leg is None or not leg.is_in_room:
        raise ControlRefused("this party is not in the call")
    if not room.is_active:
        raise ControlRefused("the conversation is over")
    if leg.is_muted == on:
        return
    if await is_open(tx, leg.id, CommandKind.SET_PARTY):
        raise ControlRefused("an order about this party is on its way; try again in a moment")
    await order(tx, contact.id, CommandKind.SET_PARTY, leg_id=leg.id, args={"muted": on})


async def rejoin(tx: Transaction, contact_id: UUID, by: Caller) -> None:
    """Call the agent's phone back into the room it dropped out of. Nothing when it is there or on the way."""
    contact, call, found, room = await _standing(tx, contact_id)
    if not room.is_active:
        raise ControlRefused("the conversation is over")
    offer = await offers.taken_of_contact(tx, contact_id)
    if offer is None or offer.agent_id != by.id or call.state == CallState.CONNECTING:
        raise ControlRefused("you are being connected; wait a moment")
    if any(leg.agent_id == by.id and leg.kind == "agent" and not leg.is_gone for leg in found):
        return
    if call.alone_since is None:
        now: datetime = await tx.fetchval("select switchboard_now()")
        await calls.change(tx, contact_id, alone_since=now)
    leg = await calls.add_leg(
        tx,
        contact_id=contact.id,
        kind="agent",
        room=call.room,
        offer_id=offer.id,
        agent_id=by.id,
        address=(await reach.of_agent(tx, by.id)).address,
    )
    await order(tx, contact_id, CommandKind.CREATE_AGENT_LEG, leg_id=leg.id)


async def _standing(tx: Transaction, contact_id: UUID) -> tuple[Contact, Call, list[Leg], Room]:
    found = await settling.standing(tx, contact_id)
    if found is None:
        raise ControlRefused("there is no call to control")
    return found


def _refuse(why: str | None) -> None:
    if why is not None:
        raise ControlRefused(why)


def _is_called(found: list[Leg], target: Target, mode: GuestMode) -> bool:
    """Whether this very target is being called or there already: the order was repeated."""
    return any(
        leg.kind == "guest"
        and not leg.is_gone
        and leg.mode == mode
        and (leg.agent_id, leg.outside_number) == (target.agent_id, target.number)
        for leg in found
    )


async def _dialled(tx: Transaction, target: Target, settings: Settings) -> Target:
    if target.number is None:
        return target
    return replace(target, number=await number_to_dial(tx, settings, target.number))


async def _add_guest(
    tx: Transaction,
    contact: Contact,
    call: Call,
    by: Caller,
    target: Target,
    mode: GuestMode,
    settings: Settings,
) -> Leg:
    if target.agent_id == by.id:
        raise ControlRefused("that is you; choose somebody else")
    if target.agent_id is not None and await parties.has_call(tx, target.agent_id):
        raise ControlRefused("this colleague is in a call; choose somebody else, or transfer to them")
    found = await reach.of_agent(tx, target.agent_id) if target.agent_id is not None else None
    leg = await calls.add_leg(
        tx,
        contact_id=contact.id,
        kind="guest",
        room=call.room,
        agent_id=target.agent_id,
        address=target.number if found is None else found.address,
        digits=target.digits,
        mode=mode,
    )
    if target.number is not None:
        await check_dialable(tx, settings, target.number, dial_id=leg.id, purpose="transfer", agent_id=by.id)
    if target.agent_id is not None:
        await _engage(tx, contact, leg, by, target.agent_id)
    return leg


async def _engage(tx: Transaction, contact: Contact, leg: Leg, by: Caller, agent_id: UUID) -> None:
    offer = await offers.taken_of_contact(tx, contact.id)
    engagement: dict[str, Any] = {
        "role": "consult",
        "mode": None,
        "contact_id": str(contact.id),
        "leg_id": str(leg.id),
        "by": by.name,
    }
    if not await agent_states.engage(tx, agent_id, engagement, cost=offer.cost if offer else 1):
        raise ControlRefused("this colleague is not free; choose somebody else, or transfer to them")


async def _told(tx: Transaction, contact: Contact, by: Caller, leg: Leg) -> None:
    name = await tx.fetchval("select display_name from agents where id = $1", leg.agent_id)
    data = {"with": name or parties.masked(leg.address or ""), "mode": leg.mode or ""}
    actor = touchpoints.agent(by.id, by.name)
    await touchpoints.append(tx, contact.subject, "consult.started", actor=actor, data=data, once=str(leg.id))
    await show(tx, contact.id, guest_ended=None, error=None)
    await settling.settle(tx, contact.id)
