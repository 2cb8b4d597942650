"""A supervisor's command against what happens at the same moment: one of the two wins, and the books are right."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.agents.presence import Presence
from app.contacts.lifecycle import Outcome
from app.core.db import Transaction
from app.core.errors import AppError
from app.routing import service, supervising
from app.routing.supervising import Supervisor
from app.supervision import handlers as supervision
from tests.routing.office import Office, now_of, open_office

ROUNDS = 6
Command = Callable[[Transaction], Awaitable[Any]]


@pytest.fixture
async def office(dsn: str) -> Any:
    """A centre whose supervision listens."""
    async with open_office(dsn) as opened:
        supervision.subscribe(opened.database.registry)
        yield opened


async def boss(office: Office) -> Supervisor:
    """Who gives the commands."""
    return Supervisor(await office.hire("boss", "nowhere"), "Boss")


async def at_once(office: Office, *commands: Command) -> list[Any]:
    """Run commands in transactions of their own at the same time; what each gave, or its refusal."""

    async def run(command: Command) -> Any:
        try:
            async with office.database.transaction() as tx:
                return await command(tx)
        except AppError as refused:
            return refused

    return await asyncio.gather(*(run(command) for command in commands))


async def books_are_right(office: Office) -> None:
    """Every agent's load is what is live, and no contact has two live offers or none while it is offered or active."""
    wrong = await office.value(
        """select count(*) from agent_states s where used_units <> coalesce((
             select sum(cost) from offers o where o.agent_id = s.agent_id
               and o.state in ('pending', 'accepting', 'accepted')), 0)"""
    )
    assert wrong == 0
    odd = await office.value(
        """select count(*) from contacts c where (c.state in ('offered', 'active')) <> exists (
             select from offers o where o.contact_id = c.id and o.state in ('pending', 'accepting', 'accepted'))"""
    )
    assert odd == 0


async def test_taking_back_against_accepting(office: Office) -> None:
    by = await boss(office)
    await office.at_work("ann")
    for n in range(ROUNDS):
        contact_id = await office.call(f"c{n}")
        await office.route()
        offer_id = await office.offer_id("ann")

        async def accept(tx: Transaction, offer_id: UUID = offer_id) -> Any:
            return await service.accept_offer(
                tx,
                offer_id=offer_id,
                agent_id=office.agents["ann"],
                now=await now_of(tx),
                timeout=timedelta(seconds=12),
            )

        async def take_back(tx: Transaction, contact_id: UUID = contact_id) -> Any:
            return await supervising.take_back(tx, contact_id, by)

        accepted, taken = await at_once(office, accept, take_back)
        assert not isinstance(taken, AppError), "whoever was first, it is taken back"
        assert await office.state(f"c{n}") == "queued"
        ends = await office.value(
            "select count(*) from offers where id = $1 and state = 'withdrawn'", offer_id
        )
        assert ends == 1
        assert isinstance(accepted, AppError) or accepted.id == offer_id
        await books_are_right(office)
        await office.hang_up(f"c{n}")
        await office.advance(15)


async def test_a_new_priority_against_an_offer(office: Office) -> None:
    by = await boss(office)
    await office.hire("ann")
    await office.connect("ann")
    for n in range(ROUNDS):
        contact_id = await office.call(f"c{n}")
        await office.choose("ann", Presence.AVAILABLE)

        async def reprioritise(tx: Transaction, contact_id: UUID = contact_id) -> Any:
            return await supervising.reprioritise(tx, contact_id, 1, by)

        done, _ = await asyncio.gather(at_once(office, reprioritise), office.route())
        assert not isinstance(done[0], AppError)
        await office.advance(0.1)
        assert await office.ringing() == {f"c{n}": "ann"}
        assert await office.value("select priority from contacts where id = $1", contact_id) == 1
        await books_are_right(office)
        await office.hang_up(f"c{n}")
        await office.choose("ann", Presence.AWAY, "break")
        await office.route()


async def test_ending_against_hanging_up(office: Office) -> None:
    by = await boss(office)
    await office.at_work("ann")
    for n in range(ROUNDS):
        contact_id = await office.call(f"c{n}")
        await office.route()
        await office.talk("ann")

        async def end(tx: Transaction, contact_id: UUID = contact_id) -> Any:
            return await supervising.end(
                tx, contact_id, Outcome.ENDED_BY_SUPERVISOR, reason="stuck", now=await now_of(tx), by=by
            )

        async def hang_up(tx: Transaction, contact_id: UUID = contact_id) -> Any:
            return await service.customer_left(tx, contact_id, now=await now_of(tx))

        ended, left = await at_once(office, end, hang_up)
        assert not isinstance(ended, AppError), "ended from the conversation or from the wrap-up"
        assert not isinstance(left, AppError)
        assert await office.state(f"c{n}") == "closed"
        closings = "select count(*) from touchpoints where contact_id = $1 and kind = 'contact.closed'"
        assert await office.value(closings, contact_id) == 1
        free = "select used_units = 0 and wrap_up_until is null from agent_states where agent_id = $1"
        assert await office.value(free, office.agents["ann"]), (
            "no wrap-up holds an agent for a closed contact"
        )
        await books_are_right(office)
        await office.route()


async def test_two_supervisors_moving_one_contact(office: Office) -> None:
    by = await boss(office)
    await office.at_work("ann")
    for n in range(ROUNDS):
        contact_id = await office.call(f"c{n}")
        await office.route()
        first, second = await office.queue("first"), await office.queue("second")

        async def to_first(tx: Transaction, contact_id: UUID = contact_id, queue: UUID = first) -> Any:
            return await supervising.move_to_queue(
                tx, contact_id, queue, keep_age=True, now=await now_of(tx), by=by
            )

        async def to_second(tx: Transaction, contact_id: UUID = contact_id, queue: UUID = second) -> Any:
            return await supervising.move_to_queue(
                tx, contact_id, queue, keep_age=True, now=await now_of(tx), by=by
            )

        assert not [one for one in await at_once(office, to_first, to_second) if isinstance(one, AppError)]
        assert await office.state(f"c{n}") == "queued"
        await office.route()
        assert await office.ringing() == {}, "ann serves neither queue"
        await books_are_right(office)


async def test_an_assignment_ends_at_the_exact_instant_of_its_limit(office: Office) -> None:
    by = await boss(office)
    await office.at_work("ann")
    await office.at_work("ben")
    await office.choose("ann", Presence.AWAY, "lunch")
    contact_id = await office.call("x")
    async with office.database.transaction() as tx:
        await supervising.assign(
            tx, contact_id, office.agents["ann"], limit=timedelta(seconds=30), now=await now_of(tx), by=by
        )
    await office.route()
    await office.advance(29.9)
    assert await office.ringing() == {}
    await office.advance(0.1)
    assert await office.ringing() == {"x": "ben"}


async def test_what_a_missed_assignment_leaves_goes_to_the_queue(office: Office) -> None:
    by = await boss(office)
    await office.at_work("ann")
    await office.at_work("ben")
    contact_id = await office.call("x")
    async with office.database.transaction() as tx:
        await supervising.assign(
            tx, contact_id, office.agents["ann"], limit=None, now=await now_of(tx), by=by
        )
    await office.route()
    assert await office.ringing() == {"x": "ann"}
    await office.advance(20)
    assert await office.is_not_responding("ann")
    await office.route()  # woken by the mark of the offer's end
    assert await office.ringing() == {"x": "ben"}


async def test_the_next_router_keeps_an_assignment(office: Office) -> None:
    by = await boss(office)
    await office.at_work("ann")
    await office.at_work("ben")
    await office.choose("ann", Presence.AWAY, "lunch")
    contact_id = await office.call("x")
    async with office.database.transaction() as tx:
        await supervising.assign(
            tx, contact_id, office.agents["ann"], limit=None, now=await now_of(tx), by=by
        )
    await office.route()
    await office.crash()
    await office.route()
    assert await office.ringing() == {}
    await office.choose("ann", Presence.AVAILABLE)
    await office.route()
    assert await office.ringing() == {"x": "ann"}
