"""Commands to the carrier: sent once, looked for when nobody knows, dropped when they no longer fit."""

import contextlib

import pytest

from app.core.ids import new_id
from tests.channels.voice.carrier import Fault, Killed
from tests.channels.voice.line import AgentLeg, Caller, Line, control


async def load(line: Line) -> int:
    """Capacity that is taken of all agents together."""
    used: int = await line.value("select sum(used_units) from agent_states")
    return used


async def no_offer_lives(line: Line) -> bool:
    """Whether nobody is offered or holds anything."""
    live = await line.value("select count(*) from offers where state in ('pending', 'accepting', 'accepted')")
    return bool(live == 0)


async def joined_once(line: Line, caller: Caller, leg: AgentLeg) -> None:
    """The rest of the way to the conversation, with exactly one leg made."""
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    await caller.joins(leg)
    assert await caller.state() == "active/talking"
    assert line.carrier.legs_made == 1


async def test_the_agent_is_called_into_a_room_of_this_attempt(line: Line) -> None:
    caller, leg = await line.connecting()
    assert await line.run_commands() == ["create_agent_leg done"]
    request = line.carrier.of("create")[0]
    assert request.path == f"Conferences/itx-{caller.contact_id}-1/Participants.json"
    assert request.fields["Label"] == leg.label
    assert request.fields["EndConferenceOnExit"] == "false"
    assert request.fields["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    await joined_once(line, caller, leg)


async def test_a_process_killed_after_sending_makes_no_second_leg(line: Line) -> None:
    caller, leg = await line.connecting()
    line.carrier.goes_wrong("create", Fault.KILLED_AFTER)
    with pytest.raises(Killed):
        await line.run_commands()
    assert await line.value("select state from voice_commands") == "sending"
    assert await line.run_commands() == ["create_agent_leg done"]
    assert await line.value("select call_sid from voice_legs where id = $1", leg.id) == leg.sid
    await joined_once(line, caller, leg)


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.BROKEN_AFTER])
async def test_an_answer_that_never_came_is_looked_for(line: Line, fault: Fault) -> None:
    caller, leg = await line.connecting()
    line.carrier.goes_wrong("create", fault)
    assert await line.run_commands() == ["create_agent_leg sending"]
    assert await line.run_commands() == ["create_agent_leg done"]
    await joined_once(line, caller, leg)


async def test_a_leg_its_callback_has_told_is_not_looked_for(line: Line) -> None:
    caller, leg = await line.connecting()
    line.carrier.goes_wrong("create", Fault.LOST_AFTER)
    await line.run_commands()
    await leg.status("initiated")
    assert await line.run_commands() == ["create_agent_leg done"]
    assert line.carrier.of("list_rooms") == []
    await joined_once(line, caller, leg)


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.TOO_MANY])
async def test_a_refusal_before_anything_was_done_is_repeated(line: Line, fault: Fault) -> None:
    caller, leg = await line.connecting()
    line.carrier.goes_wrong("create", fault, fault)
    assert await line.run_commands() == ["create_agent_leg pending"]
    assert await line.run_commands() == ["create_agent_leg pending"]
    assert await line.run_commands() == ["create_agent_leg done"]
    await joined_once(line, caller, leg)


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.KILLED_BEFORE])
async def test_a_leg_that_was_never_made_gives_the_caller_back(line: Line, fault: Fault) -> None:
    caller, _ = await line.connecting()
    line.carrier.goes_wrong("create", fault)
    with contextlib.suppress(Killed):
        await line.run_commands()
    queued_at = await line.value("select queued_at from contacts where id = $1", caller.contact_id)
    await line.clock.advance(26)
    await line.run_commands()
    assert line.carrier.legs_made == 0
    assert await caller.state() == "queued/waiting"
    assert await line.value("select queued_at from contacts where id = $1", caller.contact_id) == queued_at
    assert await load(line) == 0
    assert await no_offer_lives(line)


async def test_a_final_refusal_withdraws_the_offer_and_keeps_the_place(line: Line) -> None:
    caller, leg = await line.connecting()
    queued_at = await line.value("select queued_at from contacts where id = $1", caller.contact_id)
    line.carrier.goes_wrong("create", Fault.BAD_REQUEST)
    assert await line.run_commands() == ["create_agent_leg failed"]
    assert await caller.state() == "queued/waiting"
    assert await line.value("select queued_at from contacts where id = $1", caller.contact_id) == queued_at
    assert await line.value("select state from offers where id = $1", leg.offer_id) == "withdrawn"
    assert await line.value("select status from voice_legs where id = $1", leg.id) == "canceled"
    assert await load(line) == 0
    not_responding = "select not_responding_since from agent_states where agent_id = $1"
    assert await line.value(not_responding, leg.agent_id) is None


async def test_an_offer_whose_caller_hung_up_is_never_dialled(line: Line) -> None:
    caller, leg = await line.connecting()
    await caller.status("completed")
    told = await line.run_commands()
    assert "create_agent_leg dropped" in told
    assert line.carrier.legs_made == 0
    assert await caller.state() == "closed/closed"
    assert await line.value("select status from voice_legs where id = $1", leg.id) == "canceled"
    assert await line.run_commands() == []


async def test_a_leg_whose_sid_nobody_knows_is_found_and_ended(line: Line) -> None:
    caller, leg = await line.connecting()
    line.carrier.goes_wrong("create", Fault.KILLED_AFTER)
    with pytest.raises(Killed):
        await line.run_commands()
    sid = leg.sid
    await caller.status("completed")
    assert await line.run_commands() == ["create_agent_leg dropped", "end_leg done"]
    assert line.carrier.calls[sid] == "completed"
    assert await caller.state() == "closed/closed"
    assert line.carrier.legs_made == 1


async def test_ending_a_leg_that_was_never_made_comes_to_an_end(line: Line) -> None:
    caller, leg = await line.connecting()
    line.carrier.goes_wrong("create", Fault.KILLED_BEFORE)
    with pytest.raises(Killed):
        await line.run_commands()
    await caller.status("completed")
    assert await line.run_commands() == ["create_agent_leg dropped", "end_leg sending"]
    await line.clock.advance(26)
    assert await line.run_commands() == ["end_leg done"]
    assert await caller.state() == "closed/closed"
    assert await line.value("select status from voice_legs where id = $1", leg.id) == "canceled"


async def test_a_customer_who_was_moved_already_is_not_moved_again(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    line.carrier.goes_wrong("update_call", Fault.LOST_AFTER)
    assert await line.run_commands() == ["move_customer sending"]
    room = line.carrier.room(leg.room)
    assert room is not None
    line.carrier.joins(room, caller.sid, "customer")  # the callback is still on its way
    assert await line.run_commands() == ["move_customer done"]
    assert len(line.carrier.of("update_call")) == 1


async def test_a_customer_who_cannot_be_moved_goes_to_somebody_else(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    line.carrier.goes_wrong("update_call", Fault.BAD_REQUEST)
    assert await line.run_commands() == ["move_customer failed"]
    assert await caller.state() == "queued/waiting"
    assert sorted(await line.run_commands()) == ["end_leg done", "return_to_queue done"]
    assert await load(line) == 0


async def test_a_leg_said_to_be_not_in_progress_is_hung_up_all_the_same(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    line.carrier.goes_wrong("update_call", Fault.NOT_IN_PROGRESS)
    await caller.status("completed")
    assert await line.run_commands() == ["move_customer dropped", "end_leg pending"]
    assert line.carrier.calls[leg.sid] == "in-progress"
    assert await line.run_commands() == ["end_leg done"]
    assert line.carrier.calls[leg.sid] == "completed"
    assert await caller.state() == "wrap_up/closed"


async def test_a_customer_who_has_gone_when_moved_is_a_hang_up(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    line.carrier.ends(caller.sid)
    assert await line.run_commands() == ["move_customer failed"]
    assert await caller.state() == "wrap_up/closing"
    assert await line.value("select count(*) from alerts") == 0, "it is no fault that a customer hangs up"
    assert await line.run_commands() == ["end_leg done"]
    assert await caller.state() == "wrap_up/closed"


async def test_a_hold_is_confirmed_by_the_answer_when_its_callback_is_lost(line: Line) -> None:
    caller, leg = await line.talking()
    await control(line, caller, leg, "hold")
    assert await line.run_commands() == ["hold done"]
    assert await caller.state() == "active/held"
    media = await line.value("select media from contacts where id = $1", caller.contact_id)
    assert media["pending_command"] is None


async def test_a_hang_up_stays_pending_when_an_earlier_hold_is_confirmed(line: Line) -> None:
    caller, leg = await line.talking()
    await control(line, caller, leg, "hold")
    await control(line, caller, leg, "hang_up")
    await leg.event("participant-hold", 3, sid=caller.sid, label="customer")
    media = await line.value("select media from contacts where id = $1", caller.contact_id)
    assert media["pending_command"] == "hang_up"
    await line.run_commands()
    ended = "select data ->> 'ended_by' from touchpoints where kind = 'contact.ended' and contact_id = $1"
    assert await line.value(ended, caller.contact_id) == "agent"


async def test_a_control_that_fails_says_so_and_can_be_tried_again(line: Line) -> None:
    caller, leg = await line.talking()
    await control(line, caller, leg, "hold")
    line.carrier.goes_wrong("update_participant", Fault.BAD_REQUEST)
    await line.run_commands()
    media = await line.value("select media from contacts where id = $1", caller.contact_id)
    assert media["pending_command"] is None
    assert media["command_error"]
    told = "select data ->> 'command' from alerts where kind = 'command_failed' and subject = $1"
    assert await line.value(told, str(caller.contact_id)) == "hold", "a supervisor is told"
    await control(line, caller, leg, "hold")
    assert await line.run_commands() == ["hold done"]
    assert await caller.state() == "active/held"


async def test_a_command_nobody_wrote_is_no_error(line: Line) -> None:
    await line.sender.send({"command_id": str(new_id())})
    assert line.carrier.requests == []
