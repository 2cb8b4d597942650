"""A supervisor ends contacts in any state; what is over is directed no more."""

from uuid import UUID, uuid4

import pytest

from tests.supervision.conftest import Audited
from tests.supervision.desk import at_work, new_queue, refusal, state, value
from tests.support.app import Person, RunningApp

# End ---------------------------------------------------------------------------------------------------------


async def contact_in(web: RunningApp, mei: Person, wanted: str) -> UUID:
    """A contact in this state."""
    match wanted:
        case "self_service":
            contact_id = await web.queued()
            async with web.database.transaction() as tx:
                await tx.execute("update contacts set state = 'self_service' where id = $1", contact_id)
            return contact_id
        case "queued":
            return await web.queued()
        case "offered":
            return (await web.offered(mei))[0]
        case "active":
            return await web.talking(mei)
    return await web.wrapping_up(mei)


@pytest.mark.parametrize("wanted", ["self_service", "queued", "offered", "active", "wrap_up"])
async def test_a_contact_is_ended_in_any_state(
    web: RunningApp, boss: Person, audited: Audited, wanted: str
) -> None:
    mei = await web.person("mei")
    async with at_work(mei) as console:
        contact_id = await contact_in(web, mei, wanted)
        assert await state(web, contact_id) == wanted
        body = {"reason": "the line is dead"}
        for _ in range(2):
            shown = await boss.command("POST", f"/contacts/{contact_id}/end", body)
            assert (shown["state"], shown["outcome"]) == ("closed", "ended_by_supervisor")
        row = "select used_units = 0 and wrap_up_until is null from agent_states where agent_id = $1"
        assert await value(web, row, mei.agent_id), "the agent is free"
        live = "select count(*) from offers where contact_id = $1 and state in ('pending', 'accepting', 'accepted')"
        assert await value(web, live, contact_id) == 0
        ordered = "select count(*) from voice_commands where contact_id = $1 and kind = 'end_call'"
        assert await value(web, ordered, contact_id) == 1, "the caller hears no music for ever"
        await console.settle()
        if wanted in ("active", "wrap_up"):
            assert any(e["type"] == "contact.removed" for e in console.events)
    lines = await audited()
    assert [line["action"] for line in lines] == ["contact.ended"]
    assert lines[0]["after"]["reason"] == "the line is dead"


async def test_a_contact_that_ended_otherwise_stays_as_it_ended(web: RunningApp, boss: Person) -> None:
    contact_id = await web.queued()
    await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "test", "outcome": "failed"})
    body = {"reason": "again", "outcome": "handled"}
    assert "failed" in await refusal(boss, "POST", f"/contacts/{contact_id}/end", body)


async def test_ending_needs_a_reason(web: RunningApp, boss: Person) -> None:
    contact_id = await web.queued()
    answer = await boss.call("POST", f"/contacts/{contact_id}/end", {"reason": ""})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reason")


# All of them -------------------------------------------------------------------------------------------------


async def test_what_is_over_is_not_directed_any_more(web: RunningApp, boss: Person) -> None:
    mei = await web.person("mei")
    other = await new_queue(web, "other")
    async with at_work(mei):
        contact_id = await web.talking(mei)
        for path, body in (
            ("priority", {"priority": 1}),
            ("queue", {"queue_id": str(other)}),
            ("agent", {"agent_id": str(mei.agent_id)}),
        ):
            assert "active" in await refusal(boss, "PUT", f"/contacts/{contact_id}/{path}", body)


async def test_a_contact_that_does_not_exist_is_said_so(boss: Person) -> None:
    answer = await boss.call("PUT", f"/contacts/{uuid4()}/priority", {"priority": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "contact_not_found")
