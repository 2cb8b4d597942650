"""Which flow answers which of our numbers. Read from the tables, kept for a moment: every call asks."""

import time
from dataclasses import dataclass
from uuid import UUID

from app.core.db import Reader
from app.selfservice.locales import Locale

FRESH_SECONDS = 2.0  # an edited number or a newly published flow acts within this


@dataclass(frozen=True, slots=True)
class Line:
    """One of our numbers and the published flow that answers it."""

    number: str
    flow_id: UUID
    flow_version: int
    locale: Locale


class Lines:
    """All our numbers."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._read_at = -FRESH_SECONDS

    async def find(self, reader: Reader, number: str) -> Line | None:
        """The line behind a called number, None when it is not ours."""
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            rows = await reader.fetch(
                """select n.number, n.locale, f.id, f.published_version
                   from phone_numbers n join flows f on f.id = n.flow_id where f.published_version is not null"""
            )
            self._lines = {
                row["number"]: Line(row["number"], row["id"], row["published_version"], Locale(row["locale"]))
                for row in rows
            }
            self._read_at = time.monotonic()
        return self._lines.get(number)
