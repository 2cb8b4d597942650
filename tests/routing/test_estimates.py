"""A waiting customer is told a place and an honest wait, and what was told is kept beside what came of it."""

import random
from datetime import timedelta

import pytest

from app.contacts import repository as contact_rows
from app.routing import estimates, promises
from app.routing.estimates import Standing
from app.routing.wait_formula import expected_wait
from tests.routing.office import Office

SERVICE = 60.0  # seconds every conversation takes here, wrap-up included


@pytest.mark.parametrize("position", [1, 2, 5, 20, 100])
@pytest.mark.parametrize("agents", [1, 4, 30])
def test_eight_waits_of_ten_lie_in_the_range_and_the_mean_is_the_expected_one(
    position: int, agents: int
) -> None:
    chance = random.Random(position * 1000 + agents)
    told = expected_wait(position, capacity=agents, service_seconds=SERVICE, samples=50)
    assert told is not None
    # all agents are busy: departures come one after the other at the rate of all of them together
    waits = [sum(chance.expovariate(agents / SERVICE) for _ in range(position)) for _ in range(4000)]
    assert sum(waits) / len(waits) == pytest.approx(told.expected, rel=0.06)
    assert sum(told.low <= wait <= told.high for wait in waits) / len(waits) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    ("position", "capacity", "seconds", "samples"),
    [(1, 0, 60, 50), (1, 2, 60, 4), (1, 2, 0, 50), (0, 2, 60, 50)],
)
def test_without_staff_or_data_nothing_is_promised(
    position: int, capacity: float, seconds: float, samples: int
) -> None:
    assert expected_wait(position, capacity=capacity, service_seconds=seconds, samples=samples) is None


async def serve(office: Office, word: str, login: str, queue: str = "sales") -> None:
    """One whole conversation of SERVICE seconds."""
    await office.call(word, queue)
    await office.route()
    await office.talk(login)
    await office.passes(SERVICE)
    await office.hang_up(word)
    await office.wrap_up(word)
    await office.route()


async def standing(office: Office, word: str) -> Standing:
    """How a caller stands now."""
    async with office.database.read() as reader:
        return await estimates.standing(reader, await contact_rows.get(reader, office.callers[word]))


async def test_the_wait_is_the_place_times_the_service_time_over_the_staff(office: Office) -> None:
    await office.at_work("amy")
    for n in range(5):
        await serve(office, f"early {n}", "amy")
    await office.call("talking")
    await office.route()
    await office.talk("amy")
    await office.call("first")
    await office.call("second")
    told = await standing(office, "second")
    assert told.position == 2
    assert told.wait is not None
    assert told.wait.expected == pytest.approx(2 * SERVICE, rel=0.02)
    await office.at_work("ben")
    with_two = await standing(office, "second")
    assert with_two.wait is not None
    assert with_two.wait.expected == pytest.approx(SERVICE, rel=0.02)


async def test_an_agent_of_two_queues_counts_by_the_recent_work_in_each(office: Office) -> None:
    await office.at_work("amy", "sales", "support")
    for n in range(6):
        await serve(office, f"sale {n}", "amy")
    for n in range(2):
        await serve(office, f"help {n}", "amy", "support")
    await office.call("talking")
    await office.route()
    await office.talk("amy")
    await office.call("waiting")
    told = await standing(office, "waiting")
    assert told.wait is not None
    # seven of nine conversations were sales, the one going on included
    assert told.wait.expected == pytest.approx(SERVICE * 9 / 7, rel=0.02)


async def test_a_higher_priority_or_an_older_claim_stands_before(office: Office) -> None:
    await office.call("patient")
    await office.passes(5)
    await office.call("urgent", priority=1)
    assert (await standing(office, "patient")).position == 2
    await office.call("returning")
    await office.sql("update contacts set age_credit = 60 where id = $1", office.callers["returning"])
    assert (await standing(office, "patient")).position == 3
    assert (await standing(office, "returning")).position == 2


async def test_nobody_at_work_gives_a_place_and_no_figure(office: Office) -> None:
    await office.call("alone")
    assert await standing(office, "alone") == Standing(1, None)


async def test_a_promise_is_kept_beside_its_outcome(office: Office) -> None:
    await office.at_work("amy")
    for n in range(5):
        await serve(office, f"early {n}", "amy")
    await office.call("talking")
    await office.route()
    await office.talk("amy")
    for word in ("kept", "impatient"):
        await office.call(word)
        async with office.database.transaction() as tx:
            contact = await contact_rows.get(tx, office.callers[word])
            assert contact.queue_id is not None
            await promises.record(tx, contact.id, contact.queue_id, await estimates.standing(tx, contact))
    await office.passes(30)
    await office.hang_up("impatient")
    await office.passes(30)
    await office.hang_up("talking")
    await office.wrap_up("talking")
    await office.route()
    await office.talk("amy")
    rows = await office.value(
        "select jsonb_object_agg(contact_id, jsonb_build_array(outcome, round(waited_seconds))) from wait_promises"
    )
    assert rows == {
        str(office.callers["kept"]): ["connected", 60],
        str(office.callers["impatient"]): ["left", 30],
    }
    async with office.database.read() as reader:
        since = await reader.fetchval("select switchboard_now()") - timedelta(hours=1)
        found = await promises.accuracy(reader, office.queues["sales"], since=since)
    assert found == promises.Accuracy(promises=1, kept=1.0, too_long=0.0)
