"""A centre whose time and router only the test moves, with the console's handlers as in the product."""

from collections.abc import AsyncIterator

import pytest

from app.console import handlers as console
from app.core.db import Database
from app.core.events import EventRegistry
from tests.routing.invariants import broken
from tests.routing.office import Office
from tests.support.clock import FakeClock


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    """An open pool on a fresh database; changes reach the agents' streams as in the product."""
    registry = EventRegistry()
    console.subscribe(registry)
    database = Database(dsn, pool_size=8, registry=registry)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def office(database: Database, clock: FakeClock) -> AsyncIterator[Office]:
    """An empty centre. Whatever a test does, the invariants hold at its end."""
    office = Office(database, clock)
    yield office
    assert await broken(database) == {}
