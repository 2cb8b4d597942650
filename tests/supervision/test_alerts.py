"""What a supervisor should look at is told at once, once, and is over when it is over."""

from typing import Any
from uuid import UUID, uuid4

from app.core import alerts
from app.routing.alert_kinds import COMMAND_FAILED, CONTACT_SET_ASIDE, NODE_LOST
from tests.supervision.conftest import Audited, Route
from tests.supervision.desk import at_work, new_queue
from tests.support.app import Person, RunningApp


async def opened(boss: Person) -> list[dict[str, Any]]:
    """The open alerts."""
    found: list[dict[str, Any]] = (await boss.command("GET", "/alerts"))["alerts"]
    return found


async def needs(web: RunningApp, contact_id: UUID, skills: dict[str, int]) -> None:
    """A waiting contact asks for these skills."""
    async with web.database.transaction() as tx:
        await tx.execute("update contacts set required_skills = $2 where id = $1", contact_id, skills)


async def test_a_contact_nobody_can_serve_is_told_at_once_and_solved_by_a_skill(
    web: RunningApp, boss: Person, admin: Person
) -> None:
    mei = await web.person("mei")
    await admin.command("PUT", "/skills/lang:fr", {"labels": {}})
    contact_id = await web.queued()
    assert await opened(boss) == []
    await needs(web, contact_id, {"lang:fr": 3})
    await boss.command("PUT", f"/contacts/{contact_id}/priority", {"priority": 2})
    found = await opened(boss)
    assert [(one["kind"], one["data"]["skills"]) for one in found] == [
        ("contacts_unservable", {"lang:fr": 3})
    ]
    low = {"skills": [{"skill": "lang:fr", "level": 2}]}
    await boss.command("PUT", f"/agents/{mei.agent_id}/skills", low)
    assert [one["alert_id"] for one in await opened(boss)] == [found[0]["alert_id"]]
    enough = {"skills": [{"skill": "lang:fr", "level": 3}]}
    await boss.command("PUT", f"/agents/{mei.agent_id}/skills", enough)
    assert await opened(boss) == []
    cleared = (await boss.command("GET", "/alerts?is_open=false"))["alerts"]
    assert [one["alert_id"] for one in cleared] == [found[0]["alert_id"]]


async def test_a_contact_in_a_queue_nobody_serves_is_told_when_it_is_queued(
    web: RunningApp, boss: Person
) -> None:
    contact_id = await web.queued()
    assert [one["kind"] for one in await opened(boss)] == ["contacts_unservable"]
    await web.queued()
    assert len(await opened(boss)) == 1, "one alert for all who ask for the same"
    await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "test"})
    assert len(await opened(boss)) == 1, "another one waits still"


async def test_an_alert_ends_with_its_last_contact(web: RunningApp, boss: Person) -> None:
    contact_id = await web.queued()
    assert len(await opened(boss)) == 1
    await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "test"})
    assert await opened(boss) == []


async def test_what_a_queue_gives_up_in_the_end_is_no_alert(web: RunningApp, boss: Person) -> None:
    await web.person("mei")
    relaxed = await new_queue(web, "relaxed", relax_steps=[{"after": 30, "drop": ["lang:fr"]}])
    async with web.database.transaction() as tx:
        await tx.execute("insert into agent_queues select agent_id, $1 from agent_queues", relaxed)
    contact_id = await web.queued()
    await needs(web, contact_id, {"lang:fr": 3})
    await boss.command("PUT", f"/contacts/{contact_id}/queue", {"queue_id": str(relaxed)})
    assert await opened(boss) == []


async def test_what_is_given_to_an_agent_by_name_is_no_alert(web: RunningApp, boss: Person) -> None:
    mei = await web.person("mei")
    empty = await new_queue(web, "empty")
    contact_id = await web.queued()
    async with at_work(mei):
        await boss.command("PUT", f"/contacts/{contact_id}/queue", {"queue_id": str(empty)})
        assert len(await opened(boss)) == 1
        await boss.command("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(mei.agent_id)})
        assert await opened(boss) == []


async def test_the_sweep_finds_what_nobody_told(web: RunningApp, boss: Person, route: Route) -> None:
    await web.person("mei")
    await web.queued()
    async with web.database.transaction() as tx:
        await tx.execute("delete from agent_queues")
    await route()
    assert [one["kind"] for one in await opened(boss)] == ["contacts_unservable"]


async def test_supervisors_follow_alerts_on_their_stream(web: RunningApp, boss: Person) -> None:
    listed = await boss.command("GET", "/alerts")
    async with boss.console() as console:
        watch = {"type": "watch", "stream": listed["stream"], "from_seq": listed["seq"]}
        assert (await console.ask(watch))["type"] == "result"
        contact_id = await web.queued()
        await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "test"})
        await console.settle()
        told = [event for event in console.events if event["stream"] == "supervisors"]
        assert [event["type"] for event in told] == ["alert.opened", "alert.cleared"]
        assert told[0]["alert"]["alert_id"] == told[1]["alert"]["alert_id"]


async def test_an_agent_may_not_follow_alerts(web: RunningApp) -> None:
    mei = await web.person("mei")
    async with mei.console() as console:
        answer = await console.ask({"type": "watch", "stream": "supervisors", "from_seq": 0})
        assert (answer["type"], answer["code"]) == ("error", "permission_denied")


async def test_an_alert_is_cleared_by_hand_once(web: RunningApp, boss: Person, audited: Audited) -> None:
    async with web.database.transaction() as tx:
        for _ in range(2):
            await alerts.raise_alert(tx, COMMAND_FAILED, str(uuid4()), {"command": "hold"})
    first, second = await opened(boss)
    for _ in range(2):
        shown = await boss.command("POST", f"/alerts/{first['alert_id']}/clear")
        assert shown["cleared_at"] is not None
    assert [one["alert_id"] for one in await opened(boss)] == [second["alert_id"]]
    assert [line["action"] for line in await audited()] == ["alert.cleared"]
    assert (await boss.call("POST", f"/alerts/{uuid4()}/clear")).status_code == 404


async def test_alerts_that_settled_themselves_are_cleared_by_the_sweep(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei = await web.person("mei")
    waiting, gone = await web.queued(), await web.queued()
    await boss.command("POST", f"/contacts/{gone}/end", {"reason": "test"})
    async with mei.console():
        async with web.database.transaction() as tx:
            for kind in (CONTACT_SET_ASIDE, COMMAND_FAILED):
                for contact_id in (waiting, gone):
                    await alerts.raise_alert(tx, kind, str(contact_id), {})
            await alerts.raise_alert(tx, NODE_LOST, str(uuid4()), {"agents": [str(mei.agent_id)]})
        await route()
        left = {(one["kind"], one["subject"]) for one in await opened(boss)}
        assert left == {(CONTACT_SET_ASIDE, str(waiting)), (COMMAND_FAILED, str(waiting))}


async def test_a_node_that_stops_beating_is_told(web: RunningApp, boss: Person, route: Route) -> None:
    mei = await web.person("mei")
    async with at_work(mei):
        async with web.database.transaction() as tx:
            await tx.execute(
                "update agent_connections set last_heartbeat_at = last_heartbeat_at - interval '1 hour'"
            )
        await route()
        assert [(one["kind"], one["data"]) for one in await opened(boss)] == [
            ("node_lost", {"agents": [str(mei.agent_id)]})
        ]
