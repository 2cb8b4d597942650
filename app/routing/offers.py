"""Offers as stored, and the compare-and-set statements that change them. At most one live offer per contact.

Whoever changes an offer locks its contact first (`repository.get_for_update`), so racing answers, timers and
hang-ups of one contact are decided one after the other, and exactly one of them wins.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.core.db import Reader, Record, Transaction
from app.core.ids import new_id


class OfferState(StrEnum):
    """The life of an offer; the first three are live."""

    PENDING = "pending"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


LIVE = (OfferState.PENDING, OfferState.ACCEPTING, OfferState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Offer:
    """One contact proposed to one agent."""

    id: UUID
    contact_id: UUID
    agent_id: UUID
    state: OfferState
    round: int
    cost: int
    reason: str | None
    made_at: datetime
    expires_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    epoch: int


_NAMES = tuple(field.name for field in fields(Offer))
_COLUMNS = ", ".join(_NAMES)


def _offer(row: Record) -> Offer:
    values = {name: row[name] for name in _NAMES}
    values["state"] = OfferState(values["state"])
    return Offer(**values)


async def get(reader: Reader, offer_id: UUID) -> Offer | None:
    """The offer, or None."""
    row = await reader.fetchrow(f"select {_COLUMNS} from offers where id = $1", offer_id)  # noqa: S608
    return _offer(row) if row else None


async def live_of_contact(reader: Reader, contact_id: UUID) -> Offer | None:
    """The contact's live offer, or None."""
    row = await reader.fetchrow(
        f"""select {_COLUMNS} from offers
            where contact_id = $1 and state in ('pending', 'accepting', 'accepted')""",  # noqa: S608
        contact_id,
    )
    return _offer(row) if row else None


async def live_of_agent(reader: Reader, agent_id: UUID) -> list[Offer]:
    """The agent's live offers, oldest first."""
    rows = await reader.fetch(
        f"""select {_COLUMNS} from offers
            where agent_id = $1 and state in ('pending', 'accepting', 'accepted') order by made_at, id""",  # noqa: S608
        agent_id,
    )
    return [_offer(row) for row in rows]


async def insert(
    tx: Transaction,
    *,
    contact_id: UUID,
    agent_id: UUID,
    round: int,
    cost: int,
    expires_at: datetime | None,
    epoch: int,
) -> Offer:
    """A pending offer. The unique index refuses a second live one (asyncpg.UniqueViolationError)."""
    row = await tx.fetchrow(
        f"""insert into offers (id, contact_id, agent_id, state, round, cost, expires_at, epoch)
            values ($1, $2, $3, 'pending', $4, $5, $6, $7) returning {_COLUMNS}""",  # noqa: S608
        new_id(),
        contact_id,
        agent_id,
        round,
        cost,
        expires_at,
        epoch,
    )
    assert row is not None  # noqa: S101 -- INSERT … RETURNING
    return _offer(row)


async def accept(tx: Transaction, offer_id: UUID, *, expires_at: datetime) -> Offer | None:
    """pending → accepting with a deadline of its own; None when it is not pending or its time is up (an accept
    at the deadline is late, R13)."""
    row = await tx.fetchrow(
        f"""update offers set state = 'accepting', expires_at = $2
            where id = $1 and state = 'pending' and (expires_at is null or expires_at > switchboard_now())
            returning {_COLUMNS}""",  # noqa: S608
        offer_id,
        expires_at,
    )
    return _offer(row) if row else None


async def confirm(tx: Transaction, offer_id: UUID) -> Offer | None:
    """accepting → accepted: the media is joined."""
    row = await tx.fetchrow(
        f"""update offers set state = 'accepted', accepted_at = switchboard_now(), expires_at = null
            where id = $1 and state = 'accepting' returning {_COLUMNS}""",  # noqa: S608
        offer_id,
    )
    return _offer(row) if row else None


async def end(
    tx: Transaction, offer_id: UUID, state: OfferState, *, reason: str, sources: tuple[OfferState, ...]
) -> Offer | None:
    """Move a live offer to a final state; None when it is not in one of `sources`."""
    row = await tx.fetchrow(
        f"""update offers set state = $2, reason = $3, ended_at = switchboard_now(), expires_at = null
            where id = $1 and state = any($4) returning {_COLUMNS}""",  # noqa: S608
        offer_id,
        state.value,
        reason,
        [s.value for s in sources],
    )
    return _offer(row) if row else None


async def mark_seen(tx: Transaction, offer_id: UUID, agent_id: UUID) -> None:
    """The agent's page has drawn the offer."""
    await tx.execute(
        """update offers set seen_at = switchboard_now()
           where id = $1 and agent_id = $2 and state = 'pending' and seen_at is null""",
        offer_id,
        agent_id,
    )
