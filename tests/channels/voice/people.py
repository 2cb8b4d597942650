"""Guests and supervisors on the line of `line.py`: what agents order about them, and how their telephones behave."""

from typing import Any
from uuid import UUID

from app.channels.voice import controls, listening
from app.channels.voice.controls import Caller as By
from app.channels.voice.controls import Target
from app.channels.voice.party_rules import Focus, SupervisorMode
from app.core.db import Transaction
from tests.channels.voice.line import AgentLeg, Caller, Line, line_settings

OUTSIDE = "+886255500177"


async def by(line: Line, leg: AgentLeg) -> By:
    """The agent of this leg, as who orders."""
    name = await line.value("select display_name from agents where id = $1", leg.agent_id)
    assert leg.agent_id is not None
    return By(leg.agent_id, name)


async def order(line: Line, what: Any, caller: Caller, *args: Any, **how: Any) -> Any:
    """One order in a transaction of its own."""
    async with line.database.transaction() as tx:
        return await what(tx, caller.contact_id, *args, **how)


async def guest_of(line: Line, caller: Caller) -> AgentLeg:
    """The newest guest's or supervisor's leg."""
    async with line.database.read() as reader:
        row = await reader.fetchrow(
            """select id, agent_id, room from voice_legs where contact_id = $1 and kind in ('guest', 'supervisor')
               order by created_at desc, id desc limit 1""",
            caller.contact_id,
        )
    assert row is not None
    prefix = "agent" if row["agent_id"] else "guest"
    return AgentLeg(line, caller, row["id"], None, row["agent_id"], row["room"], prefix)


async def colleague(line: Line, login: str = "grace") -> UUID:
    """Another agent at work."""
    return await line.agent_at_work(login)


async def consult(line: Line, caller: Caller, leg: AgentLeg, target: Target) -> AgentLeg:
    """Ask for a consultation; nothing has been sent yet."""
    await order(line, controls.consult, caller, await by(line, leg), target, line_settings())
    return await guest_of(line, caller)


async def sends(line: Line) -> list[str]:
    """Send commands until none is open; returns what was sent."""
    told: list[str] = []
    for _ in range(8):
        sent = await line.run_commands()
        told += sent
        if not any(one.endswith(("done", "dropped", "failed")) for one in sent):
            break
    return told


async def consulting(line: Line, *, outside: bool = False) -> tuple[Caller, AgentLeg, AgentLeg]:
    """A customer on hold, and an agent who talks to a guest."""
    caller, leg = await line.talking()
    target = Target(number=OUTSIDE) if outside else Target(agent_id=await colleague(line))
    guest = await consult(line, caller, leg, target)
    await sends(line)
    await guest.answers()
    await guest.joins(7)
    await sends(line)
    return caller, leg, guest


async def focus(line: Line, caller: Caller, on: Focus) -> None:
    """Swap or merge."""
    await order(line, controls.focus_on, caller, on)


async def supervises(line: Line, caller: Caller, who: UUID, mode: SupervisorMode) -> AgentLeg:
    """A supervisor comes in or changes what they do."""
    await order(line, listening.supervise, caller, By(who, "Supervisor"), mode)
    return await guest_of(line, caller)


async def listening_in(line: Line, mode: SupervisorMode) -> tuple[Caller, AgentLeg, AgentLeg]:
    """A conversation with a supervisor in it."""
    caller, leg = await line.talking()
    supervisor = await supervises(line, caller, await colleague(line), mode)
    await sends(line)
    await supervisor.answers()
    await supervisor.joins(7)
    await sends(line)
    return caller, leg, supervisor


def person(line: Line, leg: AgentLeg | Caller) -> dict[str, Any] | None:
    """How the carrier has this participant now; None when they are not in a room."""
    found = [room.people[leg.sid] for room in line.carrier.rooms if leg.sid in room.people]
    return found[-1] if found else None


async def is_held(line: Line, leg: AgentLeg | Caller) -> bool:
    """Whether the carrier plays music to this participant."""
    there = person(line, leg)
    assert there is not None, "not in the room"
    return bool(there["hold"])


async def hangs_up(leg: AgentLeg, sequence: int = 30) -> None:
    """Both pieces of news that a telephone in the room was put down."""
    await leg.leaves(sequence)
    await leg.status("completed", 9)


async def media(line: Line, caller: Caller) -> dict[str, Any]:
    """What the agent is shown of the call."""
    found: dict[str, Any] = await line.value("select media from contacts where id = $1", caller.contact_id)
    return found


async def nobody_is_left(line: Line) -> None:
    """No leg lives, no agent is loaded or engaged, everything sent."""
    for _ in range(3):
        await sends(line)
        for leg in await _live(line):
            await leg.status(line.carrier.calls.get(leg.sid, "completed"), 9)
    assert await line.value("select count(*) from voice_legs where ended_at is null") == 0
    assert await line.value("select count(*) from voice_calls where state <> 'closed'") == 0
    assert await line.value("select count(*) from agent_states where engagement is not null") == 0
    assert await line.value("select count(*) from voice_commands where state in ('pending', 'sending')") == 0


async def _live(line: Line) -> list[AgentLeg]:
    async with line.database.read() as reader:
        rows = await reader.fetch(
            """select l.id, l.agent_id, l.contact_id, l.call_sid, l.kind, v.room from voice_legs l
               join voice_calls v using (contact_id)
               where l.ended_at is null and l.kind <> 'customer' and l.call_sid is not null"""
        )
    found = []
    for row in rows:
        leg = AgentLeg(
            line, Caller(line, "", "", row["contact_id"]), row["id"], None, row["agent_id"], row["room"]
        )
        leg._sid = row["call_sid"]
        found.append(leg)
    return found


async def in_transaction(line: Line, do: Any) -> Any:
    """Run `do(tx)`."""
    async with line.database.transaction() as tx:
        assert isinstance(tx, Transaction)
        return await do(tx)
