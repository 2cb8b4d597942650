"""A callback keeps the caller's place, comes to an agent like any contact, and rings the customer (R28)."""

from collections.abc import AsyncIterator

import pytest

from app.agents.presence import Presence
from app.core.errors import InvalidInput
from app.routing import callbacks, service
from app.routing.callback_rules import CallbackState, DialResult
from app.routing.errors import CallbackNotFound, CallbackOver, OfferNoLongerAvailable
from app.touchpoints.log import Actor
from tests.routing.invariants import broken
from tests.routing.office import now_of
from tests.routing.telephones import NUMBER, Desk, open_desk

ANN = Actor("agent", None, "Ann")


@pytest.fixture
async def desk(dsn: str) -> AsyncIterator[Desk]:
    """An empty centre with callbacks. Whatever a test does, the invariants hold at its end."""
    async with open_desk(dsn) as desk:
        yield desk
        assert await broken(desk.database) == {}


async def ringing(desk: Desk) -> None:
    """A callback of somebody who waited a minute, accepted by ann: the customer's telephone rings."""
    await desk.call("ming")
    await desk.advance(60)
    await desk.ask("ming")
    await desk.office.at_work("ann")
    await desk.act()
    await desk.office.accept("ann")
    await desk.act()


async def test_the_caller_is_let_go_and_the_callback_keeps_the_place(desk: Desk) -> None:
    await desk.call("ming")
    await desk.advance(60)
    await desk.call("later", "+886912000002")
    callback = await desk.ask("ming")
    await desk.act()
    assert await desk.office.state("ming") == "closed"
    assert await desk.office.state("ming's callback") == "queued"
    await desk.office.at_work("ann")
    await desk.act()
    assert await desk.office.ringing() == {"ming's callback": "ann"}
    outcome = await desk.office.value(
        "select outcome from contacts where id = $1", desk.office.callers["ming"]
    )
    assert outcome == "callback_requested"
    assert (await desk.callback(callback)).from_contact_id == desk.office.callers["ming"]


async def test_the_wait_that_is_told_counts_from_the_first_call(desk: Desk) -> None:
    await ringing(desk)
    assert await desk.result(DialResult.ANSWERED)
    waited = await desk.office.value(
        "select data -> 'waited_seconds' from touchpoints where kind = 'contact.connected'"
    )
    assert waited == 60


async def test_an_accepted_callback_rings_the_customer_and_the_answer_connects_them(desk: Desk) -> None:
    await ringing(desk)
    assert len(await desk.rings()) == 1
    assert await desk.office.held() == {"ming's callback": "ann"}
    assert await desk.office.state("ming's callback") == "offered"
    assert await desk.result(DialResult.ANSWERED)
    await desk.act()
    assert await desk.office.state("ming's callback") == "active"
    assert [one.state for one in await desk.ended()] == [CallbackState.REACHED]


async def test_the_offer_gives_the_telephone_time_to_ring(desk: Desk) -> None:
    await ringing(desk)
    await desk.advance(40)
    assert await desk.office.state("ming's callback") == "offered"
    assert await desk.result(DialResult.ANSWERED)


@pytest.mark.parametrize("result", [DialResult.BUSY, DialResult.NO_ANSWER, DialResult.FAILED])
async def test_a_miss_frees_the_agent_without_blame_and_pauses_for_the_gap(
    desk: Desk, result: DialResult
) -> None:
    await ringing(desk)
    await desk.result(result)
    await desk.call("next", "+886912000002")
    await desk.act()
    assert not await desk.office.is_not_responding("ann")
    assert await desk.office.ringing() == {"next": "ann"}
    assert await desk.office.state("ming's callback") == "new"
    await desk.office.hang_up("next")
    await desk.advance(899)
    assert await desk.office.ringing() == {}
    await desk.advance(1)
    assert await desk.office.ringing() == {"ming's callback": "ann"}


async def test_the_next_try_is_at_the_first_place(desk: Desk) -> None:
    await ringing(desk)
    await desk.result(DialResult.NO_ANSWER)
    await desk.office.hire("bob")
    await desk.office.choose("ann", Presence.AWAY)
    await desk.call("later", "+886912000002")
    await desk.advance(900)
    await desk.office.choose("ann", Presence.AVAILABLE)
    await desk.act()
    assert await desk.office.ringing() == {"ming's callback": "ann"}


async def test_after_the_last_try_it_fails_and_says_so(desk: Desk) -> None:
    await ringing(desk)
    for _ in range(2):
        await desk.result(DialResult.NO_ANSWER)
        await desk.advance(900)
        await desk.office.accept("ann")
    await desk.result(DialResult.BUSY)
    await desk.act()
    assert await desk.office.state("ming's callback") == "closed"
    assert [(one.state, one.tries, one.last_result) for one in await desk.ended()] == [
        (CallbackState.FAILED, 3, "busy")
    ]
    assert "callback.failed" in await desk.kinds("ming's callback")
    await desk.advance(3600)
    assert len(await desk.rings()) == 3


async def test_an_agent_who_declines_or_sleeps_costs_no_try(desk: Desk) -> None:
    await desk.call("ming")
    callback = await desk.ask("ming")
    for login in ("ann", "bob"):
        await desk.office.at_work(login)
    await desk.act()
    await desk.office.reject("ann")
    await desk.act()
    assert await desk.office.ringing() == {"ming's callback": "bob"}
    await desk.advance(20)
    assert await desk.office.is_not_responding("bob")
    assert (await desk.callback(callback)).tries == 0
    assert await desk.rings() == []


async def test_no_news_of_the_dialling_counts_as_a_miss_and_rings_off(desk: Desk) -> None:
    await ringing(desk)
    await desk.advance(42)
    assert await desk.cancelled() == await desk.rings()
    assert await desk.office.state("ming's callback") == "new"
    assert not await desk.office.is_not_responding("ann")
    assert not await desk.result(DialResult.ANSWERED), "the answer is late: the customer is let go"
    assert await desk.office.state("ming's callback") == "new"


async def test_an_agents_leg_that_fails_is_no_try(desk: Desk) -> None:
    await ringing(desk)
    async with desk.database.transaction() as tx:
        await service.fail_accepting(
            tx,
            contact_id=desk.office.callers["ming's callback"],
            agent_id=desk.office.agents["ann"],
            reason="leg_failed",
            blame=True,
        )
    await desk.office.at_work("bob")
    await desk.act()
    assert await desk.cancelled() == await desk.rings()
    assert await desk.office.ringing() == {"ming's callback": "bob"}
    assert await desk.office.value("select tries from callbacks") == 0


async def test_late_and_repeated_results_change_nothing(desk: Desk) -> None:
    await ringing(desk)
    assert await desk.result(DialResult.BUSY)
    assert not await desk.result(DialResult.BUSY)
    await desk.advance(900)
    await desk.office.accept("ann")
    assert not await desk.result(DialResult.ANSWERED, of=0), "of the first dialling"
    assert await desk.result(DialResult.ANSWERED, of=1)
    assert not await desk.result(DialResult.ANSWERED, of=1)
    await desk.act()
    assert await desk.office.state("ming's callback") == "active"
    assert [one.tries for one in await desk.ended()] == [2]


async def test_asking_twice_gives_the_same_one(desk: Desk) -> None:
    await desk.call("ming")
    first = await desk.ask("ming")
    assert (await desk.ask("ming")).id == first.id
    async with desk.database.transaction() as tx:
        wish = callbacks.CallbackWish("web", NUMBER, desk.office.queues["sales"])
        again = await callbacks.request_for_number(tx, wish, now=await now_of(tx))
    assert (again.id, again.place_from) == (first.id, first.place_from)
    assert await desk.office.value("select count(*) from contacts where channel = 'callback'") == 1


async def test_one_number_may_wait_for_two_queues(desk: Desk) -> None:
    await desk.call("ming")
    first = await desk.ask("ming")
    await desk.office.queue("orders")
    async with desk.database.transaction() as tx:
        wish = callbacks.CallbackWish("web", NUMBER, desk.office.queues["orders"])
        other = await callbacks.request_for_number(tx, wish, now=await now_of(tx))
    assert other.id != first.id


async def test_a_withheld_number_needs_another_one(desk: Desk) -> None:
    await desk.call("ming", None)
    with pytest.raises(InvalidInput, match="number"):
        await desk.ask("ming")
    assert await desk.office.state("ming") == "queued"
    callback = await desk.ask("ming", number="+886912000009")
    assert callback.number == "+886912000009"


async def test_a_premium_number_is_never_called_back(desk: Desk) -> None:
    await desk.call("ming", "+886203123456")
    with pytest.raises(InvalidInput, match="premium"):
        await desk.ask("ming")


async def test_who_is_about_to_be_connected_is_not_called_back(desk: Desk) -> None:
    await desk.call("ming")
    await desk.office.at_work("ann")
    await desk.act()
    await desk.office.accept("ann")
    with pytest.raises(CallbackOver):
        await desk.ask("ming")
    await desk.office.join("ann")
    with pytest.raises(CallbackOver):
        await desk.ask("ming")
    assert await desk.office.state("ming") == "active"


async def test_asking_while_it_rings_at_an_agent_frees_the_agent(desk: Desk) -> None:
    await desk.call("ming")
    await desk.office.at_work("ann")
    await desk.act()
    await desk.ask("ming")
    await desk.act()
    assert await desk.office.ringing() == {"ming's callback": "ann"}


async def test_the_customers_own_call_settles_it_and_takes_its_place(desk: Desk) -> None:
    await desk.call("ming")
    await desk.advance(60)
    await desk.ask("ming")
    await desk.call("other", "+886912000002")
    await desk.advance(60)
    await desk.call("ming again")
    await desk.act()
    assert await desk.office.state("ming's callback") == "closed"
    assert [(one.state, one.settled_by) for one in await desk.ended()] == [
        (CallbackState.SETTLED, desk.office.callers["ming again"])
    ]
    assert "callback.settled" in await desk.kinds("ming again")
    await desk.office.at_work("ann")
    await desk.act()
    assert await desk.office.ringing() == {"ming again": "ann"}


async def test_a_call_for_another_queue_settles_it_and_starts_at_the_end_there(desk: Desk) -> None:
    await desk.call("ming")
    await desk.ask("ming")
    await desk.advance(60)
    await desk.call("other", "+886912000002", "orders")
    await desk.advance(60)
    await desk.call("ming again", queue="orders")
    assert await desk.office.state("ming's callback") == "closed"
    await desk.office.at_work("ann", "orders")
    await desk.act()
    assert await desk.office.ringing() == {"other": "ann"}


async def test_a_call_while_it_rings_settles_it_and_rings_off(desk: Desk) -> None:
    await ringing(desk)
    await desk.call("ming again")
    await desk.act()
    assert await desk.cancelled() == await desk.rings()
    assert await desk.office.state("ming's callback") == "closed"
    assert await desk.office.ringing() == {"ming again": "ann"}
    assert not await desk.result(DialResult.ANSWERED)
    assert [one.state for one in await desk.ended()] == [CallbackState.SETTLED]


async def test_a_customer_in_self_service_is_not_called_meanwhile(desk: Desk) -> None:
    await desk.call("ming")
    async with desk.database.transaction() as tx:
        inside = await desk.enter(tx)
    callback = await desk.ask("ming")
    await desk.office.at_work("ann")
    await desk.act()
    assert (await desk.callback(callback)).state == CallbackState.PAUSING
    desk.office.callers["inside"] = inside
    await desk.office.hang_up("inside")
    await desk.advance(15)
    assert await desk.office.ringing() == {"ming's callback": "ann"}


async def test_a_busy_line_because_they_are_calling_us_is_no_try(desk: Desk) -> None:
    await ringing(desk)
    async with desk.database.transaction() as tx:
        await desk.enter(tx)
    await desk.result(DialResult.BUSY)
    assert await desk.office.value("select (state, tries) = ('pausing', 0) from callbacks")


async def test_a_supervisor_calls_it_off(desk: Desk) -> None:
    await ringing(desk)
    callback_id = (await desk.rings())[0][0]
    for _ in range(2):
        async with desk.database.transaction() as tx:
            await callbacks.cancel(tx, callback_id, now=await now_of(tx), by=ANN)
    await desk.act()
    assert await desk.cancelled() == await desk.rings()
    assert await desk.office.state("ming's callback") == "closed"
    await desk.call("next", "+886912000002")
    await desk.act()
    assert await desk.office.ringing() == {"next": "ann"}


async def test_what_is_over_cannot_be_called_off(desk: Desk) -> None:
    await ringing(desk)
    await desk.result(DialResult.ANSWERED)
    async with desk.database.transaction() as tx:
        with pytest.raises(CallbackOver, match="reached"):
            await callbacks.cancel(tx, (await desk.rings())[0][0], now=await now_of(tx), by=ANN)
        with pytest.raises(CallbackNotFound):
            await callbacks.cancel(tx, desk.office.callers["ming"], now=await now_of(tx), by=ANN)


async def test_a_new_router_takes_over_at_every_stage(desk: Desk) -> None:
    await desk.call("ming")
    await desk.ask("ming")
    await desk.act()
    await desk.office.crash()
    await desk.office.at_work("ann")
    await desk.act()
    await desk.office.accept("ann")
    await desk.office.crash()
    await desk.act()
    await desk.result(DialResult.NO_ANSWER)
    await desk.office.crash()
    await desk.advance(900)
    await desk.office.accept("ann")
    await desk.result(DialResult.ANSWERED)
    await desk.office.crash()
    await desk.act()
    assert await desk.office.state("ming's callback") == "active"


async def test_a_callback_that_rings_at_several_is_dialled_for_the_first_who_says_yes(desk: Desk) -> None:
    await desk.office.rule(ring_count=2)
    await desk.call("ming")
    await desk.advance(60)
    await desk.ask("ming")
    for login in ("ann", "ben"):
        await desk.office.at_work(login)
    await desk.act()
    late = await desk.office.offer_id("ann")
    await desk.office.accept("ben")
    with pytest.raises(OfferNoLongerAvailable, match="a colleague was first"):
        await desk.office.accept("ann", late)
    await desk.act()
    assert len(await desk.rings()) == 1
    assert await desk.cancelled() == []
    assert await desk.office.held() == {"ming's callback": "ben"}


async def test_who_asks_for_a_callback_while_several_are_rung_stops_every_bell(desk: Desk) -> None:
    await desk.office.rule(ring_count=2)
    for login in ("ann", "ben"):
        await desk.office.at_work(login)
    await desk.call("ming")
    await desk.act()
    assert await desk.office.value("select count(*) from offers where state = 'pending'") == 2
    await desk.ask("ming")
    assert await desk.office.value("select count(*) from offers where reason = 'callback_requested'") == 2
    assert await desk.office.value("select sum(used_units) from agent_states") == 0
    await desk.act()
    assert await desk.office.value("select count(*) from offers where state = 'pending'") == 2, (
        "as a callback"
    )
