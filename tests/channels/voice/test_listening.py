"""Supervisors in a call: who hears them, what changes with the agent, and that they never stay behind."""

import pytest

from app.channels.voice import controls, listening
from app.channels.voice.controls import Caller as By
from app.channels.voice.controls import Target
from app.channels.voice.party_rules import SupervisorMode
from app.contacts.errors import ControlRefused
from tests.channels.voice.carrier import Fault
from tests.channels.voice.line import AgentLeg, Caller, Line, line_settings
from tests.channels.voice.people import (
    by,
    colleague,
    guest_of,
    hangs_up,
    listening_in,
    media,
    nobody_is_left,
    order,
    person,
    sends,
    supervises,
)

LISTEN, WHISPER, BARGE = SupervisorMode


def flags(line: Line, supervisor: AgentLeg) -> tuple[bool, str | None]:
    """Whether the supervisor is muted, and whom they coach."""
    there = person(line, supervisor)
    assert there is not None
    return there["muted"], there.get("coach") if there.get("coaching") else None


async def test_a_supervisor_comes_in_muted_whatever_they_want(line: Line) -> None:
    caller, _ = await line.talking()
    supervisor = await supervises(line, caller, await colleague(line), BARGE)
    await sends(line)
    assert line.carrier.of("create")[-1].fields["Muted"] == "true"
    assert line.carrier.of("create")[-1].fields["EndConferenceOnExit"] == "false"
    await supervisor.joins(7)
    assert await sends(line) == ["set_party done"]
    assert flags(line, supervisor) == (False, None)


async def test_the_modes_change_while_inside(line: Line) -> None:
    caller, leg, supervisor = await listening_in(line, LISTEN)
    assert flags(line, supervisor) == (True, None)
    expected = {WHISPER: (False, leg.sid), BARGE: (False, None), LISTEN: (True, None)}
    for mode in (WHISPER, BARGE, LISTEN, BARGE, WHISPER):
        assert supervisor.agent_id is not None
        for _ in range(2):
            await supervises(line, caller, supervisor.agent_id, mode)
        await sends(line)
        assert flags(line, supervisor) == expected[mode]
    assert line.carrier.legs_made == 2


async def test_the_agent_does_not_see_who_only_listens(line: Line) -> None:
    caller, _, supervisor = await listening_in(line, LISTEN)
    assert (await media(line, caller)).get("parties", []) == []
    assert supervisor.agent_id is not None
    await supervises(line, caller, supervisor.agent_id, BARGE)
    assert "supervisor" in [party["kind"] for party in (await media(line, caller))["parties"]]


@pytest.mark.parametrize("mode", list(SupervisorMode))
@pytest.mark.parametrize("who", ["customer", "agent", "supervisor"])
async def test_nobody_stays_when_somebody_hangs_up(line: Line, mode: SupervisorMode, who: str) -> None:
    caller, leg, supervisor = await listening_in(line, mode)
    match who:
        case "customer":
            await caller.status("completed")
        case "agent":
            await hangs_up(leg)
            await line.clock.advance(11)
            await line.reconciler.rescue_alone()
            assert await caller.state() == "queued/waiting"
            await sends(line)
            await supervisor.status("completed", 9)
            await caller.status("completed")
        case _:
            await hangs_up(supervisor)
            assert await caller.state() == "active/talking"
            await caller.status("completed")
    await nobody_is_left(line)


async def test_a_whisper_follows_the_agent_s_new_phone(line: Line) -> None:
    caller, leg, supervisor = await listening_in(line, WHISPER)
    await hangs_up(leg)
    await sends(line)
    assert flags(line, supervisor) == (True, None)  # the coached one is gone: only listens
    back = await rejoined(line, caller, leg)
    await sends(line)
    assert flags(line, supervisor) == (False, back.sid)


async def rejoined(line: Line, caller: Caller, leg: AgentLeg) -> AgentLeg:
    await order(line, controls.rejoin, caller, await by(line, leg))
    await sends(line)
    new = await line.value(
        "select id from voice_legs where contact_id = $1 and kind = 'agent' order by created_at desc, id desc limit 1",
        caller.contact_id,
    )
    back = AgentLeg(line, caller, new, leg.offer_id, leg.agent_id, leg.room)
    await back.answers()
    await back.joins(40)
    return back


async def test_after_a_handover_a_whisper_becomes_listening(line: Line) -> None:
    caller, leg = await line.talking()
    chief = await colleague(line, "sara")
    supervisor = await supervises(line, caller, chief, WHISPER)
    await sends(line)
    await supervisor.joins(7)
    await sends(line)
    await order(
        line,
        controls.consult,
        caller,
        await by(line, leg),
        Target(agent_id=await colleague(line)),
        line_settings(),
    )
    guest = await guest_of(line, caller)
    await sends(line)
    await guest.joins(9)
    await order(line, controls.complete, caller, await by(line, leg))
    await sends(line)
    assert flags(line, supervisor) == (True, None)
    await supervises(line, caller, chief, WHISPER)
    await sends(line)
    assert flags(line, supervisor) == (False, guest.sid)


async def test_a_refused_mode_leaves_the_supervisor_as_they_were_until_the_next_check(line: Line) -> None:
    caller, leg, supervisor = await listening_in(line, LISTEN)
    line.carrier.goes_wrong("update_participant", Fault.BAD_REQUEST)
    assert supervisor.agent_id is not None
    await supervises(line, caller, supervisor.agent_id, WHISPER)
    assert await sends(line) == ["set_party failed"]
    assert flags(line, supervisor) == (True, None)
    await line.clock.advance(31)
    await line.reconciler.check_due()
    await sends(line)
    assert flags(line, supervisor) == (False, leg.sid)


async def test_a_supervisor_leaves_and_may_come_again(line: Line) -> None:
    caller, _, supervisor = await listening_in(line, BARGE)
    assert supervisor.agent_id is not None
    who = By(supervisor.agent_id, "Supervisor")
    assert await order(line, listening.leave, caller, who) == BARGE
    await sends(line)
    await supervisor.status("completed", 9)
    assert await order(line, listening.leave, caller, who) is None
    again = await supervises(line, caller, supervisor.agent_id, LISTEN)
    assert again.id != supervisor.id


async def test_a_supervisor_in_a_call_or_with_nothing_to_hear_is_refused(line: Line) -> None:
    caller, leg = await line.talking()
    assert leg.agent_id is not None
    with pytest.raises(ControlRefused, match="your own"):
        await supervises(line, caller, leg.agent_id, LISTEN)
    other = await line.waiting_caller()
    with pytest.raises(ControlRefused, match="nobody is talking"):
        await order(line, listening.supervise, other, By(await colleague(line), "x"), LISTEN)


async def test_an_agent_who_drops_comes_back_within_the_grace(line: Line) -> None:
    caller, leg = await line.talking()
    await hangs_up(leg)
    for _ in range(2):
        await order(line, controls.rejoin, caller, await by(line, leg))
    await line.clock.advance(11)
    assert await line.reconciler.rescue_alone() == 1
    assert await caller.state() == "active/talking"  # the phone is on its way
    back = await rejoined(line, caller, leg)
    assert line.carrier.legs_made == 2
    await line.clock.advance(60)
    assert await line.reconciler.rescue_alone() == 0
    assert await caller.state() == "active/talking"
    await caller.status("completed")
    await back.status("completed", 9)
    await nobody_is_left(line)


async def test_nobody_is_alone_for_half_a_minute_when_the_phone_does_not_come_back(line: Line) -> None:
    caller, leg = await line.talking()
    await hangs_up(leg)
    await line.clock.advance(9)
    await order(line, controls.rejoin, caller, await by(line, leg))
    await sends(line)
    await line.clock.advance(13)
    await line.reconciler.rescue_alone()
    assert await caller.state() == "queued/waiting"
    await sends(line)
    await caller.status("completed")
    await nobody_is_left(line)
