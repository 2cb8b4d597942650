"""The books of routing, for tests that look at a whole database; the queries are in `tests/support/invariants.py`."""

from app.core.db import Database
from tests.support import invariants


async def broken(database: Database) -> dict[str, int]:
    """Which invariants are broken, with how many rows; empty when all is well."""
    async with database.read(snapshot=True) as reader:
        found = await invariants.broken(reader, invariants.BOOKS)
    return {name: len(rows) for name, rows in found.items()}
