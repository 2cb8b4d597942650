"""Callbacks over the whole product: asked for by key in the queue or by an agent, rung, and talked through."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.centre import Centre
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def any_hour(centre: Centre) -> None:
    """Customers may be called at any hour: the tests run at every one."""
    async with centre.database.transaction() as tx:
        await tx.execute("""update queues set callback_rules = '{"quiet": null, "gap_seconds": 1}'""")


async def pressed_two(centre: Centre) -> Any:
    """A caller who waits, hears the offer and presses 2; the call ends with the promise."""
    call = await centre.call()
    await call.collecting()
    call.press("0")
    await call.hears("請按2")
    call.press("2")
    await call.hears("回電")
    assert await call.ended() == "completed"
    return call


async def wrap_up(mei: Any, contact_id: str) -> None:
    await mei.command(
        "POST",
        f"/contacts/{contact_id}/wrap-up",
        {"client_id": str(uuid4()), "dispositions": ["refund_arranged"], "note": ""},
    )


async def test_a_caller_presses_two_and_is_called_back_at_the_place_kept(centre: Centre) -> None:
    caller = centre.facts.callers[0]
    await pressed_two(centre)
    asked = "select c.outcome from callbacks b join contacts c on c.id = b.from_contact_id"
    await centre.becomes(asked, "callback_requested")
    mei = await centre.at_work("mei")
    made = await mei.event("offer.made")
    offer = made["offer"]
    assert (offer["channel"], offer["from_address"]) == ("callback", caller.number)
    assert offer["screen_pop"]["customer"]["display_name"] == caller.name
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    phone = centre.simulator.phone(caller.number)
    ringing = await phone.rings()
    assert ringing.accept()
    await mei.contact(state="active", call_state="talking")
    await mei.command("POST", f"/contacts/{offer['contact_id']}/hold")
    await mei.contact(call_state="held", pending_command=None)
    ringing.hangup()
    await mei.contact(state="wrap_up")
    await wrap_up(mei, offer["contact_id"])
    await centre.becomes("select outcome from contacts where channel = 'callback'", "handled")
    assert await centre.value("select (state, tries) = ('reached', 1) from callbacks")
    kept = """select a.queued_at = b.queued_at and a.queued_at = k.place_from from callbacks k
              join contacts a on a.id = k.from_contact_id join contacts b on b.id = k.contact_id"""
    assert await centre.value(kept)
    assert centre.simulator.oracles() == []


async def test_who_does_not_answer_is_tried_again_and_the_agent_is_free(centre: Centre) -> None:
    caller = centre.facts.callers[0]
    await pressed_two(centre)
    mei = await centre.at_work("mei")
    offer = (await mei.event("offer.made"))["offer"]
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    phone = centre.simulator.phone(caller.number)
    assert (await phone.rings()).reject()
    await mei.event("offer.ended", offer_id=offer["offer_id"], state="withdrawn")
    await centre.becomes("select tries = 1 and last_result is not null from callbacks", True)
    assert await centre.value(
        "select not_responding_since is null from agent_states where agent_id = $1", mei.agent_id
    )

    async def offered_again() -> bool:
        return len([e for e in mei.events if e["type"] == "offer.made"]) > 1

    await eventually(offered_again, what="the second offer")
    again = (await mei.event("offer.made"))["offer"]
    await mei.command("POST", f"/offers/{again['offer_id']}/accept")
    ringing = await phone.rings()
    ringing.accept()
    await mei.contact(state="active", call_state="talking")
    ringing.hangup()
    await mei.contact(state="wrap_up")
    await wrap_up(mei, again["contact_id"])
    assert centre.simulator.oracles() == []


async def test_an_agent_who_hangs_up_ends_the_call_of_the_customer(centre: Centre) -> None:
    caller = centre.facts.callers[0]
    await pressed_two(centre)
    mei = await centre.at_work("mei")
    offer = (await mei.event("offer.made"))["offer"]
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    ringing = await centre.simulator.phone(caller.number).rings()
    ringing.accept()
    await mei.contact(state="active", call_state="talking")
    await mei.command("POST", f"/contacts/{offer['contact_id']}/hang-up")
    assert await ringing.ended() == "completed"
    await mei.contact(state="wrap_up")
    assert centre.simulator.oracles() == []


async def test_a_customer_who_calls_while_being_rung_has_one_conversation(centre: Centre) -> None:
    caller = centre.facts.callers[0]
    await pressed_two(centre)
    mei = await centre.at_work("mei")
    offer = (await mei.event("offer.made"))["offer"]
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    ringing = await centre.simulator.phone(caller.number).rings()
    call = await centre.call()
    await call.collecting()
    call.press("0")
    await centre.becomes("select state from callbacks", "settled")
    assert not ringing.accept() or await ringing.ended() == "completed"
    await centre.becomes("select count(*) from offers where state = 'pending'", 1)
    assert (
        await centre.value(
            "select c.channel from offers o join contacts c on c.id = o.contact_id where o.state = 'pending'"
        )
        == "voice"
    )
    call.hangup()
    await centre.becomes("select count(*) from contacts where state <> 'closed'", 0)
    assert centre.simulator.oracles() == []


async def test_a_customer_rung_first_waits_at_the_place_kept_and_is_connected(centre: Centre) -> None:
    async with centre.database.transaction() as tx:
        await tx.execute("""update queues set callback_rules = '{"quiet": null, "first": "customer"}'""")
    caller = centre.facts.callers[0]
    await pressed_two(centre)
    mei = await centre.at_work("mei")
    ringing = await centre.simulator.phone(caller.number).rings()
    assert not [e for e in mei.events if e["type"] == "offer.made"], "nobody is asked before the answer"
    ringing.accept()
    await ringing.hears("回電")
    offer = (await mei.event("offer.made"))["offer"]
    assert offer["channel"] == "callback"
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    await mei.contact(state="active", call_state="talking")
    ringing.hangup()
    await mei.contact(state="wrap_up")
    await wrap_up(mei, offer["contact_id"])
    assert await centre.value("select (state, tries) = ('reached', 1) from callbacks")
    assert centre.simulator.oracles() == []
