"""A callback whose customer is rung first: when it is first in line and somebody serves the queue (R28)."""

from collections.abc import AsyncIterator

import pytest

from app.routing.callback_rules import CallbackState, DialResult
from tests.routing.invariants import broken
from tests.routing.telephones import Desk, open_desk


@pytest.fixture
async def desk(dsn: str) -> AsyncIterator[Desk]:
    """A centre that rings its customers first."""
    async with open_desk(dsn) as desk:
        await desk.office.sql("""update queues set callback_rules = '{"quiet": null, "first": "customer"}'""")
        yield desk
        assert await broken(desk.database) == {}


async def test_nobody_is_rung_while_nobody_serves_the_queue(desk: Desk) -> None:
    await desk.call("ming")
    await desk.ask("ming")
    await desk.act()
    assert await desk.rings() == []
    await desk.office.at_work("ann")
    await desk.act()
    assert len(await desk.rings()) == 1
    assert await desk.office.ringing() == {}, "no agent is asked before the customer has answered"


async def test_only_the_first_in_line_is_rung(desk: Desk) -> None:
    await desk.office.at_work("ann")
    await desk.call("before", "+886912000009")
    await desk.act()
    await desk.office.talk("ann")
    await desk.call("front", "+886912000008")
    for n in (1, 2):
        await desk.office.passes(1)
        await desk.call(f"ming {n}", f"+88691200001{n}")
        await desk.ask(f"ming {n}")
    await desk.act()
    assert await desk.rings() == [], "a live caller is before them"
    await desk.office.hang_up("front")
    await desk.act()
    assert len(await desk.rings()) == 1


async def test_one_who_answers_is_a_live_contact_at_the_place_kept(desk: Desk) -> None:
    await desk.office.at_work("ann")
    await desk.call("before", "+886912000009")
    await desk.act()
    await desk.office.talk("ann")
    await desk.call("ming")
    callback = await desk.ask("ming")
    await desk.act()
    await desk.advance(10)
    await desk.call("later", "+886912000002")
    await desk.act()
    assert await desk.result(DialResult.ANSWERED)
    assert (await desk.callback(callback)).state == CallbackState.REACHED
    await desk.office.hang_up("before")
    await desk.office.wrap_up("before")
    await desk.act()
    assert await desk.office.ringing() == {"ming's callback": "ann"}
    await desk.office.talk("ann")
    assert await desk.office.state("ming's callback") == "active"
    assert len(await desk.rings()) == 1, "who is on the line is not rung when the agent accepts"


async def test_one_who_does_not_answer_lets_the_others_by_and_is_rung_again(desk: Desk) -> None:
    await desk.office.at_work("ann")
    await desk.call("ming")
    callback = await desk.ask("ming")
    await desk.act()
    await desk.result(DialResult.NO_ANSWER)
    await desk.call("later", "+886912000002")
    await desk.act()
    assert await desk.office.ringing() == {"later": "ann"}
    await desk.office.hang_up("later")
    await desk.advance(900)
    assert len(await desk.rings()) == 2
    assert (await desk.callback(callback)).tries == 2


async def test_no_news_of_the_dialling_is_a_miss_after_its_time(desk: Desk) -> None:
    await desk.office.at_work("ann")
    await desk.call("ming")
    callback = await desk.ask("ming")
    await desk.act()
    await desk.advance(44)
    assert (await desk.callback(callback)).state == CallbackState.DIALLING
    await desk.advance(1)
    assert (await desk.callback(callback)).state == CallbackState.PAUSING
    assert await desk.cancelled() == await desk.rings()
    assert not await desk.result(DialResult.ANSWERED)


async def test_a_new_router_rings_nobody_twice(desk: Desk) -> None:
    await desk.office.at_work("ann")
    await desk.call("ming")
    await desk.ask("ming")
    await desk.act()
    for _ in range(2):
        await desk.office.crash()
        await desk.act()
    assert len(await desk.rings()) == 1
    assert await desk.result(DialResult.ANSWERED)
    await desk.office.crash()
    await desk.act()
    assert await desk.office.ringing() == {"ming's callback": "ann"}


async def test_the_customers_own_call_while_it_rings_settles_it(desk: Desk) -> None:
    await desk.office.at_work("ann")
    await desk.call("ming")
    await desk.ask("ming")
    await desk.act()
    await desk.call("ming again")
    await desk.act()
    assert await desk.cancelled() == await desk.rings()
    assert await desk.office.ringing() == {"ming again": "ann"}
