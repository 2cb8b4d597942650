"""A centre whose time and router only the test moves."""

from collections.abc import AsyncIterator

import pytest

from tests.routing.invariants import broken
from tests.routing.office import Office, open_office


@pytest.fixture
async def office(dsn: str) -> AsyncIterator[Office]:
    """An empty centre. Whatever a test does, the invariants hold at its end."""
    async with open_office(dsn) as office:
        yield office
        assert await broken(office.database) == {}
