"""Who hangs up when, and what must be true afterwards: every row of the table for calls that come in."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from simulator.faults import FaultEffect, FaultRule
from tests.support.centre import Agent, Centre, running_centre
from tests.support.invariants import CALM_SPEED, assert_quiescent

CALLER = "+886900000105"  # a customer of the queue that mei serves first


@pytest.fixture
async def centre(demo_dsn: str) -> AsyncIterator[Centre]:
    """The product with a demo centre, slow enough to judge silence."""
    async with running_centre(demo_dsn, speed=CALM_SPEED) as running:
        yield running


async def waiting(centre: Centre) -> tuple[Any, UUID]:
    """A caller who has asked for a person and waits; the call and its contact."""
    call = await centre.call(CALLER)
    await call.collecting()
    call.press("0")
    await call.queued()
    contact_id: UUID = await centre.value("select contact_id from voice_calls where call_sid = $1", call.sid)
    return call, contact_id


async def accepted(centre: Centre, agent: Agent) -> str:
    """Say yes to the next offer; returns its contact."""
    made = await agent.event("offer.made")
    await agent.command("POST", f"/offers/{made['offer']['offer_id']}/accept")
    contact_id: str = made["offer"]["contact_id"]
    return contact_id


async def talking(centre: Centre) -> tuple[Any, Agent, str]:
    """A caller and an agent in conversation."""
    mei = await centre.at_work("mei")
    call, _ = await waiting(centre)
    contact_id = await accepted(centre, mei)
    await mei.contact(state="active", call_state="talking")
    return call, mei, contact_id


async def outcome(centre: Centre, contact_id: object) -> str:
    """How the contact ended; `wrap_up` while the agent still writes."""
    found: str = await centre.value("select coalesce(outcome, state) from contacts where id = $1", contact_id)
    return found


def phone(centre: Centre, agent: Agent, policy: Any, after: float = 0.2) -> None:
    """How the agent's phone behaves from now on."""
    centre.simulator.endpoints.set(f"client:{agent.softphone_identity}", policy, after=after)


async def test_the_caller_hangs_up_in_self_service_and_in_the_queue(centre: Centre) -> None:
    first = await centre.call(CALLER)
    await first.collecting()
    first.hangup()
    second, contact_id = await waiting(centre)
    second.hangup()
    await assert_quiescent(centre)
    in_ivr = await centre.value("select contact_id from voice_calls where call_sid = $1", first.sid)
    assert await outcome(centre, in_ivr) == "abandoned_in_self_service"
    assert await outcome(centre, contact_id) == "abandoned_in_queue"


async def test_the_caller_hangs_up_while_the_agent_is_being_offered(centre: Centre) -> None:
    mei = await centre.at_work("mei")
    call, contact_id = await waiting(centre)
    made = await mei.event("offer.made")
    call.hangup()
    await mei.event("offer.ended", offer_id=made["offer"]["offer_id"])
    refused = await mei.command("POST", f"/offers/{made['offer']['offer_id']}/accept", status=409)
    assert "customer has left" in refused["detail"]
    await assert_quiescent(centre)
    assert await outcome(centre, contact_id) == "abandoned_in_queue"


async def test_the_caller_hangs_up_while_the_agent_s_phone_rings(centre: Centre) -> None:
    mei = await centre.at_work("mei")
    phone(centre, mei, "manual")
    call, contact_id = await waiting(centre)
    await accepted(centre, mei)
    leg = await centre.simulator.client(mei.softphone_identity).rings()
    call.hangup()
    assert await leg.ended() in ("canceled", "completed")
    await assert_quiescent(centre)
    assert await outcome(centre, contact_id) == "abandoned_in_queue"


async def test_the_caller_hangs_up_while_the_agent_s_leg_is_being_made(centre: Centre) -> None:
    mei = await centre.at_work("mei")
    phone(centre, mei, "manual")
    centre.simulator.faults.add(FaultRule(FaultEffect.SLOW, "CreateParticipant", delay=15.0))
    call, contact_id = await waiting(centre)
    await accepted(centre, mei)
    await centre.becomes("select state from voice_commands where kind = 'create_agent_leg'", "sending")
    call.hangup()
    await assert_quiescent(centre)
    assert await outcome(centre, contact_id) == "abandoned_in_queue"


async def test_the_caller_hangs_up_while_being_moved(centre: Centre) -> None:
    mei = await centre.at_work("mei")
    centre.simulator.faults.add(FaultRule(FaultEffect.ERROR_503, "UpdateCall", limit=1))
    call, contact_id = await waiting(centre)
    await accepted(centre, mei)
    await centre.becomes("select state from contacts where id = $1", "active", contact_id)
    call.hangup()
    await assert_quiescent(centre)
    assert await outcome(centre, contact_id) == "wrap_up"


@pytest.mark.parametrize("on_hold", [False, True], ids=["talking", "on hold"])
async def test_the_caller_hangs_up_in_conversation(centre: Centre, on_hold: bool) -> None:
    call, mei, contact_id = await talking(centre)
    if on_hold:
        await mei.command("POST", f"/contacts/{contact_id}/hold")
        await mei.contact(call_state="held", pending_command=None)
    call.hangup()
    await mei.contact(state="wrap_up")
    await assert_quiescent(centre)
    ended = "select data ->> 'ended_by' from touchpoints where kind = 'contact.ended' and contact_id = $1"
    assert await centre.value(ended, UUID(contact_id)) == "customer"


@pytest.mark.parametrize("on_hold", [False, True], ids=["talking", "on hold"])
async def test_the_agent_hangs_up(centre: Centre, on_hold: bool) -> None:
    call, mei, contact_id = await talking(centre)
    if on_hold:
        await mei.command("POST", f"/contacts/{contact_id}/hold")
        await mei.contact(call_state="held", pending_command=None)
    await mei.command("POST", f"/contacts/{contact_id}/hang-up")
    assert await call.ended() == "completed"
    await mei.contact(state="wrap_up")
    await assert_quiescent(centre)
    ended = "select data ->> 'ended_by' from touchpoints where kind = 'contact.ended' and contact_id = $1"
    assert await centre.value(ended, UUID(contact_id)) == "agent"


@pytest.mark.parametrize("on_hold", [False, True], ids=["talking", "on hold"])
async def test_an_agent_who_drops_off_sends_the_customer_back_to_the_old_place(
    centre: Centre, on_hold: bool
) -> None:
    call, mei, contact_id = await talking(centre)
    queued_at = await centre.value("select queued_at from contacts where id = $1", UUID(contact_id))
    if on_hold:
        await mei.command("POST", f"/contacts/{contact_id}/hold")
        await mei.contact(call_state="held", pending_command=None)
    await mei.command("PUT", "/agents/me/presence", {"presence": "away", "reason": "break"})
    leg = next(
        c for c in centre.simulator.calls.values() if c.live and c.address.endswith(mei.softphone_identity)
    )
    centre.simulator.people.hang_up(leg)
    alone = "select alone_since is not null from voice_calls where contact_id = $1"
    await centre.becomes(alone, True, UUID(contact_id))
    async with centre.database.transaction() as tx:  # ten seconds pass
        await tx.execute("update voice_calls set alone_since = alone_since - interval '10 s'")
    await call.queued()
    assert await centre.value("select queued_at from contacts where id = $1", UUID(contact_id)) == queued_at
    dropped = "select count(*) from touchpoints where contact_id = $1 and kind = 'agent.dropped'"
    assert await centre.value(dropped, UUID(contact_id)) == 1

    grace = await centre.at_work("grace")
    await accepted(centre, grace)
    await grace.contact(state="active", call_state="talking")
    call.hangup()
    await grace.contact(state="wrap_up")
    await assert_quiescent(centre)


@pytest.mark.parametrize(
    ("policy", "is_blamed"), [("busy", True), ("reject", True), ("offline", True), ("noanswer", False)]
)
async def test_an_agent_s_phone_that_fails_costs_the_caller_nothing(
    centre: Centre, policy: Any, is_blamed: bool
) -> None:
    mei = await centre.at_work("mei")
    phone(centre, mei, policy)
    call, contact_id = await waiting(centre)
    queued_at = await centre.value("select queued_at from contacts where id = $1", contact_id)
    made = await mei.event("offer.made")
    await mei.command("POST", f"/offers/{made['offer']['offer_id']}/accept")
    await mei.event("offer.ended", offer_id=made["offer"]["offer_id"])
    if is_blamed:
        blamed = "select not_responding_since is not null from agent_states where agent_id = $1"
        await centre.becomes(blamed, True, mei.agent_id)
    assert await centre.value("select queued_at from contacts where id = $1", contact_id) == queued_at
    await mei.command("PUT", "/agents/me/presence", {"presence": "away", "reason": "break"})

    grace = await centre.at_work("grace")
    await accepted(centre, grace)
    await grace.contact(state="active", call_state="talking")
    call.hangup()
    await grace.contact(state="wrap_up")
    await assert_quiescent(centre)
