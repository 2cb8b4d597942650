"""A desk for every test of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.messaging.desk import Desk, opened_desk
from tests.channels.voice.line import Line


@pytest.fixture
async def desk(line: Line, tmp_path: Path) -> AsyncIterator[Desk]:
    """The demo centre's desk for messages."""
    async with opened_desk(line, tmp_path) as opened:
        yield opened
