"""The log: append-only by the database's own word, each line once, and pages without gaps or doubles."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from app.contacts import service as contacts
from app.contacts.models import Contact
from app.contacts.service import NewContact
from app.core.db import Database, Transaction
from app.core.errors import InvalidInput
from app.core.ids import new_id
from app.touchpoints import log, timeline
from tests.support.clock import FakeClock


async def opened(tx: Transaction, customer_id: UUID | None = None) -> Contact:
    return await contacts.open_contact(
        tx, NewContact("voice", None, "+886200000001", customer_id, "unknown", [], "en")
    )


@pytest.mark.parametrize(
    "change", ["update touchpoints set kind = 'x'", "delete from touchpoints", "truncate touchpoints"]
)
async def test_the_database_refuses_to_change_a_line(database: Database, change: str) -> None:
    async with database.transaction() as tx:
        await opened(tx)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        async with database.transaction() as tx:
            await tx.execute(change)


async def test_one_occasion_is_one_line_however_many_tell_of_it(database: Database) -> None:
    async with database.transaction() as tx:
        contact = await opened(tx)

    async def tell(once: str) -> None:
        async with database.transaction() as tx:
            await log.append(tx, contact.subject, "call.held", once=once)

    await asyncio.gather(*(tell("1") for _ in range(6)), tell("2"))
    async with database.read() as reader:
        assert await reader.fetchval("select count(*) from touchpoints where kind = 'call.held'") == 2
        numbers = await reader.fetch(
            "select seq from events where stream = $1 order by seq", contact.subject.stream
        )
    assert [row["seq"] for row in numbers] == [1, 2, 3]


async def test_a_line_of_a_rolled_back_change_leaves_no_gap(database: Database) -> None:
    async with database.transaction() as tx:
        contact = await opened(tx)

    async def fails() -> None:
        async with database.transaction() as tx:
            await log.append(tx, contact.subject, "call.held", once="1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with database.transaction() as tx:
        await log.append(tx, contact.subject, "call.held", once="1")
    async with database.read() as reader:
        numbers = await reader.fetch("select seq from events where stream = $1", contact.subject.stream)
    assert sorted(row["seq"] for row in numbers) == [1, 2]


@pytest.mark.parametrize("size", [1, 2, 7, 100])
async def test_pages_show_every_line_once_newest_first(
    database: Database, clock: FakeClock, size: int
) -> None:
    """Many lines of one instant, two contacts of one customer: the cursor must not skip or repeat."""
    customer_id = new_id()
    async with database.transaction() as tx:
        await tx.execute("insert into customers (id, display_name) values ($1, 'A')", customer_id)
        ones = [await opened(tx, customer_id), await opened(tx, customer_id)]
    for n in range(9):
        if n % 3 == 0:
            await clock.advance(1)
        async with database.transaction() as tx:
            await log.append(tx, ones[n % 2].subject, "call.held", once=str(n))
    seen = []
    before = None
    async with database.read() as reader:
        while lines := await timeline.of_customer(reader, customer_id, before=before, limit=size):
            seen += lines
            before = timeline.cursor(lines[-1])
        mine = await timeline.of_contact(reader, ones[0].id)
    assert len(seen) == len({line.id for line in seen}) == 11
    assert [(line.at, line.id) for line in seen] == sorted(
        ((line.at, line.id) for line in seen), reverse=True
    )
    assert {line.contact_id for line in mine} == {ones[0].id}


async def test_a_contact_found_to_be_a_customers_brings_its_earlier_lines(database: Database) -> None:
    customer_id = new_id()
    async with database.transaction() as tx:
        await tx.execute("insert into customers (id, display_name) values ($1, 'A')", customer_id)
        contact = await opened(tx)
        await tx.execute("update contacts set customer_id = $1 where id = $2", customer_id, contact.id)
    async with database.read() as reader:
        assert [line.kind for line in await timeline.of_customer(reader, customer_id)] == ["contact.opened"]


async def test_a_cursor_that_is_none_is_refused(database: Database) -> None:
    async with database.read() as reader:
        for wrong in ("", "x", "2026-01-01_y"):
            with pytest.raises(InvalidInput):
                await timeline.of_contact(reader, new_id(), before=wrong)


async def test_lines_written_together_are_once_each_and_leave_no_gap_in_their_timelines(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        subjects = [(await opened(tx)).subject for _ in range(3)]
    lines = [(subject, log.Line("offer.made", str(n))) for n in (1, 2) for subject in subjects]
    for _ in range(2):
        async with database.transaction() as tx:
            await log.append_many(tx, [*lines, lines[0]])
    async with database.read() as reader:
        for subject in subjects:
            rows = await reader.fetch("select seq, type from events where stream = $1", subject.stream)
            assert sorted(row["seq"] for row in rows) == [1, 2, 3]
            kinds = await reader.fetch(
                "select kind from touchpoints where contact_id = $1 order by id", subject.contact_id
            )
            assert [row["kind"] for row in kinds] == ["contact.opened", "offer.made", "offer.made"]
