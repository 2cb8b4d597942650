"""The running application, for every test of this folder."""

from collections.abc import AsyncIterator

import pytest

from tests.support.app import Person, RunningApp, running_app


@pytest.fixture
async def web(dsn: str) -> AsyncIterator[RunningApp]:
    """The application alone: no worker, no carrier."""
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def mei(web: RunningApp) -> Person:
    """A signed-in agent."""
    return await web.person("mei")
