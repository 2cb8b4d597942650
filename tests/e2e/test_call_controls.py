"""Consult, transfer and supervision through the whole product: REST, sockets, the worker and the simulated network."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from simulator.endpoints import Policy
from simulator.rooms import Participant, hears
from tests.e2e.test_call_hangups import CALLER, phone, talking
from tests.support.centre import Agent, Centre, running_centre
from tests.support.invariants import CALM_SPEED, assert_quiescent
from tests.support.waiting import eventually

OUTSIDE = "+886255500177"


@pytest.fixture
async def centre(demo_dsn: str) -> AsyncIterator[Centre]:
    """The product with a demo centre, slow enough to judge silence."""
    async with running_centre(demo_dsn, speed=CALM_SPEED) as running:
        yield running


def seat(centre: Centre, address: str) -> Participant | None:
    """The participant behind this number or browser phone, when they are in a room."""
    for room in centre.simulator.conferences.by_sid.values():
        for one in room.present:
            if one.call.address.split("?")[0] == address:
                return one
    return None


async def heard(centre: Centre, listener: str, speaker: str, *, is_heard: bool = True) -> None:
    """Wait until one does (not) hear the other, as the network sees it."""

    async def there() -> bool:
        ear, mouth = seat(centre, listener), seat(centre, speaker)
        return (ear is not None and mouth is not None and hears(ear, mouth)) is is_heard

    await eventually(there, what=f"{listener} hears {speaker}: {is_heard}")


def browser(agent: Agent) -> str:
    """The agent's phone as the network knows it."""
    return f"client:{agent.softphone_identity}"


async def parties(agent: Agent, **match: Any) -> dict[str, Any]:
    """Wait until a guest of this description is shown; returns the party."""

    def found() -> dict[str, Any] | None:
        views = [e["contact"] for e in agent.events if e["type"] == "contact.changed"]
        shown = views[-1]["parties"] if views else []
        return next((p for p in shown if all(p[k] == v for k, v in match.items())), None)

    async def there() -> bool:
        return found() is not None

    await eventually(there, what=f"a party {match}")
    party = found()
    assert party is not None
    return party


async def left_alone(agent: Agent, contact_id: str) -> None:
    """Wait until the contact is off the agent's work list."""
    await agent.event("contact.removed", contact_id=contact_id)


async def test_a_consultation_is_swapped_merged_and_completed(centre: Centre) -> None:
    call, mei, contact_id = await talking(centre)
    grace = await centre.at_work("grace")
    caller = CALLER
    targets = await mei.command("GET", "/transfer-targets")
    assert {"agent_id": str(grace.agent_id), "is_free": True}.items() <= next(
        one for one in targets["agents"] if one["agent_id"] == str(grace.agent_id)
    ).items()

    for _ in range(2):
        await mei.command("POST", f"/contacts/{contact_id}/consult", {"agent_id": str(grace.agent_id)})
    await parties(mei, kind="guest", state="joined")
    await heard(centre, browser(grace), browser(mei))
    await heard(centre, caller, browser(grace), is_heard=False)
    engaged = [e["agent"] for e in grace.events if e["type"] == "agent.state_changed"][-1]["engagement"]
    assert engaged["role"] == "consult"

    await mei.command("PUT", f"/contacts/{contact_id}/consult/focus", {"focus": "customer"})
    await heard(centre, caller, browser(mei))
    await heard(centre, caller, browser(grace), is_heard=False)
    await mei.command("PUT", f"/contacts/{contact_id}/consult/focus", {"focus": "all"})
    await heard(centre, caller, browser(grace))

    for _ in range(2):
        await mei.command("POST", f"/contacts/{contact_id}/consult/complete")
    await left_alone(mei, contact_id)
    await grace.contact(contact_id=contact_id, state="active", call_state="talking")
    await heard(centre, caller, browser(grace))
    call.hangup()
    await grace.contact(state="wrap_up")
    await assert_quiescent(centre)


async def test_a_consultation_is_called_off(centre: Centre) -> None:
    call, mei, contact_id = await talking(centre)
    grace = await centre.at_work("grace")
    phone(centre, grace, "manual")
    await mei.command("POST", f"/contacts/{contact_id}/consult", {"agent_id": str(grace.agent_id)})
    leg = await centre.simulator.client(grace.softphone_identity).rings()
    for _ in range(2):
        await mei.command("POST", f"/contacts/{contact_id}/consult/cancel")
    assert await leg.ended() in ("canceled", "completed")
    await heard(centre, CALLER, browser(mei))
    call.hangup()
    await mei.contact(state="wrap_up")
    await assert_quiescent(centre)


async def test_a_transfer_to_a_number_outside(centre: Centre) -> None:
    centre.simulator.endpoints.set(OUTSIDE, Policy.ANSWER, after=0.5)
    call, mei, contact_id = await talking(centre)
    await mei.command("POST", f"/contacts/{contact_id}/transfer", {"number": OUTSIDE})
    await heard(centre, OUTSIDE, CALLER)
    await mei.contact(state="wrap_up")
    for _ in range(2):
        await mei.command("POST", f"/contacts/{contact_id}/transfer", {"number": OUTSIDE})
    await centre.becomes("select count(*) from voice_legs where kind = 'agent' and ended_at is null", 0)
    assert seat(centre, CALLER) is not None
    call.hangup()
    await assert_quiescent(centre)


async def test_a_transfer_to_a_busy_number_changes_nothing(centre: Centre) -> None:
    centre.simulator.endpoints.set(OUTSIDE, Policy.BUSY)
    call, mei, contact_id = await talking(centre)
    await mei.command("POST", f"/contacts/{contact_id}/transfer", {"number": OUTSIDE})
    await mei.contact(guest_ended="busy", state="active", call_state="talking", parties=[])
    await heard(centre, CALLER, browser(mei))
    refused = await mei.command(
        "POST", f"/contacts/{contact_id}/transfer", {"number": "+19005550100"}, status=422
    )
    assert refused["code"] == "number_refused"
    call.hangup()
    await mei.contact(state="wrap_up")
    await assert_quiescent(centre)


async def test_a_transfer_to_an_agent_by_way_of_the_queue(centre: Centre) -> None:
    call, mei, contact_id = await talking(centre)
    grace = await centre.at_work("grace")
    for _ in range(2):
        await mei.command("POST", f"/contacts/{contact_id}/transfer", {"agent_id": str(grace.agent_id)})
    made = await grace.event("offer.made")
    assert made["offer"]["contact_id"] == contact_id
    await grace.command("POST", f"/offers/{made['offer']['offer_id']}/accept")
    await grace.contact(state="active", call_state="talking")
    await heard(centre, CALLER, browser(grace))
    call.hangup()
    await grace.contact(state="wrap_up")
    await assert_quiescent(centre)


async def test_a_supervisor_listens_whispers_and_joins(centre: Centre) -> None:
    call, mei, contact_id = await talking(centre)
    sara = await centre.at_work("sara")
    await mei.command("PUT", f"/contacts/{contact_id}/supervision", {"mode": "listen"}, status=403)
    caller = CALLER
    for mode, by_agent, by_caller in (
        ("listen", False, False),
        ("whisper", True, False),
        ("barge", True, True),
        ("listen", False, False),
    ):
        await sara.command("PUT", f"/contacts/{contact_id}/supervision", {"mode": mode})
        await heard(centre, browser(sara), caller)
        await heard(centre, browser(mei), browser(sara), is_heard=by_agent)
        await heard(centre, caller, browser(sara), is_heard=by_caller)
    actions = "select array_agg(after ->> 'mode' order by id) from audit_log where action = 'call.supervised'"
    assert await centre.value(actions) == ["listen", "whisper", "barge", "listen"]
    call.hangup()
    await mei.contact(state="wrap_up")
    await assert_quiescent(centre)


async def test_an_agent_s_phone_comes_back_into_the_call(centre: Centre) -> None:
    call, mei, contact_id = await talking(centre)
    found = seat(centre, browser(mei))
    assert found is not None
    centre.simulator.people.hang_up(found.call)
    alone = "select alone_since is not null from voice_calls where contact_id = $1"
    await centre.becomes(alone, True, UUID(contact_id))
    for _ in range(2):
        await mei.command("POST", f"/contacts/{contact_id}/rejoin")
    await heard(centre, CALLER, browser(mei))
    await centre.becomes(alone, False, UUID(contact_id))
    call.hangup()
    await mei.contact(state="wrap_up")
    await assert_quiescent(centre)
