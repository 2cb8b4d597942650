"""Calendars as administrators set them. What a calendar means is said in `app/routing/calendars.py`, which is also what
checks it here: what is stored can be used."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.agents.states import ROUTER_TOPIC
from app.core.db import Reader, Record, Transaction
from app.core.errors import Conflict, FieldError, InvalidInput, NotFound
from app.routing.calendars import Calendar, read_calendar
from app.routing.fields import InputError
from app.supervision.field_names import dotted


class CalendarInUse(Conflict):
    """Queues go by the calendar."""

    code = "calendar_in_use"
    title = "The calendar is in use"


_CALENDARS = """
select k.id as calendar_id, k.key, k.name, k.time_zone, k.weekly,
       coalesce((select jsonb_agg(jsonb_build_object('day', day, 'name', name, 'spans', spans) order by day)
                 from calendar_exceptions e where e.calendar_id = k.id), '[]') as exceptions,
       coalesce((select array_agg(q.key order by q.key) from queues q where q.calendar_id = k.id), '{}') as queues
from calendars k"""


def _view(row: Record, now: datetime) -> dict[str, Any]:
    values = dict(row.items())
    at = now.timestamp()
    try:
        calendar = _calendar(values)
    except InputError:  # written by hand into the table, in a shape nobody can use: it counts as none
        return {**values, "is_open": True, "changes_at": None}
    changes = calendar.next_boundary(at)
    return {
        **values,
        "is_open": calendar.is_open(at),
        "changes_at": datetime.fromtimestamp(changes, UTC) if changes is not None else None,
    }


def _calendar(values: Mapping[str, Any]) -> Calendar:
    return read_calendar(
        {
            "time_zone": values["time_zone"],
            "weekly": values["weekly"],
            "exceptions": {str(one["day"]): one["spans"] for one in values["exceptions"]},
        },
        "calendar",
    )


async def _now(reader: Reader) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now


async def listed(reader: Reader) -> list[dict[str, Any]]:
    """Every calendar, by key."""
    now = await _now(reader)
    return [_view(row, now) for row in await reader.fetch(f"{_CALENDARS} order by k.key")]


async def find(reader: Reader, calendar_id: UUID) -> dict[str, Any] | None:
    """One calendar, or None."""
    row = await reader.fetchrow(f"{_CALENDARS} where k.id = $1", calendar_id)
    return _view(row, await _now(reader)) if row else None


async def get(reader: Reader, calendar_id: UUID) -> dict[str, Any]:
    """One calendar. Raises NotFound."""
    found = await find(reader, calendar_id)
    if found is None:
        raise NotFound("there is no such calendar; GET /calendars lists them")
    return found


async def lock(tx: Transaction, calendar_id: UUID) -> dict[str, Any]:
    """One calendar that nobody else changes until the commit. Raises NotFound."""
    await tx.execute("select from calendars where id = $1 for update", calendar_id)
    return await get(tx, calendar_id)


def settings_of(calendar: Mapping[str, Any]) -> dict[str, Any]:
    """The part that is set by hand, for the audit log."""
    shown = {name: calendar[name] for name in ("name", "time_zone", "weekly")}
    return {**shown, "exceptions": {str(e["day"]): [e["name"], e["spans"]] for e in calendar["exceptions"]}}


async def create(tx: Transaction, calendar_id: UUID, key: str, settings: Mapping[str, Any]) -> bool:
    """Make a calendar; False when this id was made before. Raises InvalidInput."""
    if await find(tx, calendar_id) is not None:
        return False
    if await tx.fetchval("select true from calendars where key = $1", key):
        raise InvalidInput.of("key", f"there is a calendar {key} already; choose another key")
    _check({**settings, "exceptions": []})
    await tx.execute(
        "insert into calendars (id, key, name, time_zone, weekly) values ($1, $2, $3, $4, $5)",
        calendar_id,
        key,
        settings["name"],
        settings["time_zone"],
        settings["weekly"],
    )
    return True


async def change(tx: Transaction, calendar: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Change the named settings of a calendar that is locked; its queues follow at once. Raises InvalidInput."""
    nulls = [
        FieldError(n, "must not be null; leave it out to keep it") for n, v in changes.items() if v is None
    ]
    if nulls:
        raise InvalidInput(f"please correct: {', '.join(e.field for e in nulls)}", errors=nulls)
    wanted = {**calendar, **changes}
    _check(wanted)
    await tx.execute(
        """update calendars set name = $2, time_zone = $3, weekly = $4
           where id = $1 and (name, time_zone, weekly) is distinct from ($2, $3, $4::jsonb)""",
        calendar["calendar_id"],
        wanted["name"],
        wanted["time_zone"],
        wanted["weekly"],
    )
    tx.hint(ROUTER_TOPIC)


async def set_exceptions(
    tx: Transaction,
    calendar: Mapping[str, Any],
    exceptions: Sequence[Mapping[str, Any]],
    *,
    replacing: tuple[date, date] | None,
) -> None:
    """Set exceptions of a calendar that is locked; with `replacing` (first and last day) those of that range that are
    not listed are removed. Raises InvalidInput naming the entry."""
    days = [one["day"] for one in exceptions]
    for n, day in enumerate(days):
        if day in days[:n]:
            raise InvalidInput.of(f"exceptions.{n}.day", f"{day} is there twice; name it once")
    for n, one in enumerate(exceptions):
        _check({**calendar, "exceptions": [one]}, under=f"exceptions.{n}.spans")
    if replacing is not None:
        await tx.execute(
            "delete from calendar_exceptions where calendar_id = $1 and day between $2 and $3 and not (day = any($4))",
            calendar["calendar_id"],
            *replacing,
            days,
        )
    await tx.executemany(
        """insert into calendar_exceptions (calendar_id, day, name, spans) values ($1, $2, $3, $4)
           on conflict (calendar_id, day) do update set name = excluded.name, spans = excluded.spans
             where (calendar_exceptions.name, calendar_exceptions.spans) <> (excluded.name, excluded.spans)""",
        [(calendar["calendar_id"], one["day"], one["name"], one["spans"]) for one in exceptions],
    )
    tx.hint(ROUTER_TOPIC)


async def remove_exception(tx: Transaction, calendar_id: UUID, day: date) -> None:
    """The week's hours hold on this date again. One that is not there is no fault."""
    await tx.execute("delete from calendar_exceptions where calendar_id = $1 and day = $2", calendar_id, day)
    tx.hint(ROUTER_TOPIC)


async def remove(tx: Transaction, calendar: Mapping[str, Any]) -> None:
    """Delete a calendar no queue goes by. Raises CalendarInUse."""
    if calendar["queues"]:
        raise CalendarInUse(f"these queues go by it: {', '.join(calendar['queues'])}; change them first")
    await tx.execute("delete from calendars where id = $1", calendar["calendar_id"])


def _check(values: Mapping[str, Any], *, under: str | None = None) -> None:
    """Raises InvalidInput for what no calendar can be; the field as the request names it, or `under`."""
    try:
        _calendar(values)
    except InputError as error:
        field, _, message = str(error).partition(" ")
        raise InvalidInput.of(under or dotted(field.removeprefix("calendar.")), message) from None
