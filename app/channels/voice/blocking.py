"""The list of numbers whose calls are turned away. `screening.py` goes by it."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Record, Transaction, rows_changed


@dataclass(frozen=True, slots=True)
class BlockedCaller:
    """One row of `blocked_callers`. `until`: None for good; `calls`: how many were turned away."""

    number: str
    reason: str
    blocked_by: UUID | None
    blocked_at: datetime
    until: datetime | None
    calls: int
    last_call_at: datetime | None


_COLUMNS = ", ".join(field.name for field in fields(BlockedCaller))


def _caller(row: Record) -> BlockedCaller:
    return BlockedCaller(**dict(row.items()))


async def listed(reader: Reader, *, limit: int) -> list[BlockedCaller]:
    """Those in force and those that ran out, the newest first."""
    rows = await reader.fetch(
        f"select {_COLUMNS} from blocked_callers order by blocked_at desc, number limit $1",  # noqa: S608
        limit,
    )
    return [_caller(row) for row in rows]


async def get(reader: Reader, number: str) -> BlockedCaller | None:
    """One number's line."""
    row = await reader.fetchrow(f"select {_COLUMNS} from blocked_callers where number = $1", number)  # noqa: S608
    return _caller(row) if row else None


async def block(
    tx: Transaction, number: str, *, reason: str, until: datetime | None, by: UUID
) -> BlockedCaller:
    """Turn the number's calls away from now on. Blocked already, it keeps who did it and gets the new words and
    end."""
    row = await tx.fetchrow(
        f"""insert into blocked_callers (number, reason, until, blocked_by) values ($1, $2, $3, $4)
            on conflict (number) do update set reason = $2, until = $3 returning {_COLUMNS}""",  # noqa: S608
        number,
        reason,
        until,
        by,
    )
    assert row is not None  # noqa: S101 -- INSERT … RETURNING
    return _caller(row)


async def unblock(tx: Transaction, number: str) -> bool:
    """Take the number's calls again; False when it is not on the list."""
    return rows_changed(await tx.execute("delete from blocked_callers where number = $1", number)) == 1
