"""What waiting customers were told, beside what came of it: so that the error of our estimates can be reported."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.contacts.events import ContactClosed
from app.core.db import Reader, Transaction
from app.core.events import EventRegistry
from app.core.ids import new_id
from app.routing.estimates import Standing
from app.routing.events import ContactConnected


async def record(tx: Transaction, contact_id: UUID, queue_id: UUID, told: Standing) -> None:
    """Keep what the customer is being told now. Without a figure the place alone is kept."""
    await tx.execute(
        """insert into wait_promises (id, contact_id, queue_id, position, low_seconds, high_seconds)
           values ($1, $2, $3, $4, $5, $6)""",
        new_id(),
        contact_id,
        queue_id,
        told.position,
        told.wait.low if told.wait else None,
        told.wait.high if told.wait else None,
    )


async def settle(tx: Transaction, contact_id: UUID, outcome: str) -> None:
    """The wait is over: `connected`, `left` or `diverted` (to another queue or way). Once; later calls change
    nothing."""
    await tx.execute(
        """update wait_promises
           set outcome = $2, waited_seconds = greatest(0, extract(epoch from switchboard_now() - at))
           where contact_id = $1 and outcome is null""",
        contact_id,
        outcome,
    )


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good the figures of a queue were. `kept`: the share of waits inside the range that was told (8 of 10 is
    what the formula aims at); `too_long`: the share that took longer than the upper end. None without promises."""

    promises: int
    kept: float | None
    too_long: float | None


async def accuracy(reader: Reader, queue_id: UUID, *, since: datetime) -> Accuracy:
    """The promises made to connected customers of a queue since then."""
    row = await reader.fetchrow(
        """select count(*) as promises,
                  avg((waited_seconds between low_seconds and high_seconds)::int)::float as kept,
                  avg((waited_seconds > high_seconds)::int)::float as too_long
           from wait_promises
           where queue_id = $1 and at >= $2 and outcome = 'connected' and low_seconds is not null""",
        queue_id,
        since,
    )
    assert row is not None  # noqa: S101
    return Accuracy(row["promises"], row["kept"], row["too_long"])


async def _connected(tx: Transaction, event: ContactConnected) -> None:
    await settle(tx, event.contact.id, "connected")


async def _closed(tx: Transaction, event: ContactClosed) -> None:
    await settle(tx, event.contact.id, "left")


def subscribe(registry: EventRegistry) -> None:
    """Settle promises when the wait ends."""
    registry.subscribe(ContactConnected, _connected)
    registry.subscribe(ContactClosed, _closed)
