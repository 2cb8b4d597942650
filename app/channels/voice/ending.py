"""Hanging up legs that we called."""

from uuid import UUID

from app.channels.voice import calls
from app.channels.voice.calls import Leg
from app.channels.voice.commands import CommandKind, is_open, order
from app.core.db import Transaction


async def end_leg(tx: Transaction, leg: Leg) -> None:
    """Order the leg's end, once."""
    if not leg.is_over and not await is_open(tx, leg.id, CommandKind.END_LEG):
        await order(tx, leg.contact_id, CommandKind.END_LEG, leg_id=leg.id)


async def end_called_legs(tx: Transaction, contact_id: UUID) -> None:
    """Hang up everybody but the customer: agents, guests, supervisors."""
    for leg in await calls.legs(tx, contact_id):
        if leg.kind != "customer":
            await end_leg(tx, leg)


async def end_agent_legs(tx: Transaction, contact_id: UUID) -> None:
    """Hang up the agents; a guest the customer was transferred to stays."""
    for leg in await calls.legs(tx, contact_id):
        if leg.kind == "agent":
            await end_leg(tx, leg)
