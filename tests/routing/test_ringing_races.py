"""Several are rung and everything comes at once, on real connections: exactly one gets the contact."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from app.core.db import Database
from app.routing import service
from app.routing.assigning import Proposal, Refusal
from app.routing.offers import Offer
from tests.routing.invariants import broken
from tests.routing.office import Office, now_of, registry
from tests.routing.test_races import ROUNDS, free, race, refused

ALL = ["ann", "ben", "cho"]
LOADED = "select count(*) from agent_states where used_units > 0"


@pytest.fixture
async def office(dsn: str) -> AsyncIterator[Office]:
    """Three agents in real time, in a queue that rings all of them."""
    database = Database(dsn, pool_size=12, registry=registry())
    await database.open()
    office = Office(database)
    await office.rule(ring_count=3)
    for login in ALL:
        await office.at_work(login, units=2)
    yield office
    assert await broken(database) == {}
    await database.close()


async def ring(office: Office, word: str, *logins: str, seconds: float = 20) -> list[UUID]:
    """A caller rings at these agents; the offers in their order."""
    await office.call(word)
    async with office.database.transaction() as tx:
        expires_at = await now_of(tx) + timedelta(seconds=seconds)
        contact_id = office.callers[word]
        made = await service.make_offers(
            tx, [Proposal(contact_id, office.agents[login], expires_at, ring=3) for login in logins], epoch=1
        )
    return [offer.id for offer in made if isinstance(offer, Offer)]


async def test_of_all_who_say_yes_at_once_one_wins_and_the_others_hear_who_was_first(office: Office) -> None:
    winners = set()
    for seed in ROUNDS:
        made = await ring(office, "x", *ALL)
        results = await race(
            seed, *(partial(office.accept, login, one) for login, one in zip(ALL, made, strict=True))
        )
        lost = refused(results)
        assert [error.status for error in lost] == [409, 409]
        assert all("a colleague was first" in str(error.detail) for error in lost)
        assert len(await office.held()) == 1
        assert await office.value(LOADED) == 1
        winners |= set((await office.held()).values())
        await free(office, "x")
    assert len(winners) > 1, "the race is one"


async def test_a_yes_against_a_hang_up_leaves_nothing_behind(office: Office) -> None:
    for seed in ROUNDS:
        made = await ring(office, "x", *ALL)
        *accepted, left = await race(
            seed,
            *(partial(office.accept, login, one) for login, one in zip(ALL, made, strict=True)),
            lambda: office.hang_up("x"),
        )
        assert left.state == "closed"
        refused(accepted)
        assert await office.held() == {}
        assert await office.value(LOADED) == 0


async def test_a_yes_against_the_end_of_its_time_and_of_the_others_has_one_winner(office: Office) -> None:
    for seed in ROUNDS:
        made = await ring(office, "x", *ALL, seconds=random.Random(seed).uniform(0, 0.01))

        async def expire(login: str) -> bool:
            async with office.database.transaction() as tx:
                return await service.expire_offer(
                    tx, contact_id=office.callers["x"], agent_id=office.agents[login], now=await now_of(tx)
                )

        accepted, *_ = await race(
            seed, partial(office.accept, "ann", made[0]), *(partial(expire, login) for login in ALL)
        )
        if isinstance(accepted, Offer):
            assert await office.held() == {"x": "ann"}
            assert not await office.is_not_responding("ann")
        else:
            assert "time is up" in str(refused([accepted])[0].detail)
        assert await broken(office.database) == {}
        await free(office, "x")


async def test_two_contacts_at_the_same_agents_taken_crosswise_never_wait_for_each_other(
    office: Office,
) -> None:
    for seed in ROUNDS:
        x, y = await ring(office, "x", *ALL), await ring(office, "y", *reversed(ALL))
        results = await race(
            seed,
            partial(office.accept, "ann", x[0]),
            partial(office.accept, "cho", y[0]),
            partial(office.reject, "ben", x[1]),
        )
        assert [r.state for r in results[:2]] == ["accepting"] * 2
        refused(results[2:])
        assert await office.held() == {"x": "ann", "y": "cho"}
        assert await office.value("select sum(used_units) from agent_states") == 2
        await free(office, "x")
        await free(office, "y")


async def test_two_routers_ring_no_more_than_the_queue_says_and_nobody_twice(office: Office) -> None:
    await office.at_work("dan")
    for seed in ROUNDS:
        await office.call("x")

        async def offer(*logins: str) -> list[Offer | Refusal]:
            async with office.database.transaction() as tx:
                contact_id = office.callers["x"]
                return await service.make_offers(
                    tx,
                    [Proposal(contact_id, office.agents[login], None, ring=3) for login in logins],
                    epoch=1,
                )

        results = await race(
            seed, partial(offer, "ann", "ben"), partial(offer, "ben", "cho"), partial(offer, "cho", "dan")
        )
        made = [one for result in results for one in result if isinstance(one, Offer)]
        assert 1 < len(made) <= 3
        assert len({one.agent_id for one in made}) == len(made)
        await free(office, "x")
