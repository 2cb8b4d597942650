"""Fixtures every test may use: a real PostgreSQL, migrated once and cloned, and a clock that tests move."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import pytest

from app.core import migrate
from app.core.db import Database, Transaction
from app.core.events import EventRegistry
from tests.support import demo
from tests.support.clock import FakeClock
from tests.support.postgres import TestServer

# The sentence encoder takes a second to load; the tests in tests/faq that are about it bring it themselves.
os.environ.setdefault("SWITCHBOARD_FAQ_ENCODER", "none")


def _migrate(dsn: str) -> None:
    asyncio.run(migrate.upgrade(dsn))


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestServer]:
    """The server of this test run, shared by all workers."""
    with TestServer() as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres: TestServer) -> str:
    """The name of a database with the newest schema and no rows."""
    return postgres.template_database(_migrate, migrate.fingerprint())


@pytest.fixture(scope="session")
def demo_template(postgres: TestServer) -> str:
    """The name of a database that holds the demo centre."""
    return demo.demo_template(postgres)


@pytest.fixture
def demo_dsn(postgres: TestServer, demo_template: str) -> Iterator[str]:
    """A fresh database with the demo centre, of this test alone."""
    database_dsn = postgres.clone(demo_template)
    yield database_dsn
    postgres.drop_database(database_dsn)


@pytest.fixture
def dsn(postgres: TestServer, template: str) -> Iterator[str]:
    """A fresh, migrated database of this test alone."""
    database_dsn = postgres.clone(template)
    yield database_dsn
    postgres.drop_database(database_dsn)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    """An open pool on a fresh database, without event handlers."""
    database = Database(dsn, pool_size=8, registry=EventRegistry())
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def tx(database: Database) -> AsyncIterator[Transaction]:
    """An open transaction on a fresh database."""
    async with database.transaction() as transaction:
        yield transaction


@pytest.fixture
async def clock(database: Database) -> AsyncIterator[FakeClock]:
    """Time that only the test moves, for SQL and Python alike."""
    fake = FakeClock(database)
    await fake.install()
    yield fake
    fake.uninstall()
