"""A clock that tests move: `switchboard_now()` in SQL and `clock.utc_now()` in Python stand still together."""

from datetime import UTC, datetime, timedelta

from app.core import clock
from app.core.db import Database

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, ten in the morning in Taipei


class FakeClock:
    """Frozen until `advance` is called."""

    def __init__(self, database: Database, start: datetime = START):
        self._database = database
        self.now = start

    async def install(self) -> None:
        """Freeze the time of this database and of this process."""
        clock.install(lambda: self.now)
        await self._set()

    def uninstall(self) -> None:
        """Give the process its real clock back."""
        clock.install(None)

    async def advance(self, seconds: float) -> datetime:
        """Move time forward; returns the new now."""
        self.now += timedelta(seconds=seconds)
        await self._set()
        return self.now

    async def _set(self) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(
                f"""create or replace function switchboard_now() returns timestamptz
                    language sql stable parallel safe as 'select timestamptz ''{self.now.isoformat()}'''"""
            )
