"""One router at a time: who holds the lease routes, who lost it writes nothing."""

import asyncio
from datetime import timedelta

import pytest

from app.core.db import Transaction
from app.core.ids import new_id
from app.routing import lease
from app.routing.events import OfferMade
from app.routing.lease import LeaseLost
from tests.routing.office import SETTINGS, Office, registry
from tests.support.waiting import eventually

LIFETIME = timedelta(seconds=SETTINGS.router_lease_seconds)


async def epoch(office: Office) -> int:
    """The number of the newest holder."""
    found: int = await office.value("select epoch from router_leases")
    return found


async def test_the_second_router_waits(office: Office) -> None:
    await office.route()
    other = office.another_router()
    assert 0 < await other.run_once() <= SETTINGS.router_lease_seconds / 3
    assert not other.is_routing
    assert office.router.is_routing


async def test_a_dead_routers_lease_is_taken_over_when_it_runs_out(office: Office) -> None:
    await office.route()
    other = office.another_router()
    await office.passes(SETTINGS.router_lease_seconds - 0.001)
    await other.run_once()
    assert not other.is_routing
    await office.passes(0.001)
    await other.run_once()
    assert other.is_routing
    assert await epoch(office) == 2


async def test_a_working_router_keeps_the_lease(office: Office) -> None:
    other = office.another_router()
    for _ in range(4):
        await office.advance(SETTINGS.router_lease_seconds - 1)
        await other.run_once()
    assert not other.is_routing
    assert await epoch(office) == 1


async def test_a_router_that_slept_too_long_starts_anew_from_the_tables(office: Office) -> None:
    await office.at_work("ann")
    await office.route()
    zombie, _ = office.router, office.new_router()
    await office.passes(60)
    await office.route()
    await office.call("x")
    await zombie.run_once()
    assert not zombie.is_routing
    assert await office.offers_made() == 0
    await office.route()
    assert await office.ringing() == {"x": "ann"}
    assert await office.value("select epoch from offers") == 2


async def test_a_batch_whose_lease_was_taken_meanwhile_writes_nothing(office: Office) -> None:
    """The router is frozen in the middle of an offer; another one takes over; then it goes on."""
    await office.at_work("ann")
    await office.route()
    await office.call("x")

    async def another_takes_over(_: Transaction, __: OfferMade) -> None:
        await office.sql("update router_leases set expires_at = switchboard_now()")
        async with office.database.transaction() as tx:
            assert await lease.acquire(tx, new_id(), LIFETIME) == 2

    office.database.registry.subscribe(OfferMade, another_takes_over)
    await office.router.run_once()
    assert not office.router.is_routing
    assert await office.offers_made() == 0
    assert await office.value("select count(*) from router_marks where kind = 'contact'") == 1


async def test_a_takeover_waits_for_the_commit_of_a_batch_that_passed_the_fence(office: Office) -> None:
    holder, heir = new_id(), new_id()
    async with office.database.transaction() as tx:
        assert await lease.acquire(tx, holder, LIFETIME) == 1

    async def take_over() -> int | None:
        async with office.database.transaction() as tx:
            return await lease.acquire(tx, heir, timedelta())

    async with office.database.transaction() as batch:
        await lease.fence(batch, holder, 1)
        await office.passes(SETTINGS.router_lease_seconds)
        taking = asyncio.create_task(take_over())
        await asyncio.wait([taking], timeout=0.2)
        assert not taking.done()
    assert await taking == 2
    async with office.database.transaction() as tx:
        with pytest.raises(LeaseLost):
            await lease.fence(tx, holder, 1)


async def test_a_clean_stop_gives_the_lease_back_at_once(office: Office) -> None:
    running = asyncio.create_task(office.router.run())

    async def held() -> bool:
        return bool(
            await office.value("select count(*) from router_leases") == 1 and office.router.is_routing
        )

    await eventually(held, what="the lease")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    other = office.another_router()
    await other.run_once()
    assert other.is_routing


async def test_a_stop_in_the_middle_of_a_batch_gives_the_lease_back_too(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    reached = asyncio.Event()

    async def never_ends(_: Transaction, __: OfferMade) -> None:
        reached.set()
        await asyncio.Event().wait()

    office.database.registry.subscribe(OfferMade, never_ends)
    running = asyncio.create_task(office.router.run())
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await office.offers_made() == 0
    office.database.registry = registry()
    other = office.another_router()
    await other.run_once()
    assert await office.ringing() == {"x": "ann"}


async def test_a_router_frozen_in_a_batch_lets_go_before_its_lease_runs_out(office: Office) -> None:
    """Frozen between two statements, its transaction holds the lease's row and those of contacts and agents."""
    await office.at_work("ann")
    await office.call("x")
    frozen = asyncio.Event()

    async def freeze(_: Transaction, __: OfferMade) -> None:
        frozen.set()
        await asyncio.Event().wait()

    office.database.registry.subscribe(OfferMade, freeze)
    running = asyncio.ensure_future(office.router.run_once())
    await frozen.wait()

    async def held() -> int:
        count: int = await office.value(
            """select count(*) from pg_stat_activity
               where datname = current_database() and state = 'idle in transaction'"""
        )
        return count

    async def let_go() -> bool:
        return await held() == 0

    assert await held() == 1
    await eventually(let_go, SETTINGS.router_lease_seconds, "the server to end the frozen transaction")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
