"""When queues are open, read from the tables. What a calendar means is said in `calendars.py`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from app.routing.calendars import Calendar, read_calendar
from app.routing.fields import InputError

log = structlog.get_logger()

# The calendar `k` of a queue as one value (null: none), in the shape the engine reads. Days long past are left out.
CALENDAR: Final = """
  case when k.id is not null then jsonb_build_object(
    'time_zone', k.time_zone, 'weekly', k.weekly,
    'exceptions', coalesce((select jsonb_object_agg(e.day::text, e.spans) from calendar_exceptions e
                            where e.calendar_id = k.id and e.day > (switchboard_now() - interval '8 days')::date),
                           '{}')) end"""


@dataclass(frozen=True, slots=True)
class Hours:
    """When one queue is open: its calendar (None: always), unless it is closed by hand."""

    calendar: Calendar | None = None
    is_closed: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether it is open at this instant."""
        if self.is_closed:
            return False
        return self.calendar is None or self.calendar.is_open(now.timestamp())

    def opens_at(self, now: datetime) -> datetime | None:
        """When a queue that is closed opens next; None while it is open, and when nobody knows (closed by hand)."""
        if self.is_closed or self.calendar is None or self.calendar.is_open(now.timestamp()):
            return None
        at = self.calendar.next_boundary(now.timestamp())
        return None if at is None else datetime.fromtimestamp(at, UTC)


ALWAYS_OPEN: Final = Hours()


def hours_of(raw: dict[str, Any] | None, *, is_closed: bool, where: str) -> Hours:
    """The hours of what CALENDAR selected. A calendar that makes no sense is logged and counts as none: a caller
    is rather asked to wait than sent away for a slip of the pen."""
    if raw is None:
        return Hours(None, is_closed)
    try:
        return Hours(read_calendar(raw, where), is_closed)
    except InputError as error:
        log.error("a calendar cannot be used", calendar=where, reason=str(error))
        return Hours(None, is_closed)
