"""Brings a room with guests or supervisors to what was ordered: carries out what `party_rules` find to be done.

Run after every change and news of a call, and by the reconciler. The contact is locked by the caller. Running it twice
orders nothing twice: what is on its way is waited for.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from app.channels.voice import calls, parties
from app.channels.voice.calls import Call, Leg
from app.channels.voice.commands import CommandKind, is_open, is_open_for_customer, order, was_ordered
from app.channels.voice.ending import end_leg
from app.channels.voice.party_rules import (
    Deed,
    Focus,
    GuestMode,
    Party,
    Room,
    Step,
    SupervisorMode,
    live_guest,
    steps,
)
from app.channels.voice.recording import rows as recordings
from app.channels.voice.show import show
from app.contacts import repository as contact_rows
from app.contacts.events import Control
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import offers
from app.routing import service as routing
from app.routing.errors import AgentNotThere
from app.touchpoints import log as touchpoints


async def standing(tx: Transaction, contact_id: UUID) -> tuple[Contact, Call, list[Leg], Room] | None:
    """The call as it stands, locked; None when the contact has none."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    call = await calls.get(tx, contact_id)
    if call is None:
        return None
    found = await calls.legs(tx, contact_id)
    return contact, call, found, await parties.room_of(tx, contact, call, found)


async def settle(tx: Transaction, contact_id: UUID) -> None:
    """Do what is due now, and show the agent who is there."""
    contact = await contact_rows.get(tx, contact_id)
    call = await calls.get(tx, contact_id)
    if call is None:
        return
    found = await calls.legs(tx, contact_id)
    if not parties.is_plain(call, found):
        room = await parties.room_of(tx, contact, call, found)
        by_id = {leg.id: leg for leg in found}
        for step in steps(room):
            await _do(tx, contact, step, by_id)
        contact = await contact_rows.get(tx, contact_id)
        call = await calls.get(tx, contact_id) or call
        found = await calls.legs(tx, contact_id)
    await show(tx, contact_id, parties=await parties.shown(tx, contact, call, found))


async def _do(tx: Transaction, contact: Contact, step: Step, by_id: dict[UUID, Leg]) -> None:
    leg = by_id[step.party.leg_id] if step.party else None
    match step.deed:
        case Deed.CALL if leg is not None:
            args = {"digits": leg.digits} if leg.digits else None
            await order(tx, contact.id, parties.CREATES[leg.kind], leg_id=leg.id, args=args)
        case Deed.END if leg is not None:
            await end_party(tx, leg)
        case Deed.END:
            if not await is_open_for_customer(tx, contact.id, CommandKind.END_CALL):
                await order(tx, contact.id, CommandKind.END_CALL)
        case Deed.HOLD | Deed.RESUME if leg is not None:
            await _set(tx, leg, {"hold": step.deed == Deed.HOLD})
        case Deed.HOLD | Deed.RESUME:
            if not await is_open_for_customer(tx, contact.id, *parties.HOLDS):
                await order(tx, contact.id, CommandKind(step.deed.value))
        case Deed.SET_FLAGS if leg is not None:
            await _set(tx, leg, step.flags or {})
        case Deed.HAND_OUT if leg is not None:
            await hand_out(tx, contact, leg)
        case Deed.FOCUS_REACHED:
            await show(tx, contact.id, settled=Control.FOCUS)
        case Deed.DROP_FOCUS:
            await calls.change(tx, contact.id, focus=None)
            await show(tx, contact.id, settled=Control.FOCUS)


async def _set(tx: Transaction, leg: Leg, args: dict[str, Any]) -> None:
    if not await is_open(tx, leg.id, CommandKind.SET_PARTY):
        await order(tx, leg.contact_id, CommandKind.SET_PARTY, leg_id=leg.id, args=args)


async def end_party(tx: Transaction, leg: Leg) -> None:
    """Ring off; a leg that was never asked for is simply not made."""
    if leg.status != "new" or await was_ordered(tx, leg.id, parties.CREATES[leg.kind]):
        await end_leg(tx, leg)
        return
    await calls.note_status(tx, leg, "canceled", call_sid=None, reason="not_made")
    await parties.let_go(tx, leg)


async def guest_gone(tx: Transaction, contact: Contact, leg: Leg, result: str) -> None:
    """A guest or supervisor has left, or never came: `result` is the leg's final status, or `left`."""
    await parties.let_go(tx, leg)
    if leg.kind != "guest":
        return
    if leg.joined_at is not None:
        result = "left"
    elif result == "left":
        return  # the room tells first of one who never came; the leg's own status says why
    elif leg.is_phone and result == "completed":
        result = "no-answer"  # a mailbox, or somebody who did not press the key
    is_news = await touchpoints.append(
        tx, contact.subject, "consult.ended", data={"result": result}, once=str(leg.id)
    )
    if is_news and contact.state == ContactState.ACTIVE:
        await show(tx, contact.id, guest_ended=result)


async def give_up_waiting_guest(tx: Transaction, contact: Contact) -> None:
    """The customer could not be put on hold: whom the agent wanted to ask behind their back is not called."""
    for leg in await calls.legs(tx, contact.id):
        if leg.kind == "guest" and leg.status == "new":
            if await was_ordered(tx, leg.id, CommandKind.CREATE_GUEST_LEG):
                continue
            await calls.note_status(tx, leg, "canceled", call_sid=None, reason="hold_failed")
            await guest_gone(tx, contact, leg, "failed")
            await calls.change(tx, contact.id, focus=None)
            await settle(tx, contact.id)


async def hand_out(tx: Transaction, contact: Contact, leg: Leg) -> None:
    """The customer talks to somebody outside from now on; the agent's part is over."""
    await parties.set_mode(tx, leg.id, GuestMode.TRANSFER)
    await calls.change(tx, contact.id, focus=None, alone_since=None)
    await _stop_recording(tx, contact.id)
    now: datetime = await tx.fetchval("select switchboard_now()")
    data = {"to_number": parties.masked(leg.address or "")}
    actor = await _actor(tx, contact)
    await touchpoints.append(
        tx, contact.subject, "contact.transferred", actor=actor, data=data, once=str(leg.id)
    )
    await routing.start_wrap_up(tx, contact.id, now=now, ended_by="transfer")


async def _stop_recording(tx: Transaction, contact_id: UUID) -> None:
    """What customer and outsider say to each other is not ours to record."""
    customer = calls.customer_leg(await calls.legs(tx, contact_id))
    live = await recordings.live_of_leg(tx, customer.id)
    if live is not None and not await is_open(tx, customer.id, CommandKind.STOP_RECORDING):
        await order(tx, contact_id, CommandKind.STOP_RECORDING, leg_id=customer.id)


async def _actor(tx: Transaction, contact: Contact) -> touchpoints.Actor:
    if contact.agent_id is None:
        return touchpoints.SYSTEM
    name = await tx.fetchval("select display_name from agents where id = $1", contact.agent_id)
    return touchpoints.agent(contact.agent_id, name or "")


async def take_over(tx: Transaction, contact: Contact, guest: Party, *, by: UUID | None) -> None:
    """The guest has the customer from now on: a colleague gets the contact, with somebody outside the customer talks
    on alone. The agent who had it is rung off. Raises AgentNotThere when the colleague has no capacity."""
    leg = await calls.leg(tx, guest.leg_id)
    assert leg is not None  # noqa: S101 -- legs are never deleted
    if leg.agent_id is None:
        await hand_out(tx, contact, leg)
        await settle(tx, contact.id)
        return
    now: datetime = await tx.fetchval("select switchboard_now()")
    await routing.hand_over(tx, contact.id, leg.agent_id, by=by, now=now)
    offer = await offers.taken_of_contact(tx, contact.id)
    assert offer is not None  # noqa: S101 -- it has just been handed over
    await parties.make_agent(tx, leg.id, offer.id)
    await calls.change(tx, contact.id, focus=Focus.CUSTOMER.value, alone_since=None)
    await show(tx, contact.id, settled=Control.FOCUS, guest_ended=None)
    for other in await calls.legs(tx, contact.id):
        if other.kind == "agent" and other.id != leg.id:
            await end_leg(tx, other)
        if other.kind == "supervisor" and other.mode == SupervisorMode.WHISPER:
            await parties.set_mode(
                tx, other.id, SupervisorMode.LISTEN
            )  # another agent: whisper is asked for anew
    await settle(tx, contact.id)


async def guest_takes_over(tx: Transaction, contact: Contact) -> bool:
    """The agent was lost: a guest who is in the room has the customer from now on. False when there is none, or the
    guest cannot."""
    found = await standing(tx, contact.id)
    guest = live_guest(found[3].parties) if found else None
    if guest is None or not guest.is_in_room:
        return False
    with suppress(AgentNotThere):
        async with tx.savepoint():
            await take_over(tx, contact, guest, by=None)
            return True
    return False
