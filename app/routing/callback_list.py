"""Who waits to be called back: with number, place and next try."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Record
from app.routing.callback_hours import window_of
from app.routing.callback_rows import COLUMNS, Callback, callback_of
from app.routing.callback_rules import CallbackState

_LISTED = f"""
select {", ".join(f"b.{name.strip()}" for name in COLUMNS.split(","))},
       q.name as queue_name, u.display_name as customer_name,
       case when b.ended_at is null then (
         select count(*) from contacts o
         where o.queue_id = b.queue_id and o.state in ('queued', 'offered') and o.id <> b.contact_id
           and (o.priority, o.queued_at - make_interval(secs => o.age_credit), o.id)
               < (c.priority, b.place_from - make_interval(secs => c.age_credit), c.id)) + 1 end as place
from callbacks b join contacts c on c.id = b.contact_id join queues q on q.id = b.queue_id
left join customers u on u.id = b.customer_id"""  # noqa: S608 -- texts of this program


@dataclass(frozen=True, slots=True)
class ListedCallback:
    """A callback as a supervisor sees it. `place`: among all who wait in its queue, counted from 1, as if it waited
    there now; none once it has ended. `next_try_at`: when the customer is tried next; none while it waits for an
    agent, is being dialled or has ended."""

    callback: Callback
    queue_name: str
    customer_name: str | None
    place: int | None
    next_try_at: datetime | None


async def listed(
    reader: Reader, *, site: str, queue_id: UUID | None = None, ended: bool = False, limit: int = 100
) -> list[ListedCallback]:
    """Those that wait, in the order of their places; with `ended` those that are over, the newest first. `site`: the
    time zone of customers of whom none is known."""
    order = "b.ended_at desc, b.id desc" if ended else "q.name, place, b.id"
    rows = await reader.fetch(
        f"""{_LISTED} where (b.ended_at is not null) = $1 and ($2::uuid is null or b.queue_id = $2)
            order by {order} limit $3""",
        ended,
        queue_id,
        limit,
    )
    return [await _listed(reader, row, site) for row in rows]


async def one(reader: Reader, callback_id: UUID, *, site: str) -> ListedCallback | None:
    """One callback in the same shape."""
    row = await reader.fetchrow(f"{_LISTED} where b.id = $1", callback_id)
    return await _listed(reader, row, site) if row is not None else None


async def _listed(reader: Reader, row: Record, site: str) -> ListedCallback:
    callback = callback_of(row)
    next_try_at = await _next_try(reader, callback, site)
    return ListedCallback(callback, row["queue_name"], row["customer_name"], row["place"], next_try_at)


async def _next_try(reader: Reader, callback: Callback, site: str) -> datetime | None:
    """The instant in the table is the earliest; when it comes the hours decide, so they are looked at here too."""
    if callback.state != CallbackState.PAUSING or callback.due_at is None:
        return None
    hours = await window_of(reader, callback, callback.due_at, site)
    return callback.due_at if hours.is_allowed else hours.until
