"""Real concurrency on real connections: whatever comes at once, exactly one wins and the books balance.

Every race is run many times with its parties started in an order and with pauses that a seed decides.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from app.agents.presence import Presence
from app.contacts.errors import ContactMovedOn
from app.core.db import Database
from app.core.ids import new_id
from app.routing import lease, service
from app.routing.assigning import Proposal, Refusal
from app.routing.errors import OfferNoLongerAvailable
from app.routing.offers import Offer
from tests.routing.invariants import broken
from tests.routing.office import Office, now_of, registry
from tests.support.waiting import eventually

ROUNDS = range(12)
Party = Callable[[], Awaitable[Any]]


@pytest.fixture
async def office(dsn: str) -> AsyncIterator[Office]:
    """An empty centre in real time, with enough connections for everybody."""
    database = Database(dsn, pool_size=12, registry=registry())
    await database.open()
    office = Office(database)
    await office.at_work("ann")
    yield office
    assert await broken(database) == {}
    await database.close()


async def race(seed: int, *parties: Party) -> list[Any]:
    """Start all at once; returns what each came to (a result or its error), in the order given."""
    chance = random.Random(seed)

    async def run(party: Party, pause: float) -> Any:
        await asyncio.sleep(pause)
        return await party()

    pauses = [chance.choice([0, 0, chance.uniform(0, 0.004)]) for _ in parties]
    order = chance.sample(range(len(parties)), len(parties))
    tasks: dict[int, asyncio.Task[Any]] = {}
    for n in order:
        tasks[n] = asyncio.ensure_future(run(parties[n], pauses[n]))
    await asyncio.wait(tasks.values())
    return [tasks[n].exception() or tasks[n].result() for n in range(len(parties))]


async def made(office: Office, word: str, login: str, *, seconds: float = 20) -> UUID:
    """An offer as the router makes it."""
    async with office.database.transaction() as tx:
        expires_at = await now_of(tx) + timedelta(seconds=seconds)
        proposal = Proposal(office.callers[word], office.agents[login], expires_at)
        [offer] = await service.make_offers(tx, [proposal], epoch=1)
    assert isinstance(offer, Offer)
    return offer.id


async def free(office: Office, word: str) -> None:
    """End this round: the caller goes, wrap-ups end, everybody is available again."""
    await office.hang_up(word)
    if await office.state(word) == "wrap_up":
        await office.wrap_up(word)
    for login in office.agents:
        await office.choose(login, Presence.AVAILABLE)


def refused(results: list[Any]) -> list[OfferNoLongerAvailable]:
    """Those that were told no, with a reason; any other error fails the test."""
    errors = [r for r in results if isinstance(r, BaseException)]
    for error in errors:
        assert isinstance(error, OfferNoLongerAvailable), repr(error)
    return [error for error in errors if isinstance(error, OfferNoLongerAvailable)]


async def test_two_accepts_of_one_offer_are_answered_alike(office: Office) -> None:
    for seed in ROUNDS:
        await office.call("x")
        offer = await made(office, "x", "ann")
        accept = partial(office.accept, "ann", offer)
        results = await race(seed, accept, accept, accept)
        assert [r.state for r in results] == ["accepting"] * 3
        lines = await office.value(
            "select count(*) from touchpoints where contact_id = $1 and kind = 'offer.accepted'",
            office.callers["x"],
        )
        assert lines == 1
        await free(office, "x")


async def test_accept_against_timeout_has_one_winner(office: Office) -> None:
    winners = set()
    for seed in ROUNDS:
        await office.call("x")
        offer = await made(office, "x", "ann", seconds=random.Random(seed).uniform(0, 0.008))

        async def expire() -> bool:
            async with office.database.transaction() as tx:
                return await service.expire_offer(
                    tx,
                    contact_id=office.callers["x"],
                    agent_id=office.agents["ann"],
                    now=await now_of(tx),
                )

        accepted, expired = await race(seed, partial(office.accept, "ann", offer), expire)
        if isinstance(accepted, Offer):
            assert expired is False
            assert not await office.is_not_responding("ann")
        else:
            assert "time is up" in str(refused([accepted])[0].detail)
        winners.add(type(accepted))
        await free(office, "x")
    assert winners


async def test_accept_against_hang_up_leaves_nothing_behind(office: Office) -> None:
    for seed in ROUNDS:
        await office.call("x")
        offer = await made(office, "x", "ann")
        accepted, left = await race(seed, partial(office.accept, "ann", offer), lambda: office.hang_up("x"))
        assert left.state == "closed"
        refused([accepted])
        assert await office.held() == {}
        assert await office.value("select used_units from agent_states") == 0


async def test_accept_against_reject_has_one_winner(office: Office) -> None:
    for seed in ROUNDS:
        await office.call("x")
        offer = await made(office, "x", "ann")
        results = await race(
            seed,
            partial(office.accept, "ann", offer),
            partial(office.reject, "ann", offer),
        )
        assert len(refused(results)) == 1
        await free(office, "x")


async def test_joining_against_hang_up_and_a_failing_leg_has_one_winner(office: Office) -> None:
    for seed in ROUNDS:
        await office.call("x")
        offer = await made(office, "x", "ann")
        await office.accept("ann", offer)

        async def fail() -> bool:
            async with office.database.transaction() as tx:
                return await service.fail_accepting(
                    tx,
                    contact_id=office.callers["x"],
                    agent_id=office.agents["ann"],
                    reason="leg_failed",
                    blame=True,
                )

        joined, failed, _ = await race(
            seed, partial(office.join, "ann", offer), fail, lambda: office.hang_up("x")
        )
        assert not (joined is not None and failed)
        assert await broken(office.database) == {}
        await free(office, "x")


async def test_two_agents_accepting_at_once_one_wins_and_the_other_is_told_why(office: Office) -> None:
    """Ann's offer has timed out and rings at Ben; both say yes in the same moment."""
    await office.at_work("ben")
    for seed in ROUNDS:
        await office.call("x")
        old = await made(office, "x", "ann", seconds=0)
        async with office.database.transaction() as tx:
            assert await service.expire_offer(
                tx, contact_id=office.callers["x"], agent_id=office.agents["ann"], now=await now_of(tx)
            )
        new = await made(office, "x", "ben")
        late, won = await race(
            seed,
            partial(office.accept, "ann", old),
            partial(office.accept, "ben", new),
        )
        assert won.state == "accepting"
        assert refused([late])[0].status == 409
        assert "somebody else" in str(late.detail)
        assert await office.held() == {"x": "ben"}
        await free(office, "x")


async def test_a_break_against_an_offer_never_deadlocks_nor_rings_at_nobody(office: Office) -> None:
    for seed in ROUNDS:
        await office.call("x")
        await office.route()
        await office.choose("ann", Presence.AWAY)
        await office.choose("ann", Presence.AVAILABLE)
        results = await race(seed, office.router.run_once, lambda: office.choose("ann", Presence.AWAY))
        assert not [r for r in results if isinstance(r, BaseException)]
        await office.route()
        assert await office.ringing() == {}
        assert await office.state("x") == "queued"
        await free(office, "x")


async def test_two_routers_offering_one_contact_make_one_offer(office: Office) -> None:
    await office.at_work("ben")
    for seed in ROUNDS:
        await office.call("x")
        results = await race(seed, *(_offer(office, "x", who) for who in ("ann", "ben", "ann", "ben")))
        assert sum(isinstance(r, Offer) for r in results) == 1
        assert sum(isinstance(r, Refusal) for r in results) == 3
        await free(office, "x")


async def test_two_routers_offering_to_one_agent_keep_to_the_capacity(office: Office) -> None:
    for seed in ROUNDS:
        words = ["x", "y", "z"]
        for word in words:
            await office.call(word)
        results = await race(seed, *(_offer(office, word, "ann") for word in words))
        assert sum(isinstance(r, Offer) for r in results) == 1
        for word in words:
            await free(office, word)


def _offer(office: Office, word: str, login: str) -> Party:
    async def offer() -> Offer | Refusal:
        async with office.database.transaction() as tx:
            proposal = Proposal(office.callers[word], office.agents[login], None)
            [outcome] = await service.make_offers(tx, [proposal], epoch=1)
            return outcome

    return offer


async def test_the_router_does_not_wait_for_an_agent_somebody_is_changing(office: Office) -> None:
    await office.route()
    await office.call("x")
    async with office.database.transaction() as tx:
        await tx.execute("select from agent_states where agent_id = $1 for update", office.agents["ann"])
        await office.route()
        assert await office.ringing() == {}

    async def rings() -> bool:
        await office.route()
        return await office.ringing() == {"x": "ann"}

    await eventually(rings, what="the offer, a moment later")


async def test_two_routers_taking_the_lease_at_once_get_one_holder(office: Office) -> None:
    for seed in ROUNDS:
        await office.sql("update router_leases set expires_at = switchboard_now()")

        async def acquire() -> int | None:
            async with office.database.transaction() as tx:
                return await lease.acquire(tx, new_id(), timedelta(seconds=6))

        epochs = await race(seed, acquire, acquire, acquire)
        assert [e for e in epochs if e is not None] == [seed + 1]


@pytest.mark.parametrize("ring", [1, 3])
async def test_a_busy_floor_with_everything_at_once_keeps_its_books(office: Office, ring: int) -> None:
    """Agents answer, decline, pause and vanish, callers give up, two routers fight: nothing is lost or doubled."""
    chance = random.Random(20261120)
    await office.rule(ring_count=ring)
    logins = ["ann", "ben", "cho", "dan"]
    for login in logins[1:]:
        await office.at_work(login)
    words = [f"caller {n}" for n in range(40)]
    rival = office.another_router()
    is_over = asyncio.Event()

    async def routes(router: Any) -> None:
        while not is_over.is_set():
            await router.run_once()

    async def further(offers: int) -> None:
        """So many further offers are made, or all is over."""
        wanted = await office.offers_made() + offers

        async def made() -> bool:
            return is_over.is_set() or await office.offers_made() >= wanted

        await eventually(made, 60, "further offers")

    async def calls() -> None:
        for word in words:
            await office.call(word, priority=chance.randint(1, 9))

    async def works(login: str) -> None:
        while not is_over.is_set():
            await _one_move(office, login, chance)

    async def leaves() -> None:
        while not is_over.is_set():
            await further(chance.randint(1, 4))
            if office.callers:
                await office.hang_up(chance.choice(list(office.callers)))

    async def usurps() -> None:
        while not is_over.is_set():
            await further(8)
            await office.sql("update router_leases set expires_at = switchboard_now()")

    async def ends() -> None:
        await calls()

        async def is_empty() -> bool:
            assert await broken(office.database) == {}
            return not await office.value(
                "select count(*) from contacts where state in ('queued', 'offered', 'active')"
            )

        try:
            await eventually(is_empty, 60, "the end of every contact")
        finally:
            is_over.set()

    await asyncio.gather(
        ends(), routes(office.router), routes(rival), leaves(), usurps(), *(works(login) for login in logins)
    )
    states = await office.value("select array_agg(distinct state) from contacts")
    assert set(states) <= {"wrap_up", "closed"}
    assert await office.value("select count(*) from contacts") == len(words)


async def _one_move(office: Office, login: str, chance: random.Random) -> None:
    """Something an agent may do now; being told that it is too late is fine."""
    row = await office.value(
        """select array[id::text, state, contact_id::text] from offers
           where agent_id = $1 and state in ('pending', 'accepting', 'accepted') limit 1""",
        office.agents[login],
    )
    words = {str(contact_id): word for word, contact_id in office.callers.items()}
    try:
        match row:
            case [offer, "pending", _] if chance.random() < 0.8:
                await office.accept(login, UUID(offer))
            case [offer, "pending", _]:
                await office.reject(login, UUID(offer))
            case [offer, "accepting", _]:
                await office.join(login, UUID(offer))
            case [_, "accepted", contact] if contact in words:
                await office.hang_up(words[contact])
            case None if chance.random() < 0.1:
                await office.choose(login, Presence.AWAY)
            case None:
                await office.sql(
                    "update contacts set wrap_up_until = switchboard_now() where agent_id = $1 and state = 'wrap_up'",
                    office.agents[login],
                )
                await office.choose(login, Presence.AVAILABLE)
    except (OfferNoLongerAvailable, ContactMovedOn):
        return


async def test_two_accepts_a_time_out_and_a_hang_up_at_once_leave_one_story(office: Office) -> None:
    for seed in ROUNDS:
        await office.call("x")
        offer = await made(office, "x", "ann", seconds=random.Random(seed).uniform(0, 0.008))

        async def expire() -> bool:
            async with office.database.transaction() as tx:
                return await service.expire_offer(
                    tx, contact_id=office.callers["x"], agent_id=office.agents["ann"], now=await now_of(tx)
                )

        accept = partial(office.accept, "ann", offer)
        first, second, _, left = await race(seed, accept, accept, expire, lambda: office.hang_up("x"))
        refused([r for r in (first, second) if not isinstance(r, Offer)])
        assert left.state == "closed"
        assert await office.held() == {}
        assert await office.value("select used_units from agent_states") == 0
        assert await broken(office.database) == {}
        await free(office, "x")
