"""How a customer reaches a person: our telephone numbers, when they are answered, and how long it would take now.

Of the wait only what routing itself would tell a caller is told; nothing, where data are thin or the line is closed.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from math import ceil
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import phonenumbers

from app.core.db import Reader, Record
from app.faq.models import Language
from app.routing import hours
from app.routing.calendars import DAYS, Calendar
from app.routing.estimates import Outlook, outlook
from app.routing.hours import Hours

EXCEPTION_DAYS = 21  # holidays are told this long before
LONGEST_TOLD = 60  # minutes; a longer wait is "more than an hour"

_ALL_DAY: Final = (("00:00", "24:00"),)
_LINES: Final = f"""
select n.number, n.locale, n.queue_id, coalesce(q.is_closed, false) as is_closed, {hours.CALENDAR} as calendar
from phone_numbers n join flows f on f.id = n.flow_id
left join queues q on q.id = n.queue_id left join calendars k on k.id = q.calendar_id
where f.published_version is not null order by n.locale = $1 desc, left(n.locale, 2) = left($1, 2) desc, n.number"""  # noqa: S608

Spans = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OpenDays:
    """Days of the week (0 is Monday) from `first` to `last` with the same hours; no spans: closed."""

    first: int
    last: int
    spans: Spans


@dataclass(frozen=True, slots=True)
class OtherHours:
    """A date with hours of its own; no spans: closed."""

    day: date
    spans: Spans


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes, from `low` to `high`; both 0: the line is free. `high` None: more than `low`."""

    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class ContactChoice:
    """One telephone number. `changes_at`: when it closes or opens next, in the line's own time; None: not within
    what the calendar knows. `week` empty: always open. `wait` None: nothing honest can be said."""

    number: str
    written: str
    language: Language
    is_open: bool
    changes_at: datetime | None
    time_zone: str | None
    week: tuple[OpenDays, ...]
    exceptions: tuple[OtherHours, ...]
    wait: Wait | None


async def contact_choices(reader: Reader, language: Language, now: datetime) -> list[ContactChoice]:
    """Our numbers, those that answer in this language first."""
    rows = await reader.fetch(_LINES, language)
    outlooks: dict[UUID, Outlook] = {}
    for row in rows:
        if row["queue_id"] is not None and row["queue_id"] not in outlooks:
            outlooks[row["queue_id"]] = await outlook(reader, row["queue_id"])
    return [_choice(row, outlooks.get(row["queue_id"]), now) for row in rows]


def _choice(row: Record, ahead: Outlook | None, now: datetime) -> ContactChoice:
    number = row["number"]
    own = hours.hours_of(row["calendar"], is_closed=row["is_closed"], where=number)
    is_open = own.is_open(now)
    return ContactChoice(
        number=number,
        written=written_number(number),
        language=Language(row["locale"]),
        is_open=is_open,
        changes_at=_changes_at(own, now),
        time_zone=own.calendar.time_zone if own.calendar else None,
        week=open_week(own.calendar) if own.calendar else (),
        exceptions=_exceptions(own.calendar, now) if own.calendar else (),
        wait=told_wait(ahead) if is_open and ahead is not None else None,
    )


def written_number(number: str) -> str:
    """An E.164 number with its parts set apart, as it is dialled from anywhere."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def told_wait(ahead: Outlook) -> Wait | None:
    """What may be said of the wait, in whole minutes; never less than routing expects."""
    if ahead.waiting == 0 and ahead.free_agents > 0:
        return Wait(0, 0)
    if ahead.wait is None:
        return None
    low, high = max(1, int(ahead.wait.low // 60)), ceil(ahead.wait.high / 60)
    if low >= LONGEST_TOLD:
        return Wait(LONGEST_TOLD, None)
    return Wait(low, max(low, high))


def open_week(calendar: Calendar) -> tuple[OpenDays, ...]:
    """The week in as few lines as it takes; empty when it is open all day every day."""
    weekly = calendar.as_config()["weekly"]
    days: list[Spans] = [tuple((start, end) for start, end in weekly.get(day, ())) for day in DAYS]
    if all(spans == _ALL_DAY for spans in days):
        return ()
    lines = []
    for spans, group in groupby(enumerate(days), key=lambda item: item[1]):
        places = [place for place, _ in group]
        lines.append(OpenDays(places[0], places[-1], spans))
    return tuple(lines)


def _changes_at(own: Hours, now: datetime) -> datetime | None:
    if own.calendar is None or own.is_closed:
        return None
    at = own.calendar.next_boundary(now.timestamp())
    return (
        None if at is None else datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(own.calendar.time_zone))
    )


def _exceptions(calendar: Calendar, now: datetime) -> tuple[OtherHours, ...]:
    today = now.astimezone(ZoneInfo(calendar.time_zone)).date()
    until = today + timedelta(days=EXCEPTION_DAYS)
    written = calendar.as_config()["exceptions"]
    return tuple(
        OtherHours(day, tuple((start, end) for start, end in written[day.isoformat()]))
        for day in sorted(date.fromisoformat(key) for key in written)
        if today <= day <= until
    )
