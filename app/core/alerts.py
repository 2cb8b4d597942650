"""Alerts: what a person should look at. One open line per kind and subject; told on the stream `supervisors`.

Opening what is open and clearing what is not changes nothing, so whoever looks may look as often as it likes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core import streams
from app.core.db import Reader, Record, Transaction
from app.core.ids import new_id

STREAM = "supervisors"


@dataclass(frozen=True, slots=True)
class Alert:
    """One row of `alerts`."""

    id: UUID
    kind: str
    subject: str
    data: dict[str, Any]
    since: datetime
    cleared_at: datetime | None


_COLUMNS = "id, kind, subject, data, since, cleared_at"


def _alert(row: Record) -> Alert:
    return Alert(**dict(row.items()))


async def raise_alert(tx: Transaction, kind: str, subject: str, data: dict[str, Any]) -> bool:
    """Open an alert and tell it; False when one of this kind and subject is open already."""
    row = await tx.fetchrow(
        f"""insert into alerts (id, kind, subject, data) values ($1, $2, $3, $4)
            on conflict (kind, subject) where cleared_at is null do nothing returning {_COLUMNS}""",  # noqa: S608
        new_id(),
        kind,
        subject,
        data,
    )
    if row is None:
        return False
    alert = _alert(row)
    await streams.append(tx, STREAM, "alert.opened", {"alert": _view(alert)})
    return True


async def clear_alert(tx: Transaction, kind: str, subject: str) -> bool:
    """Clear the open alert of this kind and subject and tell it; False when there is none."""
    row = await tx.fetchrow(
        f"""update alerts set cleared_at = switchboard_now()
            where kind = $1 and subject = $2 and cleared_at is null returning {_COLUMNS}""",  # noqa: S608
        kind,
        subject,
    )
    if row is None:
        return False
    await streams.append(tx, STREAM, "alert.cleared", {"alert": _view(_alert(row))})
    return True


async def settle(tx: Transaction, kind: str, found: Mapping[str, dict[str, Any]]) -> None:
    """Make `found` (subject → data) exactly the open alerts of this kind."""
    for subject in await open_subjects(tx, kind):
        if subject not in found:
            await clear_alert(tx, kind, subject)
    for subject in sorted(found):
        await raise_alert(tx, kind, subject, found[subject])


async def open_subjects(reader: Reader, kind: str) -> list[str]:
    """What the open alerts of this kind are about."""
    rows = await reader.fetch(
        "select subject from alerts where kind = $1 and cleared_at is null order by subject", kind
    )
    return [row["subject"] for row in rows]


async def get(reader: Reader, alert_id: UUID) -> Alert | None:
    """One alert, None when there is none."""
    row = await reader.fetchrow(f"select {_COLUMNS} from alerts where id = $1", alert_id)  # noqa: S608
    return _alert(row) if row else None


async def listed(reader: Reader, *, is_open: bool, limit: int) -> list[Alert]:
    """The newest alerts: the open ones, or those that were cleared."""
    rows = await reader.fetch(
        f"""select {_COLUMNS} from alerts where (cleared_at is null) = $1
            order by coalesce(cleared_at, since) desc, id desc limit $2""",  # noqa: S608
        is_open,
        limit,
    )
    return [_alert(row) for row in rows]


def _view(alert: Alert) -> dict[str, Any]:
    """As the API shows it (`app/core/schemas.py:AlertView`)."""
    return {
        "alert_id": str(alert.id),
        "kind": alert.kind,
        "subject": alert.subject,
        "data": alert.data,
        "since": alert.since.isoformat(),
        "cleared_at": alert.cleared_at.isoformat() if alert.cleared_at else None,
    }
