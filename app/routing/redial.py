"""A caller who rings again soon after leaving a queue keeps the place there, once.

The place is kept by an age credit: it moves the contact to where the earlier one stood, while the wait that is told
and measured counts from the new call. A withheld number is nobody's, so it keeps nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.contacts.models import Contact
from app.core.db import Transaction


@dataclass(frozen=True, slots=True)
class Place:
    """The place of the earlier contact: so many seconds older than the new one's wait."""

    contact_id: UUID
    credit: float


# Taken by compare-and-set: a place that another call is taking at this moment is passed over.
_TAKE = """
update contacts set is_place_taken = true, version = version + 1 where id = (
  select id from contacts
  where from_address = $1 and outcome = 'abandoned_in_queue' and ended_at >= $2 and channel = $3 and id <> $5
    and not is_place_taken and $4 = any(overflowed_from || queue_id)
  order by ended_at desc limit 1 for update skip locked)
returning id, queued_at, age_credit"""


async def take_place(
    tx: Transaction, contact: Contact, queue_id: UUID, *, now: datetime, within: timedelta
) -> Place | None:
    """The place this caller left in the queue, taken over for good; None when there is none. `within` counts from
    leaving to the new call's arrival, so that nobody must hurry through the menu."""
    if contact.from_address is None or contact.direction != "inbound" or not within:
        return None
    earliest = contact.opened_at - within
    row = await tx.fetchrow(_TAKE, contact.from_address, earliest, contact.channel, queue_id, contact.id)
    if row is None:
        return None
    return Place(row["id"], max((now - row["queued_at"]).total_seconds() + row["age_credit"], 0.0))
