"""An agent and a caller in conversation, and how it ends."""

from simulator.endpoints import Policy
from tests.calls.people import NotReached
from tests.calls.scenarios.waiting import OTHER
from tests.calls.stage import Stage
from tests.calls.table import scenario


@scenario(ends="handled")
async def an_agent_talks_holds_and_resumes(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.orders(contact, "hold")
    await stage.call_becomes(contact, "held")
    await stage.passes(20)
    await mei.orders(contact, "resume")
    await stage.call_becomes(contact, "talking")
    await stage.passes(5)
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def the_agent_hangs_up(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.orders(contact, "hang-up")
    assert await call.ended() == "completed"
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def the_caller_hangs_up_on_hold(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.orders(contact, "hold")
    await stage.call_becomes(contact, "held")
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def both_hang_up_at_once(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    leg = mei.leg()
    call.hangup()
    stage.simulator.people.hang_up(leg)
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def the_agent_answers_in_the_last_second(stage: Stage) -> None:
    mei = await stage.agent()
    mei.phone(Policy.ANSWER, 11.0)  # of the twelve in which the leg must join
    call = await stage.waiting()
    contact = await mei.talks()
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled handled")
async def two_callers_are_served_in_their_order(stage: Stage) -> None:
    mei = await stage.agent()
    first = await stage.waiting()
    second = await stage.waiting(OTHER)
    for call in (first, second):
        contact = await mei.talks(within=120)
        mine = await stage.value("select call_sid from voice_calls where contact_id = $1", contact)
        if mine != call.sid:
            raise NotReached("it is not this caller's turn")
        call.hangup()
        await mei.wraps_up(contact)
