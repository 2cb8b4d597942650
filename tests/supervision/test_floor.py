"""The floor at a glance: queues, who waits, who works, and whom nobody has called back."""

from uuid import UUID

from app.core.ids import new_id
from tests.supervision.conftest import Route
from tests.supervision.desk import at_work
from tests.support.app import Person, RunningApp

CALLER = "+886912345678"


async def left(web: RunningApp, number: str, minutes_ago: int) -> UUID:
    """Somebody called, waited a minute and left."""
    contact_id = new_id()
    async with web.database.transaction() as tx:
        await tx.execute(
            """insert into contacts (id, channel, direction, state, outcome, identification, from_address, to_address,
                                     language, opened_at, queued_at, ended_at, closed_at, queue_id)
               select $1, 'voice', 'inbound', 'closed', 'abandoned_in_queue', 'unknown', $2, '+886255500100', 'zh-Hant',
                      at - interval '1 minute', at - interval '1 minute', at, at, (select id from queues limit 1)
               from (select switchboard_now() - make_interval(mins => $3) as at) then_""",
            contact_id,
            number,
            minutes_ago,
        )
    return contact_id


async def missed(boss: Person) -> list[tuple[str, int]]:
    found = (await boss.command("GET", "/missed-callers"))["callers"]
    return [(one["number"], one["times"]) for one in found]


async def test_the_floor_shows_who_waits_and_who_has_what(
    web: RunningApp, boss: Person, route: Route
) -> None:
    mei = await web.person("mei")
    async with at_work(mei):
        talking = await web.talking(mei)
        waiting = await web.queued()
        await route()
        floor = await boss.command("GET", "/floor")
        agents = {one["display_name"]: one for one in floor["agents"]}
        me = next(one for one in agents.values() if one["agent_id"] == str(mei.agent_id))
        assert (me["presence"], me["activity"], me["is_connected"]) == ("available", "on_contact", True)
        assert [work["contact_id"] for work in me["work"]] == [str(talking)]
        assert [one["contact_id"] for one in floor["waiting"]] == [str(waiting)]
        assert sum(queue["waiting"] for queue in floor["queues"]) == 1
        served = [queue for queue in floor["queues"] if queue["queue_id"] in me["queue_ids"]]
        assert {queue["free"] for queue in served} == {0}


async def test_an_idle_agent_is_free_in_every_queue_they_serve(web: RunningApp, boss: Person) -> None:
    mei = await web.person("mei")
    async with at_work(mei):
        floor = await boss.command("GET", "/floor")
        me = next(one for one in floor["agents"] if one["agent_id"] == str(mei.agent_id))
        assert me["queue_ids"]
        free = {queue["queue_id"]: queue["free"] for queue in floor["queues"]}
        assert {free[queue_id] for queue_id in me["queue_ids"]} == {1}


async def test_who_left_is_told_once_until_somebody_reached_them(web: RunningApp, boss: Person) -> None:
    await left(web, CALLER, 30)
    await left(web, CALLER, 10)
    await left(web, "+886955123456", 5)
    assert await missed(boss) == [("+886955123456", 1), (CALLER, 2)]
    async with web.database.transaction() as tx:  # an agent called back and spoke to them
        await tx.execute(
            """insert into contacts (id, channel, direction, state, outcome, identification, from_address, to_address,
                                     language, opened_at, accepted_at, ended_at, closed_at)
               select $1, 'voice', 'outbound', 'closed', 'handled', 'unknown', '+886255500100', $2, 'zh-Hant',
                      at, at, at, at from (select switchboard_now() as at) then_""",
            new_id(),
            CALLER,
        )
    assert await missed(boss) == [("+886955123456", 1)]
