"""A supervisor's commands on real calls: the whole product, with the simulated phone network."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.centre import Agent, Centre, running_centre
from tests.support.invariants import CALM_SPEED, assert_quiescent

CALLER = "+886900000105"  # a customer of the queue that mei serves first


@pytest.fixture
async def centre(demo_dsn: str) -> AsyncIterator[Centre]:
    """The product with a demo centre, slow enough to judge silence."""
    async with running_centre(demo_dsn, speed=CALM_SPEED) as running:
        yield running


async def leader(centre: Centre) -> Agent:
    """A supervisor at a desk, who takes no calls."""
    login: str = await centre.value(
        "select login from agents where role = 'supervisor' order by number limit 1"
    )
    return await centre.sign_in(login)


async def waiting(centre: Centre) -> tuple[Any, UUID]:
    """A caller who has asked for a person and waits; the call and its contact."""
    call = await centre.call(CALLER)
    await call.collecting()
    call.press("0")
    await call.queued()
    contact_id: UUID = await centre.value("select contact_id from voice_calls where call_sid = $1", call.sid)
    return call, contact_id


async def talking(centre: Centre, mei: Agent) -> tuple[Any, UUID]:
    """A caller in conversation with mei."""
    call, contact_id = await waiting(centre)
    made = await mei.event("offer.made")
    await mei.command("POST", f"/offers/{made['offer']['offer_id']}/accept")
    await mei.contact(state="active", call_state="talking")
    return call, contact_id


async def test_a_conversation_taken_back_hears_the_queue_again_and_is_offered_anew(centre: Centre) -> None:
    mei, boss = await centre.at_work("mei"), await leader(centre)
    call, contact_id = await talking(centre, mei)
    before = await centre.value("select queued_at from contacts where id = $1", contact_id)
    body = {"command_id": str(uuid4())}
    taken = await boss.command("POST", f"/contacts/{contact_id}/take-back", body)
    assert taken["state"] == "queued"
    await mei.event("contact.removed", contact_id=str(contact_id))
    await centre.becomes("select count(*) >= 2 from offers where contact_id = $1", True, contact_id)
    assert await centre.value("select queued_at from contacts where id = $1", contact_id) == before
    call.hangup()
    await centre.becomes("select state from contacts where id = $1", "closed", contact_id)


async def test_a_waiting_caller_who_is_ended_is_hung_up_on(centre: Centre) -> None:
    boss = await leader(centre)
    call, contact_id = await waiting(centre)
    ended = await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "a test call"})
    assert ended["state"] == "closed"
    await call.ended()
    await centre.becomes("select state from voice_calls where contact_id = $1", "closed", contact_id)
    await assert_quiescent(centre)


async def test_a_conversation_that_is_ended_frees_the_agent_and_both_lines(centre: Centre) -> None:
    mei, boss = await centre.at_work("mei"), await leader(centre)
    call, contact_id = await talking(centre, mei)
    await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "stuck", "outcome": "handled"})
    await mei.event("contact.removed", contact_id=str(contact_id))
    await call.ended()
    await centre.becomes("select state from voice_calls where contact_id = $1", "closed", contact_id)
    free = "select used_units = 0 and wrap_up_until is null from agent_states where agent_id = $1"
    assert await centre.value(free, mei.agent_id)
    await assert_quiescent(centre)


async def test_a_caller_given_to_an_agent_rings_there_at_once(centre: Centre) -> None:
    boss = await leader(centre)
    _, contact_id = await waiting(centre)
    mei = await centre.sign_in("mei")
    await mei.connect()
    await mei.command("PUT", "/agents/me/presence", {"presence": "away", "reason": "break"})
    await boss.command("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(mei.agent_id)})
    await boss.command("PUT", f"/agents/{mei.agent_id}/presence", {"presence": "available"})
    made = await mei.event("offer.made")
    assert made["offer"]["contact_id"] == str(contact_id)
