"""The preview says who could take a contact, in which order, and why not the others; and routing does the same."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.agents.presence import Presence
from app.routing.preview import Why
from app.supervision import previews
from app.supervision.previews import Asked
from tests.routing.office import SETTINGS, Office, open_office
from tests.supervision.conftest import Route
from tests.supervision.desk import at_work, command_id, new_queue
from tests.support.app import Person, RunningApp

SKILLS = ("en", "zh", "fr")
QUEUES = ("sales", "support", "vip")


@pytest.fixture
async def office(dsn: str) -> AsyncIterator[Office]:
    """An empty centre."""
    async with open_office(dsn) as opened:
        yield opened


async def asked(office: Office, queue: str, skills: dict[str, int], priority: int) -> Asked:
    """The preview of a call that might come."""
    queue_id = await office.queue(queue)
    async with office.database.read(snapshot=True) as reader:
        return await previews.of_hypothesis(
            reader,
            SETTINGS,
            queue_id=queue_id,
            channel="voice",
            required_skills=skills,
            priority=priority,
            waited_seconds=0,
        )


async def staff(office: Office, chance: Random) -> None:
    """A floor of any shape: who serves what at which rank and delay, what they can do, and how they are."""
    for queue in QUEUES:
        await office.queue(queue)
    for skill in SKILLS:
        await office.sql("insert into skills (key) values ($1)", skill)
    for n in range(chance.randint(2, 6)):
        login = f"agent{n}"
        agent_id = await office.hire(login, chance.choice(QUEUES), units=chance.randint(1, 2))
        for queue in QUEUES:
            if chance.random() < 0.7:
                await office.sql(
                    """insert into agent_queues values ($1, $2, $3, $4) on conflict (agent_id, queue_id)
                       do update set rank = excluded.rank, delay_seconds = excluded.delay_seconds""",
                    agent_id,
                    office.queues[queue],
                    chance.randint(1, 3),
                    chance.choice((0, 0, 0, 20)),
                )
        for skill in SKILLS:
            if chance.random() < 0.6:
                level = chance.randint(1, 5)
                await office.sql("insert into agent_skills values ($1, $2, $3)", agent_id, skill, level)
        if chance.random() < 0.85:
            await office.connect(login)
            await office.choose(login, Presence.AVAILABLE)
        await office.passes(chance.randint(0, 5))
        if chance.random() < 0.15:
            await office.choose(login, Presence.AWAY, "break")


def wanted(chance: Random) -> tuple[str, dict[str, int], int]:
    """Queue, skills and priority of a call."""
    skills = {skill: chance.randint(1, 4) for skill in SKILLS if chance.random() < 0.35}
    return chance.choice(QUEUES), skills, chance.randint(1, 9)


@pytest.mark.parametrize("seed", range(12))
async def test_routing_does_what_the_preview_said(office: Office, seed: int) -> None:
    chance = Random(seed)
    await staff(office, chance)
    await office.route()
    someone = 0
    for n in range(8):
        queue, skills, priority = wanted(chance)
        said = await asked(office, queue, skills, priority)
        word = f"caller{n}"
        await office.call(word, queue, priority=priority, skills=skills)
        await office.route()
        rung = (await office.ringing()).get(word)
        first = said.found.order[0] if said.found.order else None
        assert (str(office.agents[rung]) if rung else None) == first
        someone += rung is not None
        for agent, reasons in said.found.against.items():
            assert reasons, f"{agent} could not take it and nothing speaks against it"
            assert Why.OTHER_FIRST not in [reason.why for reason in reasons]
        if rung and chance.random() < 0.5:
            await office.talk(rung)
    assert seed != 0 or someone >= 2, "the case must not be an empty one"


@pytest.mark.parametrize("seed", range(6))
async def test_the_order_is_the_order_in_which_agents_are_asked(office: Office, seed: int) -> None:
    chance = Random(100 + seed)
    await staff(office, chance)
    await office.route()
    queue, _, priority = wanted(chance)
    said = await asked(office, queue, {}, priority)
    await office.call("x", queue, priority=priority)
    rang: list[str] = []
    for _ in range(len(office.agents) + 1):
        await office.route()
        if (login := (await office.ringing()).get("x")) is None:
            break
        rang.append(str(office.agents[login]))
        await office.reject(login)
    assert rang == list(said.found.order)


# Over REST ---------------------------------------------------------------------------------------------------


async def look(boss: Person, contact_id: UUID) -> dict[str, Any]:
    """The preview of a contact, by login."""
    found: dict[str, Any] = await boss.command("GET", f"/contacts/{contact_id}/routing-preview")
    return found


def by_name(shown: dict[str, Any]) -> dict[str, tuple[int | None, list[str]]]:
    """Place and obstacles of each agent."""
    return {
        one["display_name"]: (one["place"], [obstacle["code"] for obstacle in one["obstacles"]])
        for one in shown["candidates"]
    }


async def test_a_waiting_contact_says_why_nobody_takes_it(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom, ann = [await web.person(login) for login in ("mei", "tom", "ann")]
    async with web.database.transaction() as tx:
        await tx.execute("insert into skills (key) values ('lang:fr')")
        await tx.execute("insert into agent_skills values ($1, 'lang:fr', 2)", mei.agent_id)
        await tx.execute("insert into agent_skills values ($1, 'lang:fr', 5)", tom.agent_id)
        await tx.execute("update agent_queues set delay_seconds = 600 where agent_id = $1", ann.agent_id)
    contact_id = await web.queued()
    async with web.database.transaction() as tx:
        await tx.execute("update contacts set required_skills = '{\"lang:fr\": 3}' where id = $1", contact_id)
    async with at_work(mei), at_work(ann):
        await route()
        shown = await look(boss, contact_id)
        assert (shown["refused"], shown["rings_at"], shown["left_out"]) == (None, None, 0)
        found = by_name(shown)
        assert found["Mei"] == (None, ["skill"])
        assert found["Tom"] == (None, ["state"])
        assert found["Ann"] == (None, ["delay", "skill"])
        assert found["Boss"] == (None, ["state", "not_in_queue", "skill"])
        assert shown["candidates"][-1]["display_name"] == "Boss", "who does not serve the queue comes last"
        (mei_lacks,) = next(c for c in shown["candidates"] if c["display_name"] == "Mei")["obstacles"]
        assert (mei_lacks["skill"], mei_lacks["needs"], mei_lacks["has"]) == ("lang:fr", 3, 2)
        (tom_lacks,) = next(c for c in shown["candidates"] if c["display_name"] == "Tom")["obstacles"]
        assert tom_lacks["state"] == "offline"
        async with at_work(tom):
            assert by_name(await look(boss, contact_id))["Tom"] == (1, [])


async def test_what_rings_is_asked_about_as_if_it_did_not(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    async with at_work(mei), at_work(tom):
        contact_id = await web.queued()
        await route()
        shown = await look(boss, contact_id)
        first = shown["rings_at"]
        assert [c["agent_id"] for c in shown["candidates"][:1]] == [first]
        assert sorted(c["place"] for c in shown["candidates"] if c["place"]) == [1, 2]
        await boss.command("POST", f"/contacts/{contact_id}/take-back", command_id())
        await route()
        found = {c["agent_id"]: c for c in (await look(boss, contact_id))["candidates"]}
        assert [obstacle["code"] for obstacle in found[first]["obstacles"]] == ["declined"]
        assert found[first]["obstacles"][0]["until"] is not None, "for a while only"


async def test_a_full_agent_and_one_for_whom_it_is_not_are_told_apart(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    async with at_work(mei), at_work(tom):
        await web.talking(mei)
        contact_id = await web.queued()
        await boss.command("PUT", f"/contacts/{contact_id}/agent", {"agent_id": str(mei.agent_id)})
        await route()
        found = by_name(await look(boss, contact_id))
        assert found["Mei"] == (None, ["full"])
        assert found["Tom"] == (None, ["not_in_queue"])


async def test_a_contact_that_might_come_is_asked_about(web: RunningApp, boss: Person) -> None:
    mei = await web.person("mei")
    body = {"queue_id": str(web.queue_id), "required_skills": {"lang:fr": 3}}
    async with at_work(mei):
        assert by_name(await boss.command("POST", "/routing/preview", body))["Mei"] == (None, ["skill"])
        plain = await boss.command("POST", "/routing/preview", {"queue_id": str(web.queue_id)})
        assert by_name(plain)["Mei"] == (1, [])
        closed = await new_queue(web, "closed", is_closed=True)
        refused = await boss.command("POST", "/routing/preview", {"queue_id": str(closed)})
        assert refused["refused"] == "queue.closed"


async def test_only_waiting_contacts_have_a_preview(web: RunningApp, boss: Person) -> None:
    contact_id = await web.queued()
    await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "test"})
    answer = await boss.call("GET", f"/contacts/{contact_id}/routing-preview")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_possible_now")
    assert (await boss.call("GET", f"/contacts/{uuid4()}/routing-preview")).status_code == 404
    answer = await boss.call("POST", "/routing/preview", {"queue_id": str(uuid4())})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "queue_id")


# Who waits ---------------------------------------------------------------------------------------------------


async def test_who_waits_is_listed_in_the_order_of_the_queue_with_the_reason(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei = await web.person("mei")
    first, second, urgent = [await web.queued() for _ in range(3)]
    await boss.command("PUT", f"/contacts/{urgent}/priority", {"priority": 1})
    await route()
    path = f"/queues/{web.queue_id}/waiting"
    shown = await boss.command("GET", path)
    assert [one["contact_id"] for one in shown["contacts"]] == [str(urgent), str(first), str(second)]
    assert [one["place"] for one in shown["contacts"]] == [1, 2, 3]
    assert {one["why"] for one in shown["contacts"]} == {"nobody_at_work"}
    page = await boss.command("GET", f"{path}?limit=1&offset=1")
    assert (page["total"], [one["contact_id"] for one in page["contacts"]]) == (3, [str(first)])
    async with at_work(mei):
        await route()
        await boss.command("PUT", f"/contacts/{second}/agent", {"agent_id": str(mei.agent_id)})
        reasons = [one["why"] for one in (await boss.command("GET", path))["contacts"]]
        assert reasons == ["ringing", "all_busy", "assigned"]
    assert (await boss.call("GET", f"/queues/{uuid4()}/waiting")).status_code == 404
