"""Places and preferences: who rings again keeps the place, and a customer meets the agent of the last time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.agents.presence import Presence
from app.contacts import repository as contact_rows
from app.core.ids import new_id
from app.routing.redial import take_place
from tests.routing.office import WRAP_UP_SECONDS, Office, now_of

NUMBER = "+886912345678"


async def kept(office: Office, word: str) -> list[dict[str, Any]]:
    """What the log says of a kept place."""
    async with office.database.read() as reader:
        rows = await reader.fetch(
            "select data from touchpoints where contact_id = $1 and kind = 'contact.place_kept'",
            office.callers[word],
        )
    return [row["data"] for row in rows]


async def first_served(office: Office, *queues: str) -> str:
    """Who gets the first agent that comes."""
    await office.at_work("ann", *queues)
    await office.route()
    return next(iter(await office.ringing()))


async def test_who_rings_again_soon_stands_where_they_stood(office: Office) -> None:
    await office.call("x", number=NUMBER)
    await office.advance(60)
    await office.call("y")
    await office.hang_up("x")
    await office.advance(299)
    await office.call("x again", number=NUMBER)
    await office.route()
    assert await first_served(office) == "x again"
    assert await kept(office, "x again") == [{"from_contact": str(office.callers["x"]), "seconds": 359}]


async def test_the_wait_that_is_told_and_limited_is_that_of_the_new_call(office: Office) -> None:
    await office.rule(max_wait_seconds=120)
    await office.call("x", number=NUMBER)
    await office.advance(100)
    await office.hang_up("x")
    await office.call("x again", number=NUMBER)
    await office.advance(119)
    assert await office.state("x again") == "queued"
    waited = await office.value(
        "select extract(epoch from switchboard_now() - queued_at) from contacts where id = $1",
        office.callers["x again"],
    )
    assert waited == 119


async def test_a_caller_who_left_while_an_agent_was_rung_keeps_the_place_too(office: Office) -> None:
    await office.at_work("zoe")
    await office.call("x", number=NUMBER)
    await office.route()
    await office.hang_up("x")
    await office.choose("zoe", Presence.AWAY)
    await office.advance(1)
    await office.call("y")
    await office.call("x again", number=NUMBER)
    await office.route()
    assert await first_served(office) == "x again"


@pytest.mark.parametrize("gone", [300.001, 3600])
async def test_after_five_minutes_the_place_is_gone(office: Office, gone: float) -> None:
    await office.call("x", number=NUMBER)
    await office.advance(10)
    await office.call("y")
    await office.hang_up("x")
    await office.advance(gone)
    await office.call("x again", number=NUMBER)
    await office.route()
    assert await first_served(office) == "y"
    assert await kept(office, "x again") == []


async def test_the_menu_takes_nobody_the_place(office: Office) -> None:
    await office.call("x", number=NUMBER)
    await office.hang_up("x")
    await office.advance(299)
    queue_id = await office.queue()
    await office.call("x again", number=NUMBER)
    await office.sql("update contacts set is_place_taken = false")
    await office.advance(200)  # as if the caller had been in the menu until now
    async with office.database.transaction() as tx:
        contact = await contact_rows.get(tx, office.callers["x again"])
        place = await take_place(tx, contact, queue_id, now=await now_of(tx), within=timedelta(seconds=300))
    assert place is not None
    assert place.credit == 499


async def test_a_place_is_used_once(office: Office) -> None:
    await office.call("x", number=NUMBER)
    await office.advance(10)
    await office.call("y")
    await office.hang_up("x")
    await office.call("x again", number=NUMBER)
    await office.call("x at the same time", number=NUMBER)
    assert len(await kept(office, "x again")) == 1
    assert await kept(office, "x at the same time") == []


async def test_a_place_goes_on_from_call_to_call(office: Office) -> None:
    await office.call("x", number=NUMBER)
    await office.advance(60)
    await office.call("y")
    for word in ("x", "x again"):
        await office.hang_up(word)
        await office.advance(200)
        await office.call("x again", number=NUMBER)
    await office.route()
    assert await first_served(office) == "x again"


async def test_a_withheld_number_and_another_queue_keep_nothing(office: Office) -> None:
    await office.call("hidden", number=None)
    await office.call("x", number=NUMBER)
    await office.hang_up("hidden")
    await office.hang_up("x")
    await office.call("hidden again", number=None)
    await office.call("x again", "others", number=NUMBER)
    assert await kept(office, "hidden again") == []
    assert await kept(office, "x again") == []


async def test_who_was_sent_to_another_queue_may_come_back_by_either(office: Office) -> None:
    await office.rule(max_wait_seconds=60, overflow={"max_wait": {"do": "queue", "queue": "others"}})
    await office.queue("others")
    await office.call("x", number=NUMBER)
    await office.advance(60)
    await office.hang_up("x")
    await office.call("x again", number=NUMBER)
    assert [line["seconds"] for line in await kept(office, "x again")] == [60]


# --- the last agent -----------------------------------------------------------------------------------------


async def customer(office: Office) -> UUID:
    customer_id = new_id()
    await office.sql("insert into customers (id, display_name) values ($1, 'Lin')", customer_id)
    return customer_id


async def served_once(office: Office, login: str = "ann") -> UUID:
    """A customer whom this agent has just served; ben has been idle for longer."""
    lin = await customer(office)
    await office.at_work(login)
    await office.call("before", customer_id=lin)
    await office.route()
    await office.talk(login)
    await office.hang_up("before")
    await office.route()
    await office.at_work("ben")
    await office.advance(1)
    await office.wrap_up("before")
    await office.advance(WRAP_UP_SECONDS)
    return lin


async def test_the_agent_of_the_last_time_comes_before_who_is_idle_longest(office: Office) -> None:
    await office.rule(last_agent_seconds=15)
    lin = await served_once(office)
    await office.call("x", customer_id=lin)
    await office.call("somebody else")
    await office.route()
    assert await office.ringing() == {"x": "ann", "somebody else": "ben"}


async def test_without_the_rule_the_longest_idle_is_next(office: Office) -> None:
    lin = await served_once(office)
    await office.call("x", customer_id=lin)
    await office.route()
    assert await office.ringing() == {"x": "ben"}


async def test_the_others_are_asked_at_the_end_of_the_limit(office: Office) -> None:
    await office.rule(last_agent_seconds=15)
    lin = await served_once(office)
    await office.choose("ann", Presence.AWAY)
    await office.call("x", customer_id=lin)
    await office.advance(0)
    await office.advance(14.999)
    assert await office.ringing() == {}
    await office.advance(0.001)
    assert await office.ringing() == {"x": "ben"}


@pytest.mark.parametrize("why", ["offline", "other work"])
async def test_an_agent_who_cannot_come_is_not_waited_for(office: Office, why: str) -> None:
    await office.rule(last_agent_seconds=15)
    lin = await served_once(office)
    if why == "offline":
        await office.choose("ann", Presence.OFFLINE)
    else:
        await office.sql("delete from agent_queues where agent_id = $1", office.agents["ann"])
    await office.route()
    await office.call("x", customer_id=lin)
    await office.route()
    assert await office.ringing() == {"x": "ben"}


async def test_after_three_days_and_in_another_queue_nobody_is_remembered(office: Office) -> None:
    await office.rule(last_agent_seconds=15)
    lin = await served_once(office)
    await office.call("x", "others", customer_id=lin)
    await office.passes(72 * 3600)
    await office.call("y", customer_id=lin)
    assert await office.value("select count(*) from contacts where preferred_agent is not null") == 0
