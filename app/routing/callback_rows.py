"""Callbacks as stored. Whoever changes one holds the lock of its contact; every change is a compare-and-set."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.db import Reader, Record, Transaction
from app.core.ids import new_id
from app.routing import callback_rules
from app.routing.callback_rules import OPEN, CallbackMove, CallbackState, First

CHANNEL = "callback"


@dataclass(frozen=True, slots=True)
class Callback:
    """One row of `callbacks`."""

    id: UUID
    contact_id: UUID
    from_contact_id: UUID | None
    settled_by: UUID | None
    customer_id: UUID | None
    number: str
    queue_id: UUID
    source: str
    first: First
    state: CallbackState
    tries: int
    max_tries: int
    gap_seconds: int
    ring_seconds: int
    dials: int
    place_from: datetime
    due_at: datetime | None
    time_zone: str | None
    last_result: str | None
    requested_at: datetime
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether the customer is still to be called."""
        return self.state in OPEN


_NAMES = tuple(field.name for field in fields(Callback))
COLUMNS = ", ".join(_NAMES)
_OPEN = "('pausing', 'waiting', 'dialling')"


def callback_of(row: Record) -> Callback:
    """A row that holds at least COLUMNS."""
    values = {name: row[name] for name in _NAMES}
    values["state"], values["first"] = CallbackState(values["state"]), First(values["first"])
    return Callback(**values)


async def get(reader: Reader, callback_id: UUID) -> Callback | None:
    """One callback."""
    row = await reader.fetchrow(f"select {COLUMNS} from callbacks where id = $1", callback_id)  # noqa: S608
    return callback_of(row) if row else None


async def of_contact(reader: Reader, contact_id: UUID) -> Callback | None:
    """The callback that waits as this contact."""
    row = await reader.fetchrow(f"select {COLUMNS} from callbacks where contact_id = $1", contact_id)  # noqa: S608
    return callback_of(row) if row else None


async def from_contact(reader: Reader, contact_id: UUID) -> Callback | None:
    """The newest callback that this contact asked for."""
    row = await reader.fetchrow(
        f"""select {COLUMNS} from callbacks where from_contact_id = $1
            order by requested_at desc, id desc limit 1""",  # noqa: S608
        contact_id,
    )
    return callback_of(row) if row else None


async def open_of_number(reader: Reader, number: str, queue_id: UUID) -> Callback | None:
    """The one that waits for a call of this queue at this number."""
    row = await reader.fetchrow(
        f"select {COLUMNS} from callbacks where number = $1 and queue_id = $2 and state in {_OPEN}",  # noqa: S608
        number,
        queue_id,
    )
    return callback_of(row) if row else None


async def open_of_customer(reader: Reader, number: str, customer_id: UUID | None) -> list[Callback]:
    """All that wait for this number or this customer, oldest place first."""
    rows = await reader.fetch(
        f"""select {COLUMNS} from callbacks
            where state in {_OPEN} and (number = $1 or customer_id = $2) order by place_from, id""",  # noqa: S608
        number,
        customer_id,
    )
    return [callback_of(row) for row in rows]


async def due(reader: Reader, limit: int) -> list[Callback]:
    """Open ones whose instant has come, the longest due first."""
    rows = await reader.fetch(
        f"""select {COLUMNS} from callbacks
            where state in {_OPEN} and due_at <= switchboard_now() order by due_at, id limit $1""",  # noqa: S608
        limit,
    )
    return [callback_of(row) for row in rows]


async def insert(tx: Transaction, values: dict[str, Any]) -> Callback:
    """A callback that pauses until it is due. The names come from our own code. Raises
    asyncpg.UniqueViolationError when the number waits for a call of that queue already."""
    values = {"id": new_id(), **values}
    marks = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    row = await tx.fetchrow(
        f"insert into callbacks ({', '.join(values)}) values ({marks}) returning {COLUMNS}",  # noqa: S608
        *values.values(),
    )
    assert row is not None  # noqa: S101 -- INSERT … RETURNING
    return callback_of(row)


async def move(
    tx: Transaction, callback_id: UUID, how: CallbackMove, changes: dict[str, Any] | None = None
) -> Callback | None:
    """Make the move if the stored state allows it and set further columns with it; None when it does not."""
    target = callback_rules.target(how)
    changes = {"due_at": None, **(changes or {})}
    assignments = "".join(f", {name} = ${n}" for n, name in enumerate(changes, start=4))
    ended = "" if target in OPEN else ", ended_at = switchboard_now()"
    row = await tx.fetchrow(
        f"""update callbacks set state = $2{assignments}{ended}
            where id = $1 and state = any($3) returning {COLUMNS}""",  # noqa: S608
        callback_id,
        target.value,
        callback_rules.sources(how),
        *changes.values(),
    )
    return callback_of(row) if row else None


async def change(tx: Transaction, callback_id: UUID, changes: dict[str, Any]) -> Callback:
    """Set columns that are not the state."""
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
    row = await tx.fetchrow(
        f"update callbacks set {assignments} where id = $1 returning {COLUMNS}",  # noqa: S608
        callback_id,
        *changes.values(),
    )
    assert row is not None  # noqa: S101 -- callers have read it under its contact's lock
    return callback_of(row)


async def is_on_the_line(reader: Reader, number: str) -> bool:
    """Whether a call from this number is going on right now."""
    return bool(
        await reader.fetchval(
            """select exists (select from contacts where from_address = $1 and direction = 'inbound'
                 and channel = 'voice' and state in ('new', 'self_service', 'queued', 'offered', 'active'))""",
            number,
        )
    )


async def dial_time(reader: Reader, contact_id: UUID) -> timedelta:
    """How much longer than an agent's own leg an accepted offer may take: the customer of a callback is rung."""
    seconds = await reader.fetchval(
        "select ring_seconds from callbacks where contact_id = $1 and state in ('waiting', 'dialling')",
        contact_id,
    )
    return timedelta(seconds=seconds or 0)
