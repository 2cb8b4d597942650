"""Fixtures of the FAQ tests."""

from pathlib import Path

import pytest

from app.core.db import Database

_SCHEMA = Path(__file__).resolve().parents[2] / "app" / "faq" / "schema.sql"


@pytest.fixture
async def database(database: Database) -> Database:
    """Create the tables while the migration does not."""
    async with database.transaction() as tx:
        if await tx.fetchval("select to_regclass('articles') is null"):
            await tx.execute(_SCHEMA.read_text())
    return database
