"""A customer is passed on: to a queue, to an agent, to a number outside; and nobody is lost on the way."""

import pytest

from app.channels.voice import controls
from app.channels.voice.controls import Target
from app.channels.voice.recording import rows as recordings
from app.contacts.errors import ControlRefused
from app.demo.summary import MAIN_NUMBER
from app.routing import service as routing
from tests.channels.voice.line import AgentLeg, Caller, Line, control, line_settings
from tests.channels.voice.people import (
    OUTSIDE,
    by,
    colleague,
    guest_of,
    hangs_up,
    media,
    nobody_is_left,
    order,
    sends,
)


async def to_queue(line: Line, caller: Caller, leg: AgentLeg) -> None:
    queue = await line.value("select queue_id from contacts where id = $1", caller.contact_id)
    other = await line.value("select id from queues where id <> $1 and not is_closed limit 1", queue)
    await order(line, routing.transfer_to_queue, caller, other, by=leg.agent_id, now=line.clock.now)


async def to_outside(line: Line, caller: Caller, leg: AgentLeg, digits: str | None = None) -> AgentLeg:
    target = Target(number=OUTSIDE, digits=digits)
    await order(line, controls.transfer_to_number, caller, await by(line, leg), target, line_settings())
    return await guest_of(line, caller)


async def wraps_up(line: Line, agent_id: object) -> bool:
    found = await line.value(
        "select wrap_up_until is not null from agent_states where agent_id = $1", agent_id
    )
    return bool(found)


@pytest.mark.parametrize("on_hold", [False, True], ids=["talking", "on hold"])
async def test_to_a_queue_the_customer_waits_again_and_the_agent_is_rung_off(
    line: Line, on_hold: bool
) -> None:
    caller, leg = await line.talking()
    if on_hold:
        await control(line, caller, leg, "hold")
        await sends(line)
    await to_queue(line, caller, leg)
    assert await caller.state() == "queued/waiting"
    assert set(await sends(line)) == {"return_to_queue done", "end_leg done"}
    assert "<Enqueue" in line.carrier.of("update_call")[-2].fields.get("Twiml", "") + str(
        line.carrier.of("update_call")[-1].fields
    )
    assert await wraps_up(line, leg.agent_id)
    assert (await media(line, caller))["held_since"] is None
    await caller.status("completed")
    await nobody_is_left(line)


async def test_to_an_agent_who_answers_in_a_room_of_its_own(line: Line) -> None:
    caller, leg = await line.talking()
    grace = await colleague(line)
    await order(line, routing.transfer_to_agent, caller, grace, by=leg.agent_id, now=line.clock.now)
    await sends(line)
    await line.route()
    second = await line.accept(caller)
    assert second.agent_id == grace
    assert second.room != leg.room
    await line.run_commands()
    await second.answers()
    await second.joins()
    await line.run_commands()
    await caller.joins(second)
    assert await caller.state() == "active/talking"
    await leg.event(
        "participant-leave", 40, sid="CA" + "0" * 32, label=leg.label
    )  # late news of the old room
    assert await caller.state() == "active/talking"


async def test_to_a_number_outside_the_agent_stays_until_it_answers(line: Line) -> None:
    caller, leg = await line.talking()
    target = await to_outside(line, caller, leg, digits="12w#")
    assert await sends(line) == ["create_guest_leg done"]
    asked = line.carrier.of("create")[-1].fields
    assert (asked["To"], asked["SendDigits"], asked["Timeout"]) == (OUTSIDE, "12w#", "30")
    await target.answers()
    assert await caller.state() == "active/talking"
    await target.joins(7)
    assert await caller.state() == "wrap_up/talking"
    assert await sends(line) == ["end_leg done"]
    await hangs_up(leg)
    assert await caller.state() == "wrap_up/talking"  # customer and target talk on
    assert await wraps_up(line, leg.agent_id)
    told = await line.value("select data from touchpoints where kind = 'contact.transferred'")
    assert told["to_number"] == "+886…177"


async def test_a_telephone_outside_sees_the_number_of_the_queue(line: Line) -> None:
    caller, leg = await line.talking()
    own = await line.value("select number from phone_numbers where number <> $1 order by number", MAIN_NUMBER)
    async with line.database.transaction() as tx:
        await tx.execute("update queues set caller_id = $1", own)
    await to_outside(line, caller, leg)
    await sends(line)
    assert line.carrier.of("create")[-1].fields["From"] == own
    assert [request.fields["From"] for request in line.carrier.of("create")[:-1]] == [MAIN_NUMBER]


@pytest.mark.parametrize("first", ["customer", "target"])
async def test_whoever_hangs_up_first_after_a_transfer_ends_the_call(line: Line, first: str) -> None:
    caller, leg = await line.talking()
    target = await to_outside(line, caller, leg)
    await sends(line)
    await target.answers()
    await target.joins(7)
    await sends(line)
    await hangs_up(leg)
    assert caller.contact_id is not None
    async with line.database.transaction() as tx:
        await routing.complete_wrap_up(
            tx, caller.contact_id, now=line.clock.now, dispositions=["refund_arranged"], by="agent"
        )
    assert await caller.state() == "closed/talking"
    assert await sends(line) == []  # a closed contact does not end their conversation
    if first == "customer":
        await caller.status("completed")
        assert "end_leg done" in await sends(line)
    else:
        await hangs_up(target, 31)
        assert await sends(line) == ["end_call done"]
    await caller.status("completed")
    await nobody_is_left(line)


@pytest.mark.parametrize("on_hold", [False, True], ids=["talking", "on hold"])
@pytest.mark.parametrize("how", ["busy", "no-answer", "failed"])
async def test_a_number_that_does_not_answer_leaves_the_customer_with_the_agent(
    line: Line, how: str, on_hold: bool
) -> None:
    caller, leg = await line.talking()
    if on_hold:
        await control(line, caller, leg, "hold")
        await sends(line)
    target = await to_outside(line, caller, leg)
    await sends(line)
    await target.status(how, 3)
    await target.status(how, 3)
    assert await caller.state() == ("active/held" if on_hold else "active/talking")
    assert (await media(line, caller))["guest_ended"] == how
    assert (await media(line, caller))["parties"] == []
    again = await to_outside(line, caller, leg)
    assert again.id != target.id


async def test_a_customer_on_hold_is_taken_off_when_the_target_answers(line: Line) -> None:
    caller, leg = await line.talking()
    await control(line, caller, leg, "hold")
    await sends(line)
    target = await to_outside(line, caller, leg)
    await sends(line)
    await target.joins(7)
    assert sorted(await sends(line)) == ["end_leg done", "resume done"]
    assert await caller.state() == "wrap_up/talking"


@pytest.mark.parametrize("who", ["customer", "agent"])
async def test_hanging_up_while_the_number_rings_leaves_no_leg_behind(line: Line, who: str) -> None:
    caller, leg = await line.talking()
    await to_outside(line, caller, leg)
    await sends(line)
    if who == "customer":
        await caller.status("completed")
        assert await caller.state() == "wrap_up/closing"
    else:
        await hangs_up(leg)
        await line.clock.advance(11)
        assert await line.reconciler.rescue_alone() == 1
        assert await caller.state() == "queued/waiting"
        await sends(line)
        await caller.status("completed")
    await nobody_is_left(line)


async def test_a_transfer_asked_for_twice_calls_once_and_can_be_called_off(line: Line) -> None:
    caller, leg = await line.talking()
    first = await to_outside(line, caller, leg)
    assert (await to_outside(line, caller, leg)).id == first.id
    with pytest.raises(ControlRefused, match="complete or cancel"):
        await order(
            line,
            controls.consult,
            caller,
            await by(line, leg),
            Target(number="+886255500178"),
            line_settings(),
        )
    await sends(line)
    await order(line, controls.cancel, caller)
    await order(line, controls.cancel, caller)
    assert await sends(line) == ["end_leg done"]
    await first.status("canceled", 5)
    assert await caller.state() == "active/talking"


async def test_a_target_who_joins_after_the_call_was_called_off_is_rung_off(line: Line) -> None:
    caller, leg = await line.talking()
    target = await to_outside(line, caller, leg)
    await sends(line)
    await caller.status("completed")
    await target.joins(9)
    assert await caller.state() == "wrap_up/closing"
    await nobody_is_left(line)


async def test_what_customer_and_outsider_say_is_not_recorded(line: Line) -> None:
    caller, leg = await line.talking()
    customer = await line.value("select id from voice_legs where kind = 'customer'")
    async with line.database.transaction() as tx:
        assert caller.contact_id is not None
        await recordings.insert(
            tx, contact_id=caller.contact_id, leg_id=customer, purpose=recordings.CONVERSATION, channels=2
        )
    target = await to_outside(line, caller, leg)
    await sends(line)
    await target.joins(7)
    ordered = "select count(*) from voice_commands where kind = 'stop_recording'"
    assert await line.value(ordered) == 1
