"""One account with a known password."""

import pytest

from app.agents import accounts
from app.core.db import Database
from tests.agents.people import PASSWORD, Person
from tests.support.clock import FakeClock


@pytest.fixture
async def mei(database: Database, clock: FakeClock) -> Person:
    """An agent; time stands still."""
    async with database.transaction() as tx:
        agent_id = await accounts.create(
            tx,
            number=1,
            login="Mei",
            display_name="Mei",
            password_hash=accounts.hash_password(PASSWORD),
            role="agent",
            locale="en",
        )
    return Person(database, clock, agent_id)
