"""Migrations: from nothing to the newest schema and back, whoever starts at the same moment."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.core import migrate
from tests.support.postgres import TestServer


@pytest.fixture
def empty(postgres: TestServer) -> Iterator[str]:
    """A database without anything in it."""
    dsn = postgres.create_database(f"test_sb_{postgres._run}_empty")
    yield dsn
    postgres.drop_database(dsn)


def config(dsn: str) -> Config:
    made = Config(str(migrate.ROOT / "alembic.ini"))
    made.set_main_option("script_location", str(migrate.MIGRATIONS))
    made.set_main_option("sqlalchemy.url", migrate.sqlalchemy_url(dsn).replace("%", "%%"))
    return made


async def tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    await connection.close()
    return {row["tablename"] for row in rows}


async def test_up_and_down_and_up_again(empty: str) -> None:
    await migrate.upgrade(empty)
    there = await tables(empty)
    assert {"contacts", "touchpoints", "pgqueuer", "articles"} <= there
    await asyncio.to_thread(command.downgrade, config(empty), "base")
    assert await tables(empty) <= {"alembic_version"}
    await migrate.upgrade(empty)
    assert await tables(empty) == there


async def test_several_processes_may_start_at_once(empty: str) -> None:
    await asyncio.gather(*(migrate.upgrade(empty) for _ in range(3)))
    await migrate.upgrade(empty)
    assert "contacts" in await tables(empty)


def test_the_newest_revision_is_the_one_head() -> None:
    heads = ScriptDirectory.from_config(config("postgresql://nowhere.invalid/x")).get_heads()
    assert list(heads) == [migrate.newest_revision()]


def test_the_fingerprint_is_stable() -> None:
    assert migrate.fingerprint() == migrate.fingerprint()
