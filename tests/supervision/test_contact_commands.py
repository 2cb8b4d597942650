"""A supervisor directs contacts: at once, once, audited, and refused with the reason when the state forbids it."""

from uuid import uuid4

import pytest

from tests.supervision.conftest import Audited, Route
from tests.supervision.desk import at_work, command_id, kinds, new_queue, refusal, rings_at, value
from tests.support.app import Person, RunningApp

# Priority ----------------------------------------------------------------------------------------------------


async def test_a_new_priority_acts_on_a_contact_that_waits_already(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei = await web.person("mei")
    first, second = await web.queued(), await web.queued()
    await route()
    await boss.command("PUT", f"/contacts/{second}/priority", {"priority": 1})
    async with at_work(mei):
        await route()
        assert await rings_at(web, second) == mei.agent_id
        assert await rings_at(web, first) is None


async def test_the_priority_of_what_rings_counts_when_it_comes_back(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    async with at_work(mei):
        ringing = await web.queued()
        await route()
        urgent = await web.queued()
        await route()
        await boss.command("PUT", f"/contacts/{ringing}/priority", {"priority": 9})
        assert await rings_at(web, ringing) == mei.agent_id, "the offer stands"
        await route()
        offer = await value(web, "select id from offers where state = 'pending'")
        await mei.command("POST", f"/offers/{offer}/reject")
        await route()
        assert await rings_at(web, urgent) == mei.agent_id
        third = await web.queued()
        await route()
        async with at_work(tom):
            await route()
            assert await rings_at(web, third) == tom.agent_id, "a later one of priority 5 goes first"
            assert await rings_at(web, ringing) is None


async def test_changing_a_priority_twice_is_audited_once(
    web: RunningApp, boss: Person, audited: Audited
) -> None:
    contact_id = await web.queued()
    for _ in range(2):
        shown = await boss.command("PUT", f"/contacts/{contact_id}/priority", {"priority": 2})
        assert shown["priority"] == 2
    lines = await audited()
    assert [line["action"] for line in lines] == ["contact.reprioritised"]
    assert lines[0]["object"] == f"contact:{contact_id}"
    assert lines[0]["actor_id"] == boss.agent_id
    assert (lines[0]["before"]["priority"], lines[0]["after"]["priority"]) == (5, 2)
    assert (await kinds(web, contact_id)).count("contact.reprioritised") == 1


@pytest.mark.parametrize("priority", [0, 10, "high", None])
async def test_a_priority_outside_one_to_nine_is_refused_by_name(
    web: RunningApp, boss: Person, priority: object
) -> None:
    contact_id = await web.queued()
    answer = await boss.call("PUT", f"/contacts/{contact_id}/priority", {"priority": priority})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "priority"


# Queue -------------------------------------------------------------------------------------------------------


async def test_a_moved_contact_keeps_its_age(web: RunningApp, boss: Person, route: Route) -> None:
    mei = await web.person("mei")
    other = await new_queue(web, "other", mei)
    moved = await web.queued()
    younger = await web.queued()
    for contact_id in (younger, moved):
        await boss.command("PUT", f"/contacts/{contact_id}/queue", {"queue_id": str(other)})
    await route()
    async with at_work(mei):
        await route()
        assert await rings_at(web, moved) == mei.agent_id


async def test_a_contact_moved_as_new_stands_last_and_keeps_its_true_wait(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei = await web.person("mei")
    other = await new_queue(web, "other", mei)
    moved = await web.queued()
    async with web.database.transaction() as tx:
        await tx.execute(
            "update contacts set queued_at = queued_at - interval '5 minutes' where id = $1", moved
        )
    younger = await web.queued()
    await boss.command("PUT", f"/contacts/{younger}/queue", {"queue_id": str(other)})
    before = await value(web, "select queued_at from contacts where id = $1", moved)
    shown = await boss.command("PUT", f"/contacts/{moved}/queue", {"queue_id": str(other), "age": "new"})
    assert shown["age_credit"] <= -300
    assert await value(web, "select queued_at from contacts where id = $1", moved) == before
    await route()
    async with at_work(mei):
        await route()
        assert await rings_at(web, younger) == mei.agent_id


async def test_moving_what_rings_stops_the_ringing(
    web: RunningApp, boss: Person, route: Route, audited: Audited
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    other = await new_queue(web, "other", tom)
    async with at_work(mei) as console, at_work(tom):
        async with web.database.transaction() as tx:
            await tx.execute(
                "delete from agent_queues where agent_id = $1 and queue_id <> $2", tom.agent_id, other
            )
        contact_id = await web.queued()
        await route()
        assert await rings_at(web, contact_id) == mei.agent_id
        await boss.command("PUT", f"/contacts/{contact_id}/queue", {"queue_id": str(other)})
        await console.settle()
        ended = [event for event in console.events if event["type"] == "offer.ended"]
        assert [(event["state"], event["reason"]) for event in ended] == [("withdrawn", "moved")]
        await route()
        assert await rings_at(web, contact_id) == tom.agent_id
    assert [line["action"] for line in await audited()] == ["contact.moved"]


async def test_no_contact_is_moved_into_a_closed_or_unknown_queue(web: RunningApp, boss: Person) -> None:
    contact_id = await web.queued()
    closed = await new_queue(web, "closed", is_closed=True)
    assert "closed" in await refusal(boss, "PUT", f"/contacts/{contact_id}/queue", {"queue_id": str(closed)})
    answer = await boss.call("PUT", f"/contacts/{contact_id}/queue", {"queue_id": str(uuid4())})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "queue_id")


# Agent -------------------------------------------------------------------------------------------------------


async def test_an_assigned_contact_goes_to_that_agent_before_everything_else(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    other = await new_queue(web, "other")
    first, given = await web.queued(), await web.queued()
    async with web.database.transaction() as tx:
        await tx.execute(
            "update contacts set queue_id = $2, required_skills = '{\"lang:fr\": 5}' where id = $1",
            given,
            other,
        )
    await route()
    async with at_work(mei):
        await boss.command("PUT", f"/agents/{tom.agent_id}/presence", {"presence": "away", "reason": "break"})
        await boss.command("PUT", f"/contacts/{given}/agent", {"agent_id": str(mei.agent_id)})
        await route()
        assert await rings_at(web, given) == mei.agent_id, (
            "rank 0: neither queue, skills nor age are asked about"
        )
        assert await rings_at(web, first) is None


async def test_nobody_else_is_asked_for_an_assigned_contact(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    contact_id = await web.queued()
    async with at_work(mei), at_work(tom):
        await mei.command("PUT", "/agents/me/presence", {"presence": "away", "reason": "lunch"})
        await boss.command("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(mei.agent_id)})
        await route()
        assert await rings_at(web, contact_id) is None
        await mei.command("PUT", "/agents/me/presence", {"presence": "available"})
        await route()
        assert await rings_at(web, contact_id) == mei.agent_id


async def test_assigning_what_rings_elsewhere_moves_the_ringing(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    async with at_work(mei), at_work(tom):
        contact_id = await web.queued()
        await route()
        first = await rings_at(web, contact_id)
        other = tom if first == mei.agent_id else mei
        await boss.command("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(other.agent_id)})
        await route()
        assert await rings_at(web, contact_id) == other.agent_id


async def test_who_declines_what_was_assigned_does_not_keep_it_from_others(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    contact_id = await web.queued()
    async with at_work(mei), at_work(tom):
        await boss.command("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(mei.agent_id)})
        await route()
        offer = await value(web, "select id from offers where state = 'pending'")
        await mei.command("POST", f"/offers/{offer}/reject")
        await route()
        assert await rings_at(web, contact_id) == tom.agent_id


async def test_an_agent_who_goes_offline_keeps_nothing_for_themselves(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    contact_id = await web.queued()
    async with at_work(mei), at_work(tom):
        await mei.command("PUT", "/agents/me/presence", {"presence": "away", "reason": "lunch"})
        await boss.command("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(mei.agent_id)})
        await route()
        await mei.command("PUT", "/agents/me/presence", {"presence": "offline"})
        await route()
        assert await rings_at(web, contact_id) == tom.agent_id


async def test_without_the_assignment_everybody_is_asked_again(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    contact_id = await web.queued()
    async with at_work(mei), at_work(tom):
        await mei.command("PUT", "/agents/me/presence", {"presence": "away", "reason": "lunch"})
        await boss.command("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(mei.agent_id)})
        await route()
        for _ in range(2):
            shown = await boss.command("DELETE", f"/contacts/{contact_id}/agent")
            assert shown["assigned_agent"] is None
        await route()
        assert await rings_at(web, contact_id) == tom.agent_id


async def test_nothing_is_assigned_to_somebody_who_is_offline_or_unknown(
    web: RunningApp, boss: Person
) -> None:
    mei = await web.person("mei")
    contact_id = await web.queued()
    body = {"agent_id": str(mei.agent_id)}
    assert "offline" in await refusal(boss, "PUT", f"/contacts/{contact_id}/agent", body)
    answer = await boss.call("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(uuid4())})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "agent_id")


# Take back ---------------------------------------------------------------------------------------------------


async def test_what_rings_is_taken_back_to_its_place(web: RunningApp, boss: Person, route: Route) -> None:
    mei = await web.person("mei")
    async with at_work(mei) as console:
        contact_id = await web.queued()
        before = await value(web, "select queued_at from contacts where id = $1", contact_id)
        await route()
        shown = await boss.command("POST", f"/contacts/{contact_id}/take-back", command_id())
        assert (shown["state"], shown["agent_id"]) == ("queued", None)
        assert await value(web, "select queued_at from contacts where id = $1", contact_id) == before
        await console.settle()
        assert any(e["type"] == "offer.ended" and e["reason"] == "taken_back" for e in console.events)


async def test_a_conversation_is_taken_back_to_its_place(
    web: RunningApp, boss: Person, audited: Audited
) -> None:
    mei = await web.person("mei")
    async with at_work(mei) as console:
        contact_id = await web.talking(mei)
        before = await value(web, "select queued_at from contacts where id = $1", contact_id)
        body = command_id()
        for _ in range(2):
            shown = await boss.command("POST", f"/contacts/{contact_id}/take-back", body)
            assert (shown["state"], shown["agent_id"]) == ("queued", None)
        assert await value(web, "select queued_at from contacts where id = $1", contact_id) == before
        assert await value(web, "select used_units from agent_states where agent_id = $1", mei.agent_id) == 0
        await console.settle()
        assert any(e["type"] == "contact.removed" for e in console.events)
        orders = await value(
            web,
            "select array_agg(kind order by created_at) from voice_commands where contact_id = $1",
            contact_id,
        )
        assert "return_to_queue" in orders
    assert [line["action"] for line in await audited()] == ["contact.taken_back"]


async def test_a_repeat_that_comes_late_takes_nothing_from_the_next_agent(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    async with at_work(mei), at_work(tom):
        contact_id = await web.queued()
        await route()
        body = command_id()
        await boss.command("POST", f"/contacts/{contact_id}/take-back", body)
        await route()
        holder = await rings_at(web, contact_id)
        assert holder is not None
        await boss.command("POST", f"/contacts/{contact_id}/take-back", body)
        assert await rings_at(web, contact_id) == holder


async def test_what_nobody_has_cannot_be_taken_back(web: RunningApp, boss: Person) -> None:
    contact_id = await web.queued()
    assert "queued" in await refusal(boss, "POST", f"/contacts/{contact_id}/take-back", command_id())
