"""The whole product, for every test of this folder."""

from collections.abc import AsyncIterator

import pytest

from tests.support.centre import Centre, running_centre


@pytest.fixture
async def centre(demo_dsn: str) -> AsyncIterator[Centre]:
    """The product with a demo centre."""
    async with running_centre(demo_dsn) as running:
        yield running
