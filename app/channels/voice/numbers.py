"""Which flow answers which of our numbers. Read from the tables, kept for a moment: every call asks."""

import time
from dataclasses import dataclass
from uuid import UUID

from app.core.db import Reader, Record
from app.routing import hours
from app.routing.hours import Hours
from app.selfservice.locales import Locale

FRESH_SECONDS = 2.0  # an edited number or a newly published flow acts within this


_LINES = f"""
select n.number, n.locale, f.id, f.published_version, coalesce(q.is_closed, false) as is_closed,
       {hours.CALENDAR} as calendar
from phone_numbers n join flows f on f.id = n.flow_id
left join queues q on q.id = n.queue_id left join calendars k on k.id = q.calendar_id
where f.published_version is not null"""  # noqa: S608 -- put together from constants


@dataclass(frozen=True, slots=True)
class Line:
    """One of our numbers, the published flow that answers it, and the hours of its queue."""

    number: str
    flow_id: UUID
    flow_version: int
    locale: Locale
    hours: Hours


def _line(row: Record) -> Line:
    number = row["number"]
    own = hours.hours_of(row["calendar"], is_closed=row["is_closed"], where=number)
    return Line(number, row["id"], row["published_version"], Locale(row["locale"]), own)


class Lines:
    """All our numbers."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._read_at = -FRESH_SECONDS

    async def find(self, reader: Reader, number: str) -> Line | None:
        """The line behind a called number, None when it is not ours."""
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            rows = await reader.fetch(_LINES)
            self._lines = {row["number"]: _line(row) for row in rows}
            self._read_at = time.monotonic()
        return self._lines.get(number)
