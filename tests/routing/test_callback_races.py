"""Callbacks under real concurrency: whatever comes at once, exactly one wins, nobody is called twice or forgotten."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import asyncpg
import pytest

from app.contacts.errors import ContactMovedOn
from app.routing import callbacks
from app.routing.callback_rules import CallbackState, DialResult
from app.routing.callback_timers import CallbackTimers
from app.routing.callbacks import CallbackWish
from app.routing.errors import CallbackOver, OfferNoLongerAvailable
from app.touchpoints.log import SYSTEM
from tests.routing.invariants import broken
from tests.routing.office import now_of
from tests.routing.telephones import SITE, Desk, open_desk
from tests.routing.test_races import race

ROUNDS = range(8)
REFUSALS = (
    CallbackOver,
    ContactMovedOn,
    OfferNoLongerAvailable,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
)


@pytest.fixture
async def desk(dsn: str) -> AsyncIterator[Desk]:
    """A centre in real time, with one agent at work."""
    async with open_desk(dsn, frozen=False) as desk:
        await desk.office.at_work("ann")
        yield desk
        assert await broken(desk.database) == {}


def number(seed: int) -> str:
    return f"+8869120010{seed:02}"


async def ringing(desk: Desk, seed: int) -> str:
    """A callback whose customer is being rung; the word of its contact."""
    word = f"ming {seed}"
    await desk.call(word, number(seed))
    await desk.ask(word)
    await desk.act()
    await desk.office.accept("ann")
    return f"{word}'s callback"


async def cancel(desk: Desk) -> None:
    async with desk.database.transaction() as tx:
        await callbacks.cancel(tx, (await desk.rings())[-1][0], now=await now_of(tx), by=SYSTEM)


def is_refused(result: object) -> bool:
    return isinstance(result, REFUSALS)


async def clear(desk: Desk, *words: str) -> None:
    """End this round: nobody is left in anybody's hands."""
    for word in words:
        if await desk.office.state(word) in ("queued", "offered", "active"):
            await desk.office.hang_up(word)
        if await desk.office.state(word) == "wrap_up":
            await desk.office.wrap_up(word)
    await desk.office.route()


async def test_answering_and_calling_by_themselves_end_in_exactly_one(desk: Desk) -> None:
    seen = set()
    for seed in ROUNDS:
        word = await ringing(desk, seed)
        again = f"again {seed}"
        answered, called = await race(
            seed, partial(desk.result, DialResult.ANSWERED), partial(desk.call, again, number(seed))
        )
        assert not isinstance(called, Exception), called
        state = await desk.office.value(
            "select state from callbacks where id = $1", (await desk.rings())[-1][0]
        )
        assert (answered, state) in ((True, "reached"), (False, "settled"))
        assert await desk.office.state(word) == ("active" if answered else "closed")
        assert ((await desk.cancelled())[-1:] == (await desk.rings())[-1:]) is not answered
        seen.add(state)
        await clear(desk, word, again)
    assert "reached" in seen or "settled" in seen


async def test_accepting_and_calling_off_end_in_exactly_one(desk: Desk) -> None:
    for seed in ROUNDS:
        word = f"ming {seed}"
        await desk.call(word, number(seed))
        callback = await desk.ask(word)
        await desk.act()
        rings = len(await desk.rings())

        async def call_off(callback_id: object = callback.id) -> None:
            async with desk.database.transaction() as tx:
                await callbacks.cancel(tx, callback_id, now=await now_of(tx), by=SYSTEM)  # type: ignore[arg-type]

        accepted, cancelled = await race(seed, partial(desk.office.accept, "ann"), call_off)
        assert cancelled is None, cancelled
        assert (await desk.callback(callback)).state == CallbackState.CANCELLED
        if is_refused(accepted):
            assert len(await desk.rings()) == rings
        else:
            assert (await desk.cancelled())[-1] == (await desk.rings())[-1]
        await desk.office.route()
        assert await desk.office.held() == {}


async def test_an_answer_is_taken_once_however_often_it_comes(desk: Desk) -> None:
    for seed in ROUNDS:
        word = await ringing(desk, seed)
        results = await race(seed, *[partial(desk.result, DialResult.ANSWERED)] * 4)
        assert sorted(results) == [False, False, False, True]
        await clear(desk, word)
    assert len(await desk.ended()) == len(ROUNDS)


async def test_a_miss_and_calling_off_end_in_exactly_one(desk: Desk) -> None:
    for seed in ROUNDS:
        word = await ringing(desk, seed)
        missed, cancelled = await race(seed, partial(desk.result, DialResult.BUSY), partial(cancel, desk))
        assert missed in (True, False)
        assert cancelled is None
        assert await desk.office.state(word) == "closed"
        await desk.office.route()
    assert [one.state for one in await desk.ended()] == [CallbackState.CANCELLED] * len(ROUNDS)


async def test_nodes_that_look_at_once_release_each_once(desk: Desk) -> None:
    for seed in ROUNDS:
        await desk.call(f"ming {seed}", number(seed))
        await desk.ask(f"ming {seed}")
    nodes = [CallbackTimers(desk.database, SITE) for _ in range(3)]
    done = await asyncio.gather(*[node.run_due() for node in nodes])
    done.append(await nodes[0].run_due())
    assert sum(done) == len(ROUNDS)
    assert await desk.office.value(
        "select count(*) from contacts where channel = 'callback' and state = 'queued'"
    ) == len(ROUNDS)
    lines = await desk.office.value(
        "select max(n) from (select count(*) n from touchpoints where kind = 'contact.queued' group by contact_id) t"
    )
    assert lines == 1


async def test_asking_at_once_gives_one_callback(desk: Desk) -> None:
    async def ask(seed: int) -> object:
        async with desk.database.transaction() as tx:
            wish = CallbackWish("web", number(seed), desk.office.queues["sales"])
            return (await callbacks.request_for_number(tx, wish, now=await now_of(tx))).id

    for seed in ROUNDS:
        found = await race(seed, *[partial(ask, seed)] * 4)
        assert len(set(found)) == 1, found


async def test_asking_and_hanging_up_at_once_loses_nobody_and_doubles_nobody(desk: Desk) -> None:
    for seed in ROUNDS:
        word = f"ming {seed}"
        await desk.call(word, number(seed))
        asked, _ = await race(seed, partial(desk.ask, word), partial(desk.office.hang_up, word))
        outcome = await desk.office.value(
            "select outcome from contacts where id = $1", desk.office.callers[word]
        )
        assert outcome == ("abandoned_in_queue" if is_refused(asked) else "callback_requested")
