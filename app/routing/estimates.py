"""Where a waiting contact stands and how long it may take, from our own queue: never a guess from the carrier."""

from dataclasses import dataclass

from app.contacts.models import Contact
from app.core.db import Reader

RECENT_WAITS = 20  # connected contacts of the queue the estimate looks at
FEWEST_WAITS = 3  # below this there is no honest figure


@dataclass(frozen=True, slots=True)
class Standing:
    """`position` counts from 1; `expected_seconds` is None when there is no honest figure: too few recent waits,
    or nobody of the queue at work."""

    position: int
    expected_seconds: float | None


async def standing(reader: Reader, contact: Contact) -> Standing:
    """How a queued contact stands: the median of recent waits of its queue, scaled by its place among as many as
    wait now."""
    row = await reader.fetchrow(
        """with recent as (
             select extract(epoch from accepted_at - queued_at) as seconds from contacts
             where queue_id = $1 and accepted_at > switchboard_now() - interval '4 hours'
             order by accepted_at desc limit $5),
           line as (
             select priority, queued_at, id from contacts
             where queue_id = $1 and state in ('queued', 'offered'))
           select
             (select count(*) from line where (priority, queued_at, id) < ($2, $3, $4)) + 1 as position,
             (select count(*) from line) as waiting,
             exists (select from agent_queues q join agent_states s using (agent_id)
                     where q.queue_id = $1 and s.presence = 'available' and s.is_connected) as is_staffed,
             (select count(*) from recent) as samples,
             (select percentile_cont(0.5) within group (order by seconds) from recent) as median""",
        contact.queue_id,
        contact.priority,
        contact.queued_at,
        contact.id,
        RECENT_WAITS,
    )
    assert row is not None  # noqa: S101
    position = row["position"]
    if not row["is_staffed"] or row["samples"] < FEWEST_WAITS:
        return Standing(position, None)
    return Standing(position, float(row["median"]) * position / max(row["waiting"], 1))
