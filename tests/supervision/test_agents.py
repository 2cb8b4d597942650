"""Agents as their supervisors see and lead them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.supervision.conftest import Audited, Route
from tests.supervision.desk import at_work, new_queue, rings_at, value
from tests.support.app import Person, RunningApp, close_code


async def seen(boss: Person, agent: Person) -> dict[str, Any]:
    """How the agent is shown."""
    found: dict[str, Any] = await boss.command("GET", f"/agents/{agent.agent_id}")
    return found


async def test_a_supervisor_sees_who_does_what(web: RunningApp, boss: Person) -> None:
    mei = await web.person("mei")
    assert ((await seen(boss, mei))["presence"], (await seen(boss, mei))["is_connected"]) == (
        "offline",
        False,
    )
    async with at_work(mei):
        assert (await seen(boss, mei))["activity"] == "idle"
        contact_id = await web.talking(mei)
        shown = await seen(boss, mei)
        assert (shown["activity"], shown["used_units"], shown["contacts"]) == (
            "on_contact",
            1,
            [str(contact_id)],
        )


async def test_agents_are_listed_in_pages_by_queue_and_presence(web: RunningApp, boss: Person) -> None:
    people = [await web.person(login) for login in ("ann", "bob", "cid")]
    first = await boss.command("GET", "/agents?limit=2")
    second = await boss.command("GET", f"/agents?limit=2&after={first['next_after']}")
    logins = [one["login"] for page in (first, second) for one in page["agents"]]
    assert logins == ["boss", "ann", "bob", "cid"]
    rest = (
        await boss.command("GET", f"/agents?after={second['next_after']}") if second["next_after"] else None
    )
    assert rest is None or rest["agents"] == []
    async with at_work(people[1]):
        found = await boss.command("GET", f"/agents?queue_id={web.queue_id}&presence=available")
        assert [one["login"] for one in found["agents"]] == ["bob"]


async def test_an_agents_presence_is_set_as_if_they_had_chosen_it(
    web: RunningApp, boss: Person, route: Route, audited: Audited
) -> None:
    mei = await web.person("mei")
    async with at_work(mei) as console:
        contact_id = await web.queued()
        await route()
        assert await rings_at(web, contact_id) == mei.agent_id
        body = {"presence": "away", "reason": "meeting"}
        for _ in range(2):
            shown = await boss.command("PUT", f"/agents/{mei.agent_id}/presence", body)
            assert (shown["presence"], shown["presence_reason"]) == ("away", "meeting")
        assert await rings_at(web, contact_id) is None, "pending offers are withdrawn"
        await console.settle()
        states = [e["agent"]["presence"] for e in console.events if e["type"] == "agent.state_changed"]
        assert states[-1] == "away", "the agent's own console hears of it"
        await boss.command("PUT", f"/agents/{mei.agent_id}/presence", {"presence": "available"})
        await route()
        assert await rings_at(web, contact_id) == mei.agent_id
    assert [line["action"] for line in await audited()] == ["agent.presence_set"] * 2


async def test_nobody_is_made_available_who_cannot_hear_a_ring(web: RunningApp, boss: Person) -> None:
    mei = await web.person("mei")
    answer = await boss.call("PUT", f"/agents/{mei.agent_id}/presence", {"presence": "available"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_possible_now")
    assert "open console" in answer.json()["detail"]


async def test_logging_out_closes_every_session_and_socket(
    web: RunningApp, boss: Person, audited: Audited
) -> None:
    mei = await web.person("mei")
    other_browser = await web.sign_in("mei", mei.agent_id)
    ticket = await mei.ticket()
    async with at_work(mei) as console, other_browser.console() as second:
        out = await boss.command("POST", f"/agents/{mei.agent_id}/log-out")
        assert (out["sessions"], out["agent"]["presence"]) == (2, "offline")
        assert (await mei.call("GET", "/session")).status_code == 401
        assert (await other_browser.call("GET", "/session")).status_code == 401
        async with asyncio.timeout(10):
            assert await close_code(console.socket) == 4401
            assert await close_code(second.socket) == 4401
    async with web.socket() as socket:
        await socket.send(f'{{"id": 1, "type": "hello", "ticket": "{ticket}"}}')
        assert await close_code(socket) == 4401, "a ticket got before is worth nothing"
    again = await boss.command("POST", f"/agents/{mei.agent_id}/log-out")
    assert again["sessions"] == 0
    assert [line["action"] for line in await audited()] == ["agent.logged_out"]


async def test_new_skills_act_at_once_on_who_waits(
    web: RunningApp, boss: Person, admin: Person, route: Route, audited: Audited
) -> None:
    mei = await web.person("mei")
    await admin.command("PUT", "/skills/lang:fr", {"labels": {"en": "French"}})
    contact_id = await web.queued()
    async with web.database.transaction() as tx:
        await tx.execute("update contacts set required_skills = '{\"lang:fr\": 3}' where id = $1", contact_id)
    async with at_work(mei):
        await route()
        assert await rings_at(web, contact_id) is None
        for _ in range(2):
            shown = await boss.command(
                "PUT", f"/agents/{mei.agent_id}/skills", {"skills": [{"skill": "lang:fr", "level": 3}]}
            )
            assert shown["skills"] == [{"skill": "lang:fr", "level": 3}]
        await route()
        assert await rings_at(web, contact_id) == mei.agent_id
    assert [line["action"] for line in await audited()] == ["skill.created", "agent.skills_set"]


async def test_queues_with_rank_and_delay_are_set_as_a_whole(
    web: RunningApp, boss: Person, audited: Audited
) -> None:
    mei = await web.person("mei")
    other = await new_queue(web, "other")
    wanted = [{"queue_id": str(other), "rank": 2, "delay_seconds": 30}]
    for _ in range(2):
        shown = await boss.command("PUT", f"/agents/{mei.agent_id}/queues", {"queues": wanted})
        assert shown["queues"] == wanted
    lines = await audited()
    assert [line["action"] for line in lines] == ["agent.queues_set"]
    assert (lines[0]["before"], lines[0]["after"]) == ({str(web.queue_id): [1, 0]}, {str(other): [2, 30]})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("skills", {"skills": [{"skill": "juggling", "level": 1}]}, "skills.0.skill"),
        ("skills", {"skills": [{"skill": "juggling", "level": 6}]}, "skills.0.level"),
        ("skills", {"skills": [{"skill": "a", "level": 1}] * 2}, "skills.1.skill"),
        ("queues", {"queues": [{"queue_id": str(uuid4())}]}, "queues.0.queue_id"),
        ("queues", {"queues": [{"queue_id": str(uuid4()), "delay_seconds": -1}]}, "queues.0.delay_seconds"),
        ("presence", {"presence": "asleep"}, "presence"),
    ],
)
async def test_a_wrong_field_is_refused_by_name(
    web: RunningApp, boss: Person, path: str, body: dict[str, Any], field: str
) -> None:
    mei = await web.person("mei")
    answer = await boss.call("PUT", f"/agents/{mei.agent_id}/{path}", body)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_skills_are_listed_with_their_use_and_kept_while_used(
    web: RunningApp, boss: Person, admin: Person
) -> None:
    mei = await web.person("mei")
    await admin.command("PUT", "/skills/lang:fr", {"labels": {"en": "French"}})
    await boss.command(
        "PUT", f"/agents/{mei.agent_id}/skills", {"skills": [{"skill": "lang:fr", "level": 3}]}
    )
    contact_id = await web.queued()
    async with web.database.transaction() as tx:
        await tx.execute("update contacts set required_skills = '{\"lang:fr\": 3}' where id = $1", contact_id)
    shown = await boss.command("GET", "/skills")
    assert shown == [
        {
            "skill": "lang:fr",
            "labels": {"en": "French"},
            "agents": 1,
            "agents_by_level": {"3": 1},
            "waiting": 1,
        }
    ]
    answer = await admin.call("DELETE", "/skills/lang:fr")
    assert (answer.status_code, answer.json()["code"]) == (409, "skill_in_use")
    await boss.command("PUT", f"/agents/{mei.agent_id}/skills", {"skills": []})
    await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "test"})
    await admin.command("DELETE", "/skills/lang:fr")
    assert await value(web, "select count(*) from skills") == 0


async def test_an_agent_that_does_not_exist_is_said_so(boss: Person) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("PUT", "/presence", {"presence": "away"}),
        ("POST", "/log-out", None),
        ("PUT", "/skills", {"skills": []}),
        ("PUT", "/queues", {"queues": []}),
    ):
        assert (await boss.call(method, f"/agents/{uuid4()}{path}", body)).status_code == 404
