"""The audit log: nobody changes it unnoticed."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from app.core import audit
from app.core.db import Database
from app.core.ids import new_id

MEI = UUID(int=7)


async def record(database: Database, **what: object) -> None:
    async with database.transaction() as tx:
        await audit.record(tx, actor=audit.Actor("agent", MEI, "127.0.0.1"), action="role.changed", **what)  # type: ignore[arg-type]


async def forge(database: Database, sql: str) -> int | None:
    """Change lines as somebody with full power over the database would; returns the first broken line."""
    async with database.transaction() as tx:
        await tx.execute("alter table audit_log disable trigger audit_log_append_only")
        await tx.execute(sql)
        await tx.execute("alter table audit_log enable trigger audit_log_append_only")
        return await audit.first_broken_line(tx)


@pytest.mark.parametrize(
    "sql", ["update audit_log set action = 'x'", "delete from audit_log", "truncate audit_log"]
)
async def test_lines_can_only_be_added(database: Database, sql: str) -> None:
    await record(database)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        async with database.transaction() as tx:
            await tx.execute(sql)


async def test_concurrent_writers_make_one_whole_chain(database: Database) -> None:
    await asyncio.gather(*(record(database, object=f"agent:{n}", before={"n": n}) for n in range(20)))
    async with database.read() as reader:
        assert await reader.fetchval("select count(*) from audit_log") == 20
        assert await audit.first_broken_line(reader) is None


@pytest.mark.parametrize(
    "change",
    [
        "update audit_log set action = 'role.seen' where id = 2",
        "update audit_log set at = at + interval '1 second' where id = 2",
        "update audit_log set actor_id = null where id = 2",
        """update audit_log set after = '{"role": "agent"}' where id = 2""",
        "update audit_log set object = before::text, before = null where id = 2",
        "update audit_log set object = 'b', address = 'a|b' where id = 2",
    ],
)
async def test_a_changed_line_is_found(database: Database, change: str) -> None:
    for _ in range(3):
        await record(database, before={"role": "agent"}, after={"role": "admin"})
    assert await forge(database, change) == 2


@pytest.mark.parametrize(("gone", "found"), [(1, 2), (2, 3)])
async def test_a_removed_line_is_found(database: Database, gone: int, found: int) -> None:
    for _ in range(3):
        await record(database, object=str(new_id()))
    assert await forge(database, f"delete from audit_log where id = {gone}") == found
