"""When a callback's customer may be called: quiet hours in the customer's own time zone, and the queue's hours."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from app.core.db import Reader
from app.routing.calendars import Calendar, read_calendar
from app.routing.callback_rows import Callback
from app.routing.callback_rules import CallbackRules, RuleError, Window, awake, read_rules, window
from app.routing.fields import InputError

log = structlog.get_logger()

NOT_OPEN = Window(False, None)


def known_zone(name: str | None) -> str | None:
    """The name if it is a time zone's (IANA), else None."""
    try:
        return name if name and ZoneInfo(name) else None
    except (LookupError, ValueError, OSError):  # an unknown name; a name with odd characters; a folder's name
        return None


async def rules_of(reader: Reader, queue_id: UUID) -> CallbackRules:
    """The queue's rules for callbacks; the defaults when what is stored cannot be used."""
    raw = await reader.fetchval("select callback_rules from queues where id = $1", queue_id)
    try:
        return read_rules(raw or {})
    except RuleError as error:
        log.error("a queue's rules for callbacks cannot be used", queue=str(queue_id), reason=str(error))
        return CallbackRules()


async def window_of(reader: Reader, callback: Callback, at: datetime, site: str) -> Window:
    """Whether this customer may be called at `at`; `site`: the time zone of customers of whom none is known. A queue
    that is closed by hand has no instant at which it opens."""
    queue = await reader.fetchrow(
        "select is_closed, calendar_id from queues where id = $1", callback.queue_id
    )
    if queue is None or queue["is_closed"]:
        return NOT_OPEN
    rules = await rules_of(reader, callback.queue_id)
    calendars = []
    if rules.quiet is not None:
        calendars.append(awake(rules.quiet, callback.time_zone or site))
    if queue["calendar_id"] is not None and (hours := await _calendar(reader, queue["calendar_id"])):
        calendars.append(hours)
    return window(at, calendars)


async def _calendar(reader: Reader, calendar_id: UUID) -> Calendar | None:
    row = await reader.fetchrow(
        """select time_zone, weekly, coalesce(
                    (select jsonb_object_agg(day::text, spans) from calendar_exceptions e
                     where e.calendar_id = c.id), '{}') as exceptions
           from calendars c where id = $1""",
        calendar_id,
    )
    raw: dict[str, Any] = dict(row.items()) if row is not None else {}
    try:
        return read_calendar(raw, "calendar")
    except InputError as error:
        log.error("a calendar cannot be used", calendar=str(calendar_id), reason=str(error))
        return None
