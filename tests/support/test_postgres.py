"""The shared test server: templates are kept while in use, and what killed runs left behind goes."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from tests.support.postgres import CLONE_PREFIX, TestServer


def migrate(dsn: str) -> None:
    async def make_table() -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute("create table made_by_migration (id int)")
        await connection.close()

    asyncio.run(make_table())


def never(dsn: str) -> None:
    raise AssertionError("the template was there: nothing should have been migrated")


def databases(server: TestServer) -> set[str]:
    return {row["datname"] for row in server._fetch("select datname from pg_database")}


def name() -> str:
    return uuid4().hex[:16]


async def count_rows(dsn: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval("select count(*) from made_by_migration")
    finally:
        await connection.close()


def test_clone_has_what_was_migrated(postgres: TestServer) -> None:
    dsn = postgres.clone(postgres.template_database(migrate, name()))
    assert asyncio.run(count_rows(dsn)) == 0
    postgres.drop_database(dsn)


def test_template_is_migrated_once_for_all_workers(postgres: TestServer) -> None:
    fingerprint = name()
    first = postgres.template_database(migrate, fingerprint)
    with TestServer() as other_worker:
        assert other_worker.template_database(never, fingerprint) == first


def test_making_a_second_template_keeps_the_first_one_in_use(postgres: TestServer) -> None:
    with TestServer() as worker:
        first = worker.template_database(migrate, name())
        worker.template_database(migrate, name())
        assert first in databases(worker)


def test_half_made_template_is_made_again(postgres: TestServer) -> None:
    fingerprint = name()

    def fail(dsn: str) -> None:
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        postgres.template_database(fail, fingerprint)
    dsn = postgres.clone(postgres.template_database(migrate, fingerprint))
    postgres.drop_database(dsn)


def test_databases_of_a_run_that_was_killed_are_removed(postgres: TestServer) -> None:
    left_behind = f"{CLONE_PREFIX}{name()[:12]}_1"
    postgres.create_database(left_behind)
    with TestServer() as next_run:
        assert left_behind not in databases(next_run)
