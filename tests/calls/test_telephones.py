"""Agents at a telephone on the phone network that behaves: from the ring to the wrap-up, clean and under faults.

Kept beside the table of calls: these are about how the agent is reached, and whoever judges the others judges them.
"""

from collections.abc import Awaitable, Callable

import pytest

from simulator.endpoints import Policy
from simulator.phones import RingingLeg
from tests.calls.judge import judged
from tests.calls.people import Agent
from tests.calls.stage import CUSTOMER, Stage, opened_stage

MOBILE = "+886912000133"
SIP = "sip:mei@office.sip.twilio.com"
SEED = 7


async def at_telephone(stage: Stage, address: str = MOBILE) -> Agent:
    """Mei, available, and reached at a telephone; her console is open and has no phone."""
    by = "sip" if address.startswith("sip:") else "phone"
    async with stage.change() as tx:
        await tx.execute(
            "update agents set reached_by = $1, phone_address = $2, needs_key = $3 where login = 'mei'",
            by,
            address,
            by == "phone",
        )
        await tx.execute("update queues set offer_timeout_seconds = 30")
    mei = await stage.agent()
    mei.phone(Policy.OFFLINE)
    return mei


async def answered(stage: Stage, mei: Agent, key: str = "1") -> RingingLeg:
    """Her telephone rings; she answers, hears what it is about and presses a key."""
    await mei.offered()
    leg = await stage.rung(MOBILE)
    leg.accept()
    await leg.hears("按1接聽")
    leg.press(key)
    return leg


async def the_key_takes_the_call_and_the_receiver_ends_it(stage: Stage) -> None:
    mei = await at_telephone(stage)
    call = await stage.waiting()
    leg = await answered(stage, mei)
    await stage.heard(CUSTOMER, MOBILE)
    leg.press("42")  # the keys of a telephone are its own
    await call.hears("(keys 42)")
    await stage.passes(20)
    leg.hangup()
    assert await call.ended() == "completed"
    await mei.wraps_up(await stage.value("select contact_id from voice_calls"))


async def the_customer_hangs_up(stage: Stage) -> None:
    mei = await at_telephone(stage)
    call = await stage.waiting()
    leg = await answered(stage, mei)
    await stage.heard(CUSTOMER, MOBILE)
    call.hangup()
    assert await leg.ended() == "completed"
    await mei.wraps_up(await stage.value("select contact_id from voice_calls"))


async def a_mailbox_never_gets_the_customer(stage: Stage) -> None:
    mei = await at_telephone(stage)
    stage.simulator.endpoints.set(MOBILE, Policy.VOICEMAIL, after=4.0, greeting="請留言")
    call = await stage.waiting()
    await mei.offered()
    await stage.becomes("select count(*) from voice_legs where kind = 'agent' and ended_at is not null", 1)
    await stage.heard(CUSTOMER, MOBILE, is_heard=False)
    silent = "select not_responding_since is not null from agent_states where agent_id = $1"
    await stage.becomes(silent, True, mei.id)
    call.hangup()
    await stage.becomes("select state from voice_calls", "closed")


async def a_sip_phone_takes_it_by_answering(stage: Stage) -> None:
    mei = await at_telephone(stage, SIP)
    stage.simulator.endpoints.set(SIP, Policy.ANSWER, after=3.0)
    call = await stage.waiting()
    await mei.offered()
    await stage.heard(CUSTOMER, SIP)
    call.hangup()
    await mei.wraps_up(await stage.value("select contact_id from voice_calls"))


PLAYS: dict[str, Callable[[Stage], Awaitable[None]]] = {
    play.__name__.replace("_", " "): play
    for play in (
        the_key_takes_the_call_and_the_receiver_ends_it,
        the_customer_hangs_up,
        a_mailbox_never_gets_the_customer,
        a_sip_phone_takes_it_by_answering,
    )
}


@pytest.mark.parametrize("name", PLAYS)
async def test_it_runs_to_its_end_and_everything_is_over(name: str, demo_dsn: str) -> None:
    async with opened_stage(demo_dsn, seed=SEED) as stage:
        await PLAYS[name](stage)
        assert await judged(stage, []) == []
