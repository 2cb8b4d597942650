"""An agent asks somebody before going on: who hears whom, who has the contact, and what becomes of it when anybody
hangs up at any moment."""

import pytest

from app.channels.voice import controls
from app.channels.voice.controls import Target
from app.channels.voice.party_rules import Focus
from app.contacts.errors import ControlRefused
from tests.channels.voice.carrier import Fault
from tests.channels.voice.line import AgentLeg, Caller, Line, control, line_settings
from tests.channels.voice.people import (
    OUTSIDE,
    by,
    colleague,
    consult,
    consulting,
    focus,
    guest_of,
    hangs_up,
    is_held,
    media,
    nobody_is_left,
    order,
    sends,
)

TARGETS = ["colleague", "outside"]


async def target_of(line: Line, kind: str) -> Target:
    return Target(number=OUTSIDE) if kind == "outside" else Target(agent_id=await colleague(line))


async def engaged(line: Line, agent_id: object) -> bool:
    found = await line.value("select engagement is not null from agent_states where agent_id = $1", agent_id)
    return bool(found)


async def holder(line: Line, caller: Caller) -> object:
    return await line.value("select agent_id from contacts where id = $1", caller.contact_id)


async def test_the_customer_is_on_hold_before_anybody_is_called(line: Line) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, Target(agent_id=await colleague(line)))
    assert await line.run_commands() == ["hold done"]
    assert await is_held(line, caller)
    assert await line.run_commands() == ["create_guest_leg done"]
    asked = line.carrier.of("create")[-1].fields
    assert asked["To"].startswith("client:")
    assert f"leg={guest.id}" in asked["To"]
    assert await engaged(line, guest.agent_id)
    shown = {party["kind"]: party["state"] for party in (await media(line, caller))["parties"]}
    assert shown == {"customer": "joined", "agent": "joined", "guest": "calling"}


async def test_a_hold_that_fails_calls_nobody(line: Line) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, Target(agent_id=await colleague(line)))
    line.carrier.goes_wrong("update_participant", Fault.BAD_REQUEST)
    assert await sends(line) == ["hold failed"]
    assert line.carrier.legs_made == 1
    assert not await engaged(line, guest.agent_id)
    assert (await media(line, caller))["guest_ended"] == "failed"
    assert await caller.state() == "active/talking"


async def test_a_colleague_who_is_consulted_is_offered_nothing(line: Line) -> None:
    caller, _, guest = await consulting(line)
    other = await line.waiting_caller()
    await line.route()
    assert await line.value("select count(*) from offers where contact_id = $1", other.contact_id) == 0
    await order(line, controls.cancel, caller)
    await sends(line)
    await hangs_up(guest)
    await line.route()
    assert (
        await line.value("select agent_id from offers where contact_id = $1", other.contact_id)
        == guest.agent_id
    )


async def test_only_a_free_colleague_can_be_asked(line: Line) -> None:
    caller, leg = await line.talking()
    busy = await line.value("select id from agents where login = 'grace'")
    for who in (busy, leg.agent_id):  # not at work; oneself
        with pytest.raises(ControlRefused):
            await order(
                line, controls.consult, caller, await by(line, leg), Target(agent_id=who), line_settings()
            )
    assert line.carrier.legs_made == 1
    assert await caller.state() == "active/talking"


@pytest.mark.parametrize("kind", TARGETS)
async def test_swapping_holds_one_before_it_lets_the_other_in(line: Line, kind: str) -> None:
    caller, _, guest = await consulting(line, outside=kind == "outside")
    assert await is_held(line, caller)
    await focus(line, caller, Focus.CUSTOMER)
    assert (await media(line, caller))["pending_command"] == "focus"
    assert await line.run_commands() == ["set_party done"]
    assert (await is_held(line, caller), await is_held(line, guest)) == (True, True)
    assert await line.run_commands() == ["resume done"]
    assert (await is_held(line, caller), await is_held(line, guest)) == (False, True)
    assert (await media(line, caller))["pending_command"] is None
    await focus(line, caller, Focus.GUEST)
    assert await line.run_commands() == ["hold done"]
    assert await line.run_commands() == ["set_party done"]
    assert (await is_held(line, caller), await is_held(line, guest)) == (True, False)


@pytest.mark.parametrize("kind", TARGETS)
async def test_merging_lets_all_three_talk(line: Line, kind: str) -> None:
    caller, _, guest = await consulting(line, outside=kind == "outside")
    await focus(line, caller, Focus.ALL)
    await focus(line, caller, Focus.ALL)
    await sends(line)
    assert (await is_held(line, caller), await is_held(line, guest)) == (False, False)
    assert await caller.state() == "active/talking"
    await guest.event("participant-hold", 9, Hold="true")  # old news of a hold that is over already
    await sends(line)
    assert not await is_held(line, guest)


async def test_completing_moves_the_contact_to_the_colleague_in_one_step(line: Line) -> None:
    caller, leg, guest = await consulting(line)
    await order(line, controls.complete, caller, await by(line, leg))
    assert await holder(line, caller) == guest.agent_id
    async with line.database.read() as reader:
        rows = await reader.fetch(
            "select agent_id, state, reason from offers where contact_id = $1 order by made_at",
            caller.contact_id,
        )
    assert [tuple(row) for row in rows] == [
        (leg.agent_id, "ended", "transferred"),
        (guest.agent_id, "accepted", None),
    ]
    loads = await line.value(
        "select array_agg(used_units order by used_units) from agent_states where agent_id = any($1)",
        [leg.agent_id, guest.agent_id],
    )
    assert loads == [0, 1]
    assert not await engaged(line, guest.agent_id)
    assert sorted(await sends(line)) == ["end_leg done", "resume done"]
    await hangs_up(leg)
    assert await caller.state() == "active/talking"
    await line.route()
    await line.clock.advance(120)
    await line.reconciler.check_due()
    await line.route()
    assert await caller.state() == "active/talking"
    assert await holder(line, caller) == guest.agent_id
    await caller.status("completed")
    assert await caller.state() == "wrap_up/closing"
    await hangs_up(guest, 50)
    await nobody_is_left(line)


async def test_completing_with_somebody_outside_leaves_the_two_alone(line: Line) -> None:
    caller, leg, guest = await consulting(line, outside=True)
    await order(line, controls.complete, caller, await by(line, leg))
    assert sorted(await sends(line)) == ["end_leg done", "resume done"]
    assert await caller.state() == "wrap_up/talking"
    await hangs_up(leg)
    await hangs_up(guest, 31)
    assert await sends(line) == ["end_call done"]
    await caller.status("completed")
    await nobody_is_left(line)


async def test_completing_while_the_guest_is_on_hold_takes_them_off(line: Line) -> None:
    caller, leg, guest = await consulting(line)
    await focus(line, caller, Focus.CUSTOMER)
    await sends(line)
    await order(line, controls.complete, caller, await by(line, leg))
    await sends(line)
    assert (await is_held(line, caller), await is_held(line, guest)) == (False, False)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("moment", ["not sent", "ringing", "talking", "swapped", "merged"])
async def test_cancelling_at_any_moment_gives_the_customer_back(line: Line, kind: str, moment: str) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, await target_of(line, kind))
    await _until(line, caller, guest, moment)
    await order(line, controls.cancel, caller)
    await order(line, controls.cancel, caller)
    await sends(line)
    if moment != "not sent":
        await guest.status("completed", 9)
    await sends(line)
    assert await caller.state() == "active/talking"
    assert not await is_held(line, caller)
    assert (await media(line, caller))["parties"] == []
    await caller.status("completed")
    await leg.status("completed", 9)
    await nobody_is_left(line)


async def _until(line: Line, caller: Caller, guest: AgentLeg, moment: str) -> None:
    if moment == "not sent":
        return
    await sends(line)
    if moment == "ringing":
        await guest.status("ringing", 1)
        return
    await guest.answers()
    await guest.joins(7)
    await sends(line)
    if moment in ("swapped", "merged"):
        await focus(line, caller, Focus.CUSTOMER if moment == "swapped" else Focus.ALL)
        await sends(line)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("moment", ["not sent", "ringing", "talking", "swapped", "merged"])
async def test_a_customer_who_hangs_up_leaves_no_guest_behind(line: Line, kind: str, moment: str) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, await target_of(line, kind))
    await _until(line, caller, guest, moment)
    await caller.status("completed")
    assert (await caller.state()).startswith("wrap_up/")
    await caller.status("completed")
    await leg.event("participant-leave", 60, sid=caller.sid, label="customer")
    await sends(line)
    await nobody_is_left(line)
    assert await caller.state() == "wrap_up/closed"


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("moment", ["talking", "swapped", "merged"])
async def test_a_guest_who_hangs_up_leaves_the_customer_with_the_agent(
    line: Line, kind: str, moment: str
) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, await target_of(line, kind))
    await _until(line, caller, guest, moment)
    await hangs_up(guest)
    await guest.status("completed", 9)
    await sends(line)
    assert await caller.state() == ("active/held" if moment == "talking" else "active/talking")
    assert (await media(line, caller))["guest_ended"] == "left"
    if moment == "talking":  # the agent takes the customer back when they are ready
        await control(line, caller, leg, "resume")
        await sends(line)
    assert not await is_held(line, caller)
    assert not await engaged(line, guest.agent_id)


@pytest.mark.parametrize("how", ["busy", "no-answer", "failed", "canceled"])
async def test_a_guest_who_does_not_come_leaves_the_customer_on_hold_with_the_agent(
    line: Line, how: str
) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, Target(agent_id=await colleague(line)))
    await sends(line)
    await guest.status(how, 3)
    assert await caller.state() == "active/held"
    assert (await media(line, caller))["guest_ended"] == how
    assert not await engaged(line, guest.agent_id)
    again = await consult(line, caller, leg, Target(number=OUTSIDE))
    assert again.id != guest.id
    assert await sends(line) == ["create_guest_leg done"]  # the customer is on hold already


@pytest.mark.parametrize("moment", ["talking", "swapped", "merged"])
async def test_an_agent_who_is_lost_leaves_the_contact_to_the_colleague(line: Line, moment: str) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, Target(agent_id=await colleague(line)))
    await _until(line, caller, guest, moment)
    await hangs_up(leg)
    assert await holder(line, caller) == leg.agent_id  # may come back
    await line.clock.advance(11)
    assert await line.reconciler.rescue_alone() == 1
    assert await holder(line, caller) == guest.agent_id
    await sends(line)
    assert await caller.state() == "active/talking"
    assert (await is_held(line, caller), await is_held(line, guest)) == (False, False)


async def test_an_agent_who_is_lost_leaves_the_customer_to_somebody_outside(line: Line) -> None:
    caller, leg, guest = await consulting(line, outside=True)
    await hangs_up(leg)
    await line.clock.advance(11)
    await line.reconciler.rescue_alone()
    assert await sends(line) == ["resume done"]
    assert await caller.state() == "wrap_up/talking"
    assert not await is_held(line, guest)


async def test_an_agent_who_is_lost_while_the_guest_s_phone_rings_sends_the_customer_back(line: Line) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, Target(agent_id=await colleague(line)))
    await sends(line)
    await hangs_up(leg)
    await line.clock.advance(11)
    await line.reconciler.rescue_alone()
    assert await caller.state() == "queued/waiting"
    assert {"return_to_queue done", "end_leg done"} <= set(await sends(line))
    await guest.joins(20)  # too late
    await guest.status("completed", 9)
    assert await caller.state() == "queued/waiting"
    await caller.status("completed")
    await nobody_is_left(line)


async def test_news_that_is_lost_is_found_and_the_consultation_goes_on(line: Line) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, Target(agent_id=await colleague(line)))
    await sends(line)
    room = line.carrier.room(guest.room)
    assert room is not None
    line.carrier.joins(room, guest.sid, guest.label)  # no callback
    await line.clock.advance(31)
    await line.reconciler.check_due()
    await order(line, controls.complete, caller, await by(line, leg))
    await sends(line)
    assert await caller.state() == "active/talking"
    line.carrier.ends(caller.sid)  # nor of this
    line.carrier.ends(guest.sid)
    line.carrier.ends(leg.sid)
    await line.clock.advance(31)
    await line.reconciler.check_due()
    await nobody_is_left(line)


async def test_a_guest_whose_end_was_lost_does_not_hold_the_customer(line: Line) -> None:
    caller, _, guest = await consulting(line)
    line.carrier.ends(guest.sid)
    await line.clock.advance(31)
    await line.reconciler.check_due()
    assert (await media(line, caller))["guest_ended"] == "left"
    assert not await engaged(line, guest.agent_id)
    assert await caller.state() == "active/held"


@pytest.mark.parametrize("order_of", [("join", "leave"), ("leave", "join")], ids=["in order", "reordered"])
async def test_a_late_join_does_not_bring_a_guest_back(line: Line, order_of: tuple[str, str]) -> None:
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, Target(agent_id=await colleague(line)))
    await sends(line)
    sequences = {"join": 7, "leave": 8}
    for kind in order_of:
        await guest.event(f"participant-{kind}", sequences[kind])
    assert not any(party["kind"] == "guest" for party in (await media(line, caller))["parties"])
    with pytest.raises(ControlRefused, match="nobody is being consulted"):
        await focus(line, caller, Focus.ALL)


async def test_the_agent_is_reminded_once_when_everybody_is_on_hold(line: Line) -> None:
    caller, leg, _ = await consulting(line)
    await line.clock.advance(200)
    assert await line.reconciler.remind_of_holds() == 0  # the agent talks to the guest
    await control(line, caller, leg, "resume")
    await sends(line)
    await control(line, caller, leg, "hold")
    await sends(line)
    await line.clock.advance(179)
    assert await line.reconciler.remind_of_holds() == 0
    await line.clock.advance(2)
    assert await line.reconciler.remind_of_holds() == 1
    assert await line.reconciler.remind_of_holds() == 0
    assert (await media(line, caller))["is_hold_long"] is True
    await control(line, caller, leg, "resume")
    await sends(line)
    assert (await media(line, caller))["is_hold_long"] is False


async def test_hanging_up_in_a_consultation_ends_it_for_everybody(line: Line) -> None:
    caller, leg, _ = await consulting(line)
    await control(line, caller, leg, "hang_up")
    await sends(line)
    await caller.status("completed")
    await nobody_is_left(line)


async def test_a_party_is_muted_and_heard_again(line: Line) -> None:
    caller, _, guest = await consulting(line)
    await order(line, controls.mute, caller, guest.id, on=True)
    await sends(line)
    assert await line.value("select is_muted from voice_legs where id = $1", guest.id)
    await guest.event("participant-unmute", 12)
    await guest.event("participant-mute", 11)  # older
    assert not await line.value("select is_muted from voice_legs where id = $1", guest.id)
    assert (await guest_of(line, caller)).id == guest.id
