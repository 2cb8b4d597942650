"""A call from the first ring to the last line of the timeline, over real HTTP, sockets and PostgreSQL."""

from uuid import uuid4

from tests.support.centre import Centre


async def test_a_call_reaches_the_agent_with_its_story_and_ends_in_wrap_up(centre: Centre) -> None:
    mei = await centre.at_work("mei")
    call = await centre.call()
    await call.collecting()
    call.press("0")

    made = await mei.event("offer.made")
    pop = made["offer"]["screen_pop"]
    assert pop["identification"] == "certain"
    assert pop["customer"]["display_name"] == centre.facts.callers[0].name
    assert pop["self_service"]["unsolved_reason"] == "asked_for_agent"
    assert pop["past_contacts"]

    await mei.command("POST", f"/offers/{made['offer']['offer_id']}/accept")
    await mei.contact(state="active", call_state="talking")

    contact_id = made["offer"]["contact_id"]
    await mei.command("POST", f"/contacts/{contact_id}/hold")
    await mei.contact(call_state="held", pending_command=None)
    await mei.command("POST", f"/contacts/{contact_id}/resume")
    await mei.contact(call_state="talking", pending_command=None)

    call.hangup()
    wrapping = await mei.contact(state="wrap_up")
    assert wrapping["wrap_up_until"] is not None
    await mei.command(
        "POST",
        f"/contacts/{contact_id}/wrap-up",
        {"client_id": str(uuid4()), "dispositions": ["refund_arranged"], "note": "退款已說明"},
    )
    await mei.event("contact.removed", contact_id=contact_id)
    timeline = await mei.command("GET", f"/contacts/{contact_id}/timeline")
    kinds = [line["kind"] for line in reversed(timeline["touchpoints"])]
    assert kinds[0] == "contact.opened"
    assert kinds[-1] == "contact.closed"
    assert {"offer.made", "offer.accepted", "contact.connected", "call.connected", "call.held"} <= set(kinds)
    assert await centre.value("select outcome from contacts where id = $1", contact_id) == "handled"
