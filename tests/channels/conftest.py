"""The product on a line without a network, for every test of this folder."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.voice.line import Line, opened_line


@pytest.fixture
async def line(demo_dsn: str) -> AsyncIterator[Line]:
    """A fresh demo centre at ten in the morning of a working day in Taipei."""
    async with opened_line(demo_dsn) as opened:
        yield opened
