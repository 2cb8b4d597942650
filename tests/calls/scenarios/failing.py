"""Agents who do not answer, cannot be rung, or are lost."""

from uuid import UUID

from simulator.endpoints import Policy
from simulator.phones import PhoneCall
from tests.calls.people import Agent, NotReached
from tests.calls.stage import CUSTOMER, Stage
from tests.calls.table import scenario


async def served_by_grace(stage: Stage, call: PhoneCall) -> None:
    """The caller whom the first agent could not serve gets the second one."""
    grace = await stage.agent("grace")
    contact = await grace.talks(within=120)
    call.hangup()
    await grace.wraps_up(contact)


@scenario(ends="handled")
async def the_agent_does_not_answer_the_offer(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    await mei.offered()
    blamed = "select not_responding_since is not null from agent_states where agent_id = $1"
    await stage.becomes(blamed, True, mei.id)
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_s_phone_is_busy(stage: Stage) -> None:
    mei = await stage.agent()
    mei.phone(Policy.BUSY)
    call = await stage.waiting()
    await mei.accepts()
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_s_phone_rings_out(stage: Stage) -> None:
    mei = await stage.agent()
    mei.phone(Policy.NO_ANSWER)
    call = await stage.waiting()
    await mei.accepts()
    await stage.becomes("select count(*) from voice_legs where kind = 'agent' and ended_at is not null", 1)
    await mei.goes_away()
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_s_leg_drops_off_and_the_caller_keeps_the_place(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    place = await stage.value("select queued_at from contacts where id = $1", contact)
    await mei.goes_away()
    stage.simulator.people.hang_up(mei.leg())
    await stage.contact_becomes(contact, "queued")
    if await stage.value("select queued_at from contacts where id = $1", contact) != place:
        raise NotReached("the place was lost")
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_is_lost_while_asked(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    await mei.offered()
    await mei.drops()
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_s_console_is_gone_for_a_moment_in_conversation(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.drops()
    await stage.passes(5)
    await mei.connects()
    await stage.passes(60)
    await stage.call_becomes(contact, "talking")
    call.hangup()
    await mei.wraps_up(contact)


async def left_alone(stage: Stage, mei: Agent, contact: UUID) -> None:
    """The agent's phone drops out of the conversation."""
    stage.simulator.people.hang_up(mei.leg())
    await stage.becomes(
        "select alone_since is not null from voice_calls where contact_id = $1", True, contact
    )


@scenario(ends="handled")
async def the_agent_s_phone_drops_out_and_is_called_back(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await left_alone(stage, mei, contact)
    await stage.passes(2)
    await mei.orders(contact, "rejoin")
    await stage.heard(CUSTOMER, mei.address)
    await stage.passes(20)
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def the_agent_loses_everything_and_is_back_in_five_seconds(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.drops()
    await left_alone(stage, mei, contact)
    await stage.passes(5)
    await mei.connects()
    await mei.orders(contact, "rejoin")
    await stage.heard(CUSTOMER, mei.address)
    call.hangup()
    await mei.wraps_up(contact)
