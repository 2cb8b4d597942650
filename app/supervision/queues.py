"""Queues as administrators set them: rules checked field by field, written as they are, told to the router at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.agents.states import ROUTER_TOPIC
from app.core.db import Reader, Record, Transaction
from app.core.errors import Conflict, FieldError, InvalidInput, NotFound
from app.routing import unservable
from app.routing.calendars import Calendar, read_calendar
from app.routing.callback_rules import RuleError, read_rules
from app.routing.fields import InputError
from app.routing.overflow_rules import ToQueue, parse_overflow
from app.routing.relaxing import parse_relax_steps
from app.supervision import numbers
from app.supervision.field_names import dotted

SETTINGS = (
    "name", "labels", "wrap_up_seconds", "offer_timeout_seconds", "max_waiting", "max_wait_seconds", "calendar_id",
    "overflow", "agent_order", "relax_steps", "last_agent_seconds", "rising", "ring_count", "callback_rules",
    "recording", "has_survey", "caller_id",
)  # fmt: skip
NULLABLE = frozenset({"max_waiting", "max_wait_seconds", "calendar_id", "caller_id"})


class QueueInUse(Conflict):
    """Contacts wait in the queue, or its history would be lost."""

    code = "queue_in_use"
    title = "The queue is in use"


_CALENDAR = """case when k.id is not null then jsonb_build_object(
    'time_zone', k.time_zone, 'weekly', k.weekly,
    'exceptions', coalesce((select jsonb_object_agg(e.day::text, e.spans) from calendar_exceptions e
                            where e.calendar_id = k.id), '{}')) end"""
_QUEUES = f"""
select q.id as queue_id, q.key, q.is_closed, {", ".join(f"q.{name}" for name in SETTINGS)},
       {_CALENDAR} as calendar,
       (select count(*) from agent_queues a where a.queue_id = q.id) as agents,
       (select count(*) from agent_queues a join agent_states s using (agent_id)
        where a.queue_id = q.id and s.presence = 'available' and s.is_connected
          and s.not_responding_since is null) as at_work,
       coalesce(w.waiting, 0) as waiting, w.longest_since
from queues q left join calendars k on k.id = q.calendar_id
left join (select queue_id, count(*) as waiting, min(queued_at) as longest_since
           from contacts where state in ('queued', 'offered') group by queue_id) w on w.queue_id = q.id"""  # noqa: S608


def _view(row: Record, now: datetime) -> dict[str, Any]:
    values = dict(row.items())
    at = now.timestamp()
    calendar = _read(values.pop("calendar"))
    changes = calendar.next_boundary(at) if calendar is not None and not values["is_closed"] else None
    return {
        **values,
        "is_open": not values["is_closed"] and (calendar is None or calendar.is_open(at)),
        "changes_at": datetime.fromtimestamp(changes, UTC) if changes is not None else None,
    }


def _read(raw: dict[str, Any] | None) -> Calendar | None:
    """What was written into the table by hand in a shape nobody can use counts as no calendar."""
    try:
        return read_calendar(raw, "calendar") if raw is not None else None
    except InputError:
        return None


async def _now(reader: Reader) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now


async def listed(reader: Reader) -> list[dict[str, Any]]:
    """Every queue, by key."""
    now = await _now(reader)
    return [_view(row, now) for row in await reader.fetch(f"{_QUEUES} order by q.key")]


async def find(reader: Reader, queue_id: UUID) -> dict[str, Any] | None:
    """One queue, or None."""
    row = await reader.fetchrow(f"{_QUEUES} where q.id = $1", queue_id)
    return _view(row, await _now(reader)) if row else None


async def get(reader: Reader, queue_id: UUID) -> dict[str, Any]:
    """One queue. Raises NotFound."""
    found = await find(reader, queue_id)
    if found is None:
        raise NotFound("there is no such queue; GET /queues lists them")
    return found


async def lock(tx: Transaction, queue_id: UUID) -> dict[str, Any]:
    """One queue that nobody else changes until the commit. Raises NotFound."""
    await tx.execute("select from queues where id = $1 for update", queue_id)
    return await get(tx, queue_id)


def settings_of(queue: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a queue that is set by hand."""
    return {name: queue[name] for name in (*SETTINGS, "is_closed")}


async def create(tx: Transaction, queue_id: UUID, key: str, settings: Mapping[str, Any]) -> bool:
    """Make a queue; False when this id was made before. Raises InvalidInput."""
    if await find(tx, queue_id) is not None:
        return False
    if await tx.fetchval("select true from queues where key = $1", key):
        raise InvalidInput.of("key", f"there is a queue {key} already; choose another key")
    await _check(tx, settings, own_key=key)
    names = ", ".join(SETTINGS)
    places = ", ".join(f"${n}" for n in range(3, 3 + len(SETTINGS)))
    await tx.execute(
        f"insert into queues (id, key, {names}) values ($1, $2, {places})",  # noqa: S608 -- names of our own
        queue_id,
        key,
        *(settings[name] for name in SETTINGS),
    )
    tx.hint(ROUTER_TOPIC)
    return True


async def change(tx: Transaction, queue: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Change the named settings of a queue that is locked. Raises InvalidInput naming each wrong field."""
    nulls = [name for name, value in changes.items() if value is None and name not in NULLABLE]
    if nulls:
        errors = [FieldError(name, "must not be null; leave it out to keep what is there") for name in nulls]
        raise InvalidInput(f"please correct: {', '.join(nulls)}", errors=errors)
    await _check(tx, changes, own_key=queue["key"])
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
    if assignments:
        await tx.execute(
            f"update queues set {assignments} where id = $1",  # noqa: S608 -- names are fields of the shape
            queue["queue_id"],
            *changes.values(),
        )
        tx.hint(ROUTER_TOPIC)
        await unservable.check(tx)


async def set_closed(tx: Transaction, queue_id: UUID, is_closed: bool) -> None:
    """Close or open by hand; the router acts at once."""
    await tx.execute(
        "update queues set is_closed = $2 where id = $1 and is_closed <> $2", queue_id, is_closed
    )
    tx.hint(ROUTER_TOPIC)


async def remove(tx: Transaction, queue: Mapping[str, Any]) -> None:
    """Delete a queue without history. Raises QueueInUse."""
    if queue["waiting"]:
        raise QueueInUse(f"{queue['waiting']} contacts wait in {queue['key']}; move or end them first")
    try:
        async with tx.savepoint():
            await tx.execute("delete from queues where id = $1", queue["queue_id"])
    except asyncpg.ForeignKeyViolationError:
        raise QueueInUse(
            f"past contacts or callbacks are of {queue['key']}; close it and take its agents away instead"
        ) from None
    tx.hint(ROUTER_TOPIC)


async def _check(reader: Reader, settings: Mapping[str, Any], *, own_key: str) -> None:
    """Everything a shape cannot say; all faults at once."""
    errors: list[FieldError] = []
    if settings.get("calendar_id") is not None and not await reader.fetchval(
        "select true from calendars where id = $1", settings["calendar_id"]
    ):
        errors.append(FieldError("calendar_id", "there is no such calendar; GET /calendars lists them"))
    if settings.get("caller_id") is not None:
        errors += await numbers.faults(reader, "caller_id", settings["caller_id"])
    if settings.get("overflow") is not None:
        errors += await _overflow_faults(reader, settings["overflow"], own_key)
    if settings.get("relax_steps") is not None:
        errors += _faults_of(lambda: parse_relax_steps(settings["relax_steps"]))
    after = -1.0
    for n, (seconds, _) in enumerate(settings.get("rising") or ()):
        if seconds <= after:
            errors.append(FieldError(f"rising.{n}", "must be later than the one before"))
        after = seconds
    if settings.get("callback_rules") is not None:
        try:
            read_rules(settings["callback_rules"])
        except RuleError as error:
            name, _, message = str(error).partition(": ")
            errors.append(FieldError(f"callback_rules.{name}", message))
    if errors:
        raise InvalidInput(f"please correct: {', '.join(e.field for e in errors)}", errors=errors)


def _faults_of(parse: Any) -> list[FieldError]:
    try:
        parse()
    except InvalidInput as error:
        return [FieldError(dotted(e.field), e.message) for e in error.errors]
    return []


async def _overflow_faults(reader: Reader, overflow: dict[str, Any], own_key: str) -> list[FieldError]:
    try:
        rules = parse_overflow(overflow)
    except InvalidInput as error:
        return [FieldError(dotted(e.field), e.message) for e in error.errors]
    errors = []
    for cause, action in rules.items():
        if not isinstance(action, ToQueue):
            continue
        if action.queue == own_key:
            errors.append(FieldError(f"overflow.{cause}.queue", "must be another queue"))
        elif not await reader.fetchval("select true from queues where key = $1", action.queue):
            errors.append(FieldError(f"overflow.{cause}.queue", f"there is no queue {action.queue}"))
    return errors
