"""Parties of a call beside customer and agent: guests and supervisors, as stored and as shown."""

from typing import Any
from uuid import UUID

from app.agents import states as agent_states
from app.channels.voice import calls
from app.channels.voice.calls import Call, CallState, Leg
from app.channels.voice.commands import CommandKind, is_open_for_customer, last_args, was_ordered
from app.channels.voice.party_rules import Focus, Party, Room, SupervisorMode
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Reader, Transaction

HOLDS = (CommandKind.HOLD, CommandKind.RESUME)
CREATES = {
    "agent": CommandKind.CREATE_AGENT_LEG,
    "guest": CommandKind.CREATE_GUEST_LEG,
    "supervisor": CommandKind.CREATE_SUPERVISOR_LEG,
}


def is_plain(call: Call, found: list[Leg]) -> bool:
    """Whether this is a conversation of a customer and agents alone, with nobody on hold but the customer, muted or
    asked for: nothing is to be settled or shown."""
    return call.focus is None and not any(
        leg.kind not in ("customer", "agent") or leg.is_held or leg.is_muted for leg in found
    )


async def room_of(reader: Reader, contact: Contact, call: Call, found: list[Leg]) -> Room:
    """How the room stands, as the rules see it."""
    return Room(
        is_active=contact.state == ContactState.ACTIVE,
        is_over=contact.state in (ContactState.WRAP_UP, ContactState.CLOSED),
        agent_id=contact.agent_id,
        customer_is_gone=calls.customer_leg(found).is_over,
        is_held=call.state == CallState.HELD,
        can_hold=call.state == CallState.TALKING,
        is_changing=await is_open_for_customer(reader, contact.id, *HOLDS),
        focus=Focus(call.focus) if call.focus else None,
        parties=[await _party(reader, leg) for leg in found if leg.kind != "customer"],
    )


async def _party(reader: Reader, leg: Leg) -> Party:
    flags = None
    is_called = True
    if not leg.is_gone and leg.kind == "supervisor":
        flags = await last_args(reader, leg.id, CommandKind.SET_PARTY)
    if leg.status == "new" and leg.kind != "agent":
        is_called = await was_ordered(reader, leg.id, CREATES[leg.kind])
    return Party(
        leg_id=leg.id,
        kind=leg.kind,
        mode=leg.mode,
        agent_id=leg.agent_id,
        call_sid=leg.call_sid,
        is_called=is_called,
        is_in_room=leg.is_in_room,
        is_gone=leg.is_gone,
        was_in_room=leg.joined_at is not None,
        is_held=leg.is_held,
        flags=flags,
    )


async def note_flags(
    tx: Transaction,
    leg: Leg,
    *,
    held: bool | None = None,
    muted: bool | None = None,
    sequence: int | None = None,
) -> None:
    """Hold and mute of a participant. `sequence` is the callback's: an older one than was applied is no news; None when
    the carrier's REST answer says so."""
    await tx.execute(
        """update voice_legs set is_held = coalesce($2, is_held), is_muted = coalesce($3, is_muted),
             flag_sequence = coalesce($4, flag_sequence)
           where id = $1 and ($4::integer is null or flag_sequence < $4)""",
        leg.id,
        held,
        muted,
        sequence,
    )


async def set_mode(tx: Transaction, leg_id: UUID, mode: str) -> None:
    """What the party does there from now on."""
    await tx.execute("update voice_legs set mode = $2 where id = $1", leg_id, mode)


async def make_agent(tx: Transaction, leg_id: UUID, offer_id: UUID) -> None:
    """A guest has taken the contact over."""
    await tx.execute(
        "update voice_legs set kind = 'agent', mode = null, offer_id = $2 where id = $1", leg_id, offer_id
    )


async def has_call(reader: Reader, agent_id: UUID) -> bool:
    """Whether the agent's phone is in a call, or rung for one."""
    return bool(
        await reader.fetchval(
            "select exists (select from voice_legs where agent_id = $1 and ended_at is null)", agent_id
        )
    )


async def let_go(tx: Transaction, leg: Leg) -> None:
    """The leg is gone: its agent, if it was a colleague's or supervisor's, is free again."""
    if leg.agent_id is not None and leg.kind in ("guest", "supervisor"):
        await agent_states.disengage(tx, leg.agent_id, leg.id)


def masked(number: str) -> str:
    """Enough of an outside number to recognise it: `+886…100`."""
    return number[:4] + "…" + number[-3:] if len(number) > len("+886…100") else number


async def shown(reader: Reader, contact: Contact, call: Call, found: list[Leg]) -> list[dict[str, Any]]:
    """The parties as the contact's agent sees them; empty while customer and agent are alone and nobody is muted. A
    supervisor who only listens is not shown."""
    if is_plain(call, found):
        return []
    names = {
        row["id"]: row["display_name"]
        for row in await reader.fetch(
            "select id, display_name from agents where id = any($1)", [leg.agent_id for leg in found]
        )
    }
    customer = calls.customer_leg(found)
    there = [
        leg
        for leg in found
        if not leg.is_gone
        and (leg.kind != "customer" or leg.id == customer.id)
        and not (leg.kind == "supervisor" and leg.mode == SupervisorMode.LISTEN)
    ]
    if all(leg.kind in ("customer", "agent") and not leg.is_muted and not leg.is_held for leg in there):
        return []
    return [
        {
            "leg_id": str(leg.id),
            "kind": leg.kind,
            "mode": leg.mode,
            "agent_id": str(leg.agent_id) if leg.agent_id else None,
            "name": names.get(leg.agent_id),
            "number": contact.customer_address if leg.kind == "customer" else leg.outside_number,
            "state": "joined" if leg.is_in_room else "ringing" if leg.status == "ringing" else "calling",
            "is_held": call.state == CallState.HELD if leg.kind == "customer" else leg.is_held,
            "is_muted": leg.is_muted,
        }
        for leg in there
    ]
