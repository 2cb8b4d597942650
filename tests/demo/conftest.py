"""Fixtures of the demo tests."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from app.core.db import Database
from app.core.settings import Settings
from app.demo.seed import seed
from tests.support.postgres import TestServer

NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def seeded_dsn(postgres: TestServer, template: str) -> Iterator[str]:
    """One demo centre for all tests that only look at it."""
    dsn = postgres.clone(template)

    async def fill() -> None:
        database = Database(dsn, pool_size=2)
        await database.open()
        await seed(database, Settings(), now=NOW)
        await database.close()

    asyncio.run(fill())
    yield dsn
    postgres.drop_database(dsn)


@pytest.fixture
async def seeded(seeded_dsn: str) -> AsyncIterator[Database]:
    """A database that holds the demo centre as of NOW. Tests leave it as it is."""
    database = Database(seeded_dsn, pool_size=2)
    await database.open()
    yield database
    await database.close()
