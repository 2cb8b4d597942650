"""The application without worker, and a shop with a widget, for every test of this folder."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.chat.shop import Shop, open_shop
from tests.support.app import RunningApp, running_app


@pytest.fixture
async def web(dsn: str) -> AsyncIterator[RunningApp]:
    """The application on a fresh database."""
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def shop(web: RunningApp) -> Shop:
    """A shop whose visitors wait in the queue at once."""
    return await open_shop(web)
