"""Reads the log: pages of a customer's or a contact's timeline, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.db import Reader
from app.core.errors import InvalidInput

PAGE_SIZE = 50
_COLUMNS = (
    """t.id, t.at, t.kind, t.contact_id, t.channel, t.actor_kind, a.display_name as actor_name, t.data"""
)


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One touchpoint as shown."""

    id: UUID
    at: datetime
    kind: str
    contact_id: UUID | None
    channel: str | None
    actor_kind: str
    actor_name: str | None
    data: dict[str, Any]


def _line(row: Any) -> TimelineLine:
    return TimelineLine(
        row["id"],
        row["at"],
        row["kind"],
        row["contact_id"],
        row["channel"],
        row["actor_kind"],
        row["actor_name"],
        row["data"],
    )


def _parse_cursor(before: str | None) -> tuple[datetime, UUID] | None:
    if before is None:
        return None
    try:
        at, line_id = before.split("_", 1)
        return datetime.fromisoformat(at), UUID(line_id)
    except ValueError:
        raise InvalidInput.of("before", "use the next_before of the page before") from None


def cursor(line: TimelineLine) -> str:
    """Continue after this line."""
    return f"{line.at.isoformat()}_{line.id}"


async def of_customer(
    reader: Reader, customer_id: UUID, *, before: str | None = None, limit: int = PAGE_SIZE
) -> list[TimelineLine]:
    """Lines of the customer and of every contact that is the customer's by now, newest first."""
    at, line_id = _parse_cursor(before) or (None, None)
    rows = await reader.fetch(
        f"""select {_COLUMNS} from touchpoints t left join agents a on a.id = t.actor_id
            where (t.customer_id = $1
                   or t.contact_id in (select id from contacts where customer_id = $1))
              and ($2::timestamptz is null or (t.at, t.id) < ($2, $3::uuid))
            order by t.at desc, t.id desc limit $4""",  # noqa: S608 -- column list is a constant
        customer_id,
        at,
        line_id,
        limit,
    )
    return [_line(row) for row in rows]


async def of_contact(
    reader: Reader, contact_id: UUID, *, before: str | None = None, limit: int = PAGE_SIZE
) -> list[TimelineLine]:
    """Lines of one contact, newest first."""
    at, line_id = _parse_cursor(before) or (None, None)
    rows = await reader.fetch(
        f"""select {_COLUMNS} from touchpoints t left join agents a on a.id = t.actor_id
            where t.contact_id = $1 and ($2::timestamptz is null or (t.at, t.id) < ($2, $3::uuid))
            order by t.at desc, t.id desc limit $4""",  # noqa: S608
        contact_id,
        at,
        line_id,
        limit,
    )
    return [_line(row) for row in rows]
