"""What flows ask of web services: written with the turn that asks, answered by a job, read by the turn that goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.contacts import repository as contact_rows
from app.core import jobs
from app.core.db import Reader, Transaction
from app.core.ids import new_id
from app.selfservice.events import RequestFinished
from app.selfservice.turns import Request, RequestResult

JOB = "selfservice.request"
PICK_UP = timedelta(seconds=2)  # for the job to begin, beside the time the web service has


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One request that still waits. `seconds_left`: until nobody waits for it any more."""

    id: UUID
    contact_id: UUID
    step: int
    request: dict[str, Any]
    seconds_left: float


async def ask(tx: Transaction, contact_id: UUID, step: int, action: Request, *, now: datetime) -> None:
    """Have a job ask once this transaction commits. The same step asks once."""
    request_id = new_id()
    made = await tx.fetchval(
        """insert into flow_requests (id, contact_id, step, request, made_at, deadline_at)
           values ($1, $2, $3, $4, $5, $6) on conflict (contact_id, step) do nothing returning id""",
        request_id,
        contact_id,
        step,
        {
            "method": action.method,
            "url": action.url,
            "body": dict(action.body),
            "results": dict(action.results),
            "seconds": action.timeout_seconds,
        },
        now,
        now + timedelta(seconds=action.timeout_seconds) + PICK_UP,
    )
    if made is not None:
        await jobs.enqueue(tx, JOB, {"request_id": str(request_id)})


async def result(reader: Reader, contact_id: UUID, step: int, *, now: datetime) -> RequestResult | None:
    """What came of the request of this step; None while it is waited for. One that nobody knows has failed."""
    row = await reader.fetchrow(
        "select state, result, deadline_at from flow_requests where contact_id = $1 and step = $2",
        contact_id,
        step,
    )
    if row is not None and row["state"] == "waiting" and now < row["deadline_at"]:
        return None
    is_ok = row is not None and row["state"] == "done"
    return RequestResult(is_ok, row["result"] if row is not None and is_ok else {})


async def waiting(reader: Reader, request_id: UUID) -> WebRequest | None:
    """The request, if it is still waited for."""
    row = await reader.fetchrow(
        """select id, contact_id, step, request,
                  extract(epoch from deadline_at - switchboard_now())::float8 as seconds_left
           from flow_requests where id = $1 and state = 'waiting'""",
        request_id,
    )
    return WebRequest(**dict(row.items())) if row is not None else None


async def overdue(reader: Reader, limit: int = 100) -> list[WebRequest]:
    """Requests that nobody has answered in time."""
    rows = await reader.fetch(
        """select id, contact_id, step, request, 0::float8 as seconds_left from flow_requests
           where state = 'waiting' and deadline_at <= switchboard_now() order by deadline_at limit $1""",
        limit,
    )
    return [WebRequest(**dict(row.items())) for row in rows]


async def finish(
    tx: Transaction, request: WebRequest, *, values: dict[str, str] | None, reason: str | None = None
) -> bool:
    """Keep what was found, or that it failed (`values` None); False when that was known already."""
    await contact_rows.get_for_update(tx, request.contact_id)
    changed = await tx.fetchval(
        """update flow_requests set state = $2, result = $3, reason = $4, finished_at = switchboard_now()
           where id = $1 and state = 'waiting' returning id""",
        request.id,
        "failed" if values is None else "done",
        values or {},
        reason,
    )
    if changed is None:
        return False
    await tx.publish(RequestFinished(request.contact_id, request.step))
    return True
