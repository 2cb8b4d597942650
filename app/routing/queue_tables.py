"""The rules of queues as the tables hold them, in the engine's terms.

A rule that was written into the table in a wrong shape is left out and logged: one wrong queue must not stop the
routing of the others.
"""

from typing import Any
from uuid import UUID

import structlog

from app.core.db import Reader, Record
from app.core.errors import InvalidInput
from app.routing import hours
from app.routing.engine import Engine
from app.routing.overflow_rules import DEFAULTS, Cause, Rules, Stay, parse_overflow
from app.routing.relaxing import RelaxStep, parse_relax_steps

log = structlog.get_logger()

_QUEUES = f"""
select q.id, q.key, q.offer_timeout_seconds, q.max_waiting, q.agent_order, q.rising, q.ring_count, q.is_closed,
       q.overflow, {hours.CALENDAR} as calendar
from queues q left join calendars k on k.id = q.calendar_id
where $1::uuid[] is null or q.id = any($1)"""  # noqa: S608 -- put together from constants


async def of_queues(reader: Reader, ids: list[UUID] | None = None) -> dict[str, dict[str, Any]]:
    """The engine's rules of these queues (all without `ids`), by id."""
    return {str(row["id"]): _rules(row) for row in await reader.fetch(_QUEUES, ids)}


def _rules(row: Record) -> dict[str, Any]:
    overflow = overflow_of(row["overflow"], row["key"])
    wanted = {
        "reservation_timeout": row["offer_timeout_seconds"],
        "max_waiting": None if _stays(overflow, Cause.FULL) else row["max_waiting"],
        "order": row["agent_order"],
        "rising": row["rising"],
        "ring": row["ring_count"],
        "calendar": row["calendar"],
        "closed": row["is_closed"],
        "when_closed": "wait" if _stays(overflow, Cause.CLOSED) else "refuse",
        "at_close": _at_close(overflow, is_closed=row["is_closed"]),
        "unstaffed": "wait" if _stays(overflow, Cause.NO_AGENT) else "refuse",
    }
    if _fault(wanted) is None:
        return wanted
    rules: dict[str, Any] = {}
    for name, value in wanted.items():
        if (fault := _fault({name: value})) is None:
            rules[name] = value
        else:
            log.error("a rule of a queue cannot be used", queue=row["key"], rule=name, reason=fault)
    return rules


def _fault(rules: dict[str, Any]) -> str | None:
    """What the engine has against these rules."""
    try:
        Engine().reset({"agents": [], "queues": {"queue": rules}}, 0)
    except ValueError as error:
        return str(error)
    return None


def _stays(overflow: Rules, cause: Cause) -> bool:
    return isinstance(overflow[cause], Stay)


def _at_close(overflow: Rules, *, is_closed: bool) -> str:
    """What becomes of those who wait. A queue that is closed by hand is closed for them too, at once."""
    if not _stays(overflow, Cause.CLOSING):
        return "refuse"
    if not is_closed:
        return "serve"
    return "wait" if _stays(overflow, Cause.CLOSED) else "refuse"


def overflow_of(raw: object, queue: str) -> Rules:
    """A queue's overflow rules; the defaults when what is stored makes no sense."""
    try:
        return parse_overflow(raw)
    except InvalidInput as error:
        log.error("the overflow rules of a queue cannot be used", queue=queue, reason=error.detail)
        return DEFAULTS


def relax_steps_of(raw: object, queue: str | None) -> tuple[RelaxStep, ...]:
    """A queue's relax steps; none when what is stored makes no sense."""
    if not raw:
        return ()
    try:
        return parse_relax_steps(raw)
    except InvalidInput as error:
        log.error("the relax steps of a queue cannot be used", queue=queue, reason=error.detail)
        return ()
