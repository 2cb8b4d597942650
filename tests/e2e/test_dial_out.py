"""An agent calls a customer over the whole product: rung, spoken with, missed, and never left ringing."""

from typing import Any
from uuid import uuid4

import pytest

from app.routing.router import rebuilds
from simulator.endpoints import Policy
from tests.support.centre import Agent, Centre


async def dial(mei: Agent, number: str, **body: Any) -> dict[str, Any]:
    return await mei.command("POST", "/dial", {"task_id": str(uuid4()), "number": number, **body})


async def wrap_up(mei: Agent, contact_id: str) -> None:
    await mei.command(
        "POST",
        f"/contacts/{contact_id}/wrap-up",
        {"client_id": str(uuid4()), "dispositions": ["refund_arranged"], "note": ""},
    )


async def is_free_again(centre: Centre, mei: Agent) -> None:
    await centre.becomes("select used_units from agent_states where agent_id = $1", 0, mei.agent_id)
    await centre.becomes("select count(*) from voice_calls where state <> 'closed'", 0)


async def test_a_customer_is_called_spoken_with_and_wrapped_up(centre: Centre) -> None:
    caller = centre.facts.callers[0]
    mei = await centre.at_work("mei")
    rebuilt = rebuilds._value.get()
    made = await dial(mei, caller.number)
    phone = await centre.simulator.phone(caller.number).rings()
    assert phone.from_ == await centre.value(
        "select from_address from contacts where id = $1", made["contact_id"]
    )
    view = await mei.contact(state="active", call_state="connecting")
    assert (view["direction"], view["from_address"]) == ("outbound", caller.number)
    assert view["screen_pop"]["customer"]["display_name"] == caller.name
    assert await centre.value("select used_units from agent_states where agent_id = $1", mei.agent_id) == 1
    assert phone.accept()
    await mei.contact(state="active", call_state="talking")
    await mei.command("POST", f"/contacts/{made['contact_id']}/hold")
    await mei.contact(call_state="held", pending_command=None)
    phone.hangup()
    await mei.contact(state="wrap_up")
    await wrap_up(mei, made["contact_id"])
    await is_free_again(centre, mei)
    assert await centre.value("select outcome from contacts where id = $1", made["contact_id"]) == "handled"
    assert rebuilds._value.get() == rebuilt, "the router hears of it without starting anew"
    assert centre.simulator.oracles() == []


async def test_the_agent_hangs_up_and_the_customer_is_let_go(centre: Centre) -> None:
    caller = centre.facts.callers[0]
    mei = await centre.at_work("mei")
    made = await dial(mei, caller.number)
    phone = await centre.simulator.phone(caller.number).rings()
    phone.accept()
    await mei.contact(state="active", call_state="talking")
    await mei.command("POST", f"/contacts/{made['contact_id']}/hang-up")
    assert await phone.ended() == "completed"
    await mei.contact(state="wrap_up")
    assert centre.simulator.oracles() == []


@pytest.mark.parametrize(
    ("policy", "why"),
    [(Policy.BUSY, "busy"), (Policy.UNALLOCATED, "not_in_service"), (Policy.OFFLINE, "no_answer")],
)
async def test_why_nobody_answers_is_told_and_wrap_up_follows(
    centre: Centre, policy: Policy, why: str
) -> None:
    number = "+886933000999"
    centre.simulator.endpoints.set(number, policy, after=0.5)
    mei = await centre.at_work("mei")
    made = await dial(mei, number)
    view = await mei.contact(state="wrap_up")
    assert view["not_reached"] in ({why, "not_reachable"} if policy is Policy.OFFLINE else {why})
    await wrap_up(mei, made["contact_id"])
    await is_free_again(centre, mei)
    assert centre.simulator.oracles() == []


async def test_an_agent_who_does_not_wait_leaves_no_telephone_ringing(centre: Centre) -> None:
    caller = centre.facts.callers[0]
    mei = await centre.at_work("mei")
    made = await dial(mei, caller.number)
    phone = await centre.simulator.phone(caller.number).rings()
    await mei.contact(state="active", call_state="connecting")
    await mei.command("POST", f"/contacts/{made['contact_id']}/hang-up")
    await mei.contact(state="wrap_up", not_reached="hung_up")
    assert await phone.ended() in ("canceled", "no-answer", "completed")
    assert not phone.accept()
    await is_free_again(centre, mei)
    assert centre.simulator.oracles() == []


async def test_nobody_else_is_asked_when_the_agents_own_phone_fails(centre: Centre) -> None:
    caller = centre.facts.callers[0]
    mei = await centre.at_work("mei")
    other = await centre.at_work("jason")
    centre.simulator.endpoints.set(f"client:{mei.softphone_identity}", Policy.BUSY, after=0.1)
    made = await dial(mei, caller.number)
    await centre.becomes("select outcome from contacts where id = $1", "failed", made["contact_id"])
    await is_free_again(centre, mei)
    assert [e for e in other.events if e["type"] == "offer.made"] == []
    assert await centre.value("select count(*) from voice_commands where kind = 'dial_customer'") == 0


async def test_while_an_agent_calls_the_next_caller_goes_to_somebody_else(centre: Centre) -> None:
    mei = await centre.at_work("mei")
    await dial(mei, centre.facts.callers[0].number)
    await centre.simulator.phone(centre.facts.callers[0].number).rings()
    await mei.contact(state="active", call_state="connecting")
    other = await centre.at_work("jason")
    call = await centre.call(centre.facts.callers[1].number)
    await call.collecting()
    call.press("0")
    await other.event("offer.made")

    busy = "select count(*) from offers where agent_id = $1 and state = 'pending'"
    assert await centre.value(busy, mei.agent_id) == 0
    call.hangup()


async def test_two_hundred_attempts_at_twenty_costly_prefixes_reach_no_carrier(centre: Centre) -> None:
    mei = await centre.at_work("mei")
    prefixes = [
        "+881612", "+88213", "+88313", "+87077", "+1900555", "+1876555", "+1809555", "+37060", "+25261", "+53531",
        "+960332", "+67877", "+682221", "+67572", "+24377", "+23276", "+4470", "+886203123", "+886204123", "+979",
    ]  # fmt: skip
    for n in range(200):
        prefix = prefixes[n % len(prefixes)]
        number = (prefix + f"{n:03d}4567890")[:13]
        answer = await mei.http.post(
            "/api/v1/dial",
            json={"task_id": str(uuid4()), "number": number},
            headers={"X-Requested-With": "switchboard"},
        )
        assert answer.status_code == 422, (number, answer.text)
        assert answer.json()["code"] == "number_refused", answer.text
        assert [error["field"] for error in answer.json()["errors"]] == ["number"]
    assert await centre.value("select count(*) from dials") == 0
    assert await centre.value("select count(*) from voice_commands") == 0
    assert await centre.value("select count(*) from dial_tasks") == 0


async def test_an_agent_with_a_contact_in_hand_or_too_many_calls_is_refused_with_the_reason(
    centre: Centre,
) -> None:
    mei = await centre.at_work("mei")
    task = str(uuid4())
    first = await mei.command("POST", "/dial", {"task_id": task, "number": centre.facts.callers[0].number})
    again = await mei.command("POST", "/dial", {"task_id": task, "number": centre.facts.callers[0].number})
    assert first == again
    busy = await mei.http.post(
        "/api/v1/dial",
        json={"task_id": str(uuid4()), "number": "0912345678"},
        headers={"X-Requested-With": "switchboard"},
    )
    assert (busy.status_code, busy.json()["code"]) == (409, "agent_not_free")
    assert await centre.value("select count(*) from dials") == 1
    mixed = await mei.http.post(
        "/api/v1/dial",
        json={"task_id": str(uuid4()), "number": "0912345678", "contact_id": first["contact_id"]},
        headers={"X-Requested-With": "switchboard"},
    )
    assert mixed.status_code == 422
