"""Callbacks that never come: what the carrier says when asked makes it good, once, before anybody waits in vain."""

from tests.channels.voice.carrier import Fault
from tests.channels.voice.line import Line, control


async def touchpoints(line: Line, contact_id: object) -> dict[str, int]:
    """How often each kind of line was logged."""
    async with line.database.read() as reader:
        rows = await reader.fetch(
            "select kind, count(*) as n from touchpoints where contact_id = $1 group by kind", contact_id
        )
    return {row["kind"]: row["n"] for row in rows}


async def test_a_lost_end_of_a_call_in_self_service_is_found(line: Line) -> None:
    caller = await line.call()
    line.carrier.ends(caller.sid)
    assert await line.reconciler.check_due() == 0  # it was opened just now
    await line.clock.advance(31)
    assert await line.reconciler.check_due() == 1
    assert await caller.state() == "closed/closed"
    outcome = await line.value("select outcome from contacts where id = $1", caller.contact_id)
    assert outcome == "abandoned_in_self_service"


async def test_a_lost_end_of_a_conversation_is_found_once(line: Line) -> None:
    caller, leg = await line.talking()
    line.carrier.ends(caller.sid)
    line.carrier.ends(leg.sid)
    await line.clock.advance(31)
    await line.reconciler.check_due()
    assert await caller.state() == "wrap_up/closed"
    logged = await touchpoints(line, caller.contact_id)
    assert logged["contact.ended"] == 1
    assert (await caller.status("completed")).status_code == 204  # the lost callback after all
    await leg.status("completed", 3)
    await line.clock.advance(31)
    assert await line.reconciler.check_due() == 0
    assert await touchpoints(line, caller.contact_id) == logged


async def test_a_lost_join_of_the_agent_is_found_before_the_deadline(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    room = line.carrier.room(leg.room)
    assert room is not None
    line.carrier.joins(room, leg.sid, leg.label)  # no callback
    await line.clock.advance(5)
    assert await line.reconciler.check_due() == 1
    assert await caller.state() == "active/connecting"
    assert await line.run_commands() == ["move_customer done"]
    await leg.event("participant-join", 1)  # late
    assert await line.run_commands() == []
    await caller.joins(leg)
    assert await caller.state() == "active/talking"


async def test_a_ringing_phone_is_not_taken_for_somebody_in_the_room(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.status("ringing")
    await line.clock.advance(5)
    await line.reconciler.check_due()
    assert await caller.state() == "offered/connecting"


async def test_a_lost_join_of_the_customer_is_found(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    room = line.carrier.room(leg.room)
    assert room is not None
    line.carrier.joins(room, caller.sid, "customer")
    await line.clock.advance(5)
    await line.reconciler.check_due()
    assert await caller.state() == "active/talking"
    await leg.event("participant-join", 2, sid=caller.sid, label="customer")
    assert (await touchpoints(line, caller.contact_id))["call.connected"] == 1


async def test_a_lost_leave_of_the_agent_does_not_leave_the_customer_alone(line: Line) -> None:
    caller, leg = await line.talking()
    queued_at = await line.value("select queued_at from contacts where id = $1", caller.contact_id)
    sid = leg.sid
    line.carrier.ends(sid)
    await line.clock.advance(31)
    await line.reconciler.check_due()
    assert await caller.state() == "active/talking"  # the grace
    await line.clock.advance(11)
    assert await line.reconciler.rescue_alone() == 1
    assert await caller.state() == "queued/waiting"
    assert await line.value("select queued_at from contacts where id = $1", caller.contact_id) == queued_at
    await leg.event("participant-leave", 9, sid=sid)
    assert await line.reconciler.rescue_alone() == 0
    assert await line.run_commands() == ["return_to_queue done"]
    assert await line.value("select sum(used_units) from agent_states") == 0


async def test_a_lost_leave_of_a_leg_that_lives_on_is_found(line: Line) -> None:
    caller, leg = await line.talking()
    room = line.carrier.room(leg.room)
    assert room is not None
    room.people.pop(leg.sid)
    await line.clock.advance(31)
    await line.reconciler.check_due()
    alone = "select alone_since from voice_calls where contact_id = $1"
    assert await line.value(alone, caller.contact_id) == line.clock.now


async def test_lost_news_of_hold_and_resume_is_found(line: Line) -> None:
    caller, leg = await line.talking()
    room = line.carrier.room(leg.room)
    assert room is not None
    for on, state in ((True, "active/held"), (False, "active/talking")):
        room.people[caller.sid]["hold"] = on
        await line.clock.advance(31)
        await line.reconciler.check_due()
        assert await caller.state() == state


async def test_a_leg_whose_end_failed_is_ended_later(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    sid = leg.sid
    line.carrier.goes_wrong("update_call", Fault.BAD_REQUEST)
    await caller.status("completed")
    assert await line.run_commands() == ["end_leg failed"]
    assert await caller.state() == "closed/closing"
    await line.clock.advance(31)
    await line.reconciler.check_due()
    assert await line.run_commands() == ["end_leg done"]
    assert line.carrier.calls[sid] == "completed"
    assert await caller.state() == "closed/closed"


async def test_what_is_well_is_left_alone(line: Line) -> None:
    caller, _ = await line.talking()
    before = await line.counts()
    for _ in range(3):
        await line.clock.advance(31)
        assert await line.reconciler.check_due() == 1
    assert await caller.state() == "active/talking"
    assert await line.counts() == before
    assert await line.run_commands() == []


async def test_a_carrier_that_does_not_answer_changes_nothing(line: Line) -> None:
    caller, _ = await line.talking()
    line.carrier.goes_wrong("fetch_call", Fault.LOST_BEFORE, Fault.TOO_MANY, Fault.BROKEN_AFTER)
    for _ in range(3):
        await line.clock.advance(31)
        assert await line.reconciler.check_due() == 1
    assert await caller.state() == "active/talking"


async def test_an_agent_who_is_back_within_the_grace_keeps_the_customer(line: Line) -> None:
    caller, leg = await line.talking()
    await leg.event("participant-leave", 5)
    await line.clock.advance(4)
    await leg.event("participant-join", 6)
    await line.clock.advance(11)
    assert await line.reconciler.rescue_alone() == 0
    assert await caller.state() == "active/talking"


async def test_a_hang_up_that_fails_does_not_leave_the_customer_alone(line: Line) -> None:
    caller, leg = await line.talking()
    await control(line, caller, leg, "hang_up")
    line.carrier.goes_wrong("update_call", Fault.BAD_REQUEST)
    await leg.leaves(5)
    assert await line.run_commands() == ["end_call failed"]
    await line.clock.advance(31)
    await line.reconciler.check_due()
    await line.clock.advance(11)
    assert await line.reconciler.rescue_alone() == 1
    assert await caller.state() == "queued/waiting"
