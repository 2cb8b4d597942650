"""A supervisor in somebody else's call: listens, whispers to the agent, joins; and goes again."""

from typing import Any
from uuid import UUID

from app.agents import states as agent_states
from app.channels.voice import calls, parties, reach, settling
from app.channels.voice.calls import CallState, Leg
from app.channels.voice.controls import Caller
from app.channels.voice.party_rules import SupervisorMode
from app.contacts.errors import ControlRefused
from app.contacts.lifecycle import ContactState
from app.core.db import Transaction


async def supervise(
    tx: Transaction, contact_id: UUID, by: Caller, mode: SupervisorMode
) -> tuple[Leg, str | None]:
    """Come into the call, or change what is done there; returns the leg and the mode before (None: came in). Raises
    ControlRefused when there is no conversation or the supervisor has a call already."""
    found = await settling.standing(tx, contact_id)
    if found is None:
        raise ControlRefused("there is no call to listen to")
    contact, call, legs, _ = found
    if contact.state != ContactState.ACTIVE or call.state not in (CallState.TALKING, CallState.HELD):
        raise ControlRefused("nobody is talking; a call can be joined while agent and customer are together")
    if contact.agent_id == by.id:
        raise ControlRefused("this call is your own")
    leg = _own(legs, by.id)
    if leg is not None:
        before = leg.mode
        await parties.set_mode(tx, leg.id, mode)
        await agent_states.change_engagement(tx, by.id, leg.id, {"mode": mode.value})
    else:
        before = None
        if await parties.has_call(tx, by.id):
            raise ControlRefused("your phone is in a call; end that first")
        leg = await calls.add_leg(
            tx,
            contact_id=contact_id,
            kind="supervisor",
            room=call.room,
            agent_id=by.id,
            mode=mode.value,
            address=(await reach.of_agent(tx, by.id)).address,
        )
        await _engage(tx, leg, by, mode)
    await settling.settle(tx, contact_id)
    return await calls.leg(tx, leg.id) or leg, before


async def leave(tx: Transaction, contact_id: UUID, by: Caller) -> str | None:
    """Go out of the call; returns the mode before, None when the supervisor was not in it."""
    found = await settling.standing(tx, contact_id)
    leg = _own(found[2], by.id) if found else None
    if leg is None:
        return None
    await settling.end_party(tx, leg)
    await settling.settle(tx, contact_id)
    return leg.mode


def _own(legs: list[Leg], agent_id: UUID) -> Leg | None:
    return next(
        (
            leg
            for leg in reversed(legs)
            if leg.kind == "supervisor" and leg.agent_id == agent_id and not leg.is_gone
        ),
        None,
    )


async def _engage(tx: Transaction, leg: Leg, by: Caller, mode: SupervisorMode) -> None:
    engagement: dict[str, Any] = {
        "role": "supervise",
        "mode": mode.value,
        "contact_id": str(leg.contact_id),
        "leg_id": str(leg.id),
        "by": by.name,
    }
    if not await agent_states.engage(tx, by.id, engagement, cost=None):
        raise ControlRefused("you are not connected, or in a call; open the console and end that call first")
