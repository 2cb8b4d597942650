"""Offers as stored, and the compare-and-set statements that change them. At most one live offer per contact, unless
its queue rings several agents: then several may be pending, and at most one is accepting or accepted.

Whoever changes an offer locks its contact first (`repository.get_for_update`), so racing answers, timers and
hang-ups of one contact are decided one after the other, and exactly one of them wins.
"""

from collections.abc import Sequence
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
TAKEN = "taken"  # why an offer ended when another agent, at whom the contact rang too, said yes first


@dataclass(frozen=True, slots=True)
class Offer:
    """One contact proposed to one agent; `is_shared`: as one of several that ring together (R30); `is_by_phone`: the
    agent's telephone rings, and the yes is said there."""

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
    is_shared: bool
    is_by_phone: bool


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


async def live_of_contact(reader: Reader, contact_id: UUID) -> list[Offer]:
    """The contact's live offers, oldest first: one, none, or as many as ring together."""
    return (await live_of_contacts(reader, [contact_id]))[contact_id]


async def live_of_contacts(reader: Reader, contact_ids: Sequence[UUID]) -> dict[UUID, list[Offer]]:
    """The live offers of each contact, oldest first."""
    rows = await reader.fetch(
        f"""select {_COLUMNS} from offers
            where contact_id = any($1) and state in ('pending', 'accepting', 'accepted') order by made_at, id""",  # noqa: S608
        contact_ids,
    )
    found: dict[UUID, list[Offer]] = {contact_id: [] for contact_id in contact_ids}
    for row in rows:
        found[row["contact_id"]].append(_offer(row))
    return found


async def taken_of_contact(reader: Reader, contact_id: UUID) -> Offer | None:
    """The offer of the one agent who said yes (accepting or accepted), or None."""
    row = await reader.fetchrow(
        f"""select {_COLUMNS} from offers where contact_id = $1 and state in ('accepting', 'accepted')""",  # noqa: S608
        contact_id,
    )
    return _offer(row) if row else None


async def live_of_agent(reader: Reader, agent_id: UUID) -> list[Offer]:
    """The agent's live offers, oldest first."""
    return (await live_of_agents(reader, [agent_id]))[agent_id]


async def live_of_agents(reader: Reader, agent_ids: Sequence[UUID]) -> dict[UUID, list[Offer]]:
    """The live offers of each agent, oldest first."""
    rows = await reader.fetch(
        f"""select {_COLUMNS} from offers
            where agent_id = any($1) and state in ('pending', 'accepting', 'accepted') order by made_at, id""",  # noqa: S608
        agent_ids,
    )
    found: dict[UUID, list[Offer]] = {agent_id: [] for agent_id in agent_ids}
    for row in rows:
        found[row["agent_id"]].append(_offer(row))
    return found


async def due(reader: Reader, now: datetime) -> list[Offer]:
    """Unanswered offers whose time is up."""
    rows = await reader.fetch(
        f"""select {_COLUMNS} from offers where state in ('pending', 'accepting') and expires_at <= $1""",  # noqa: S608
        now,
    )
    return [_offer(row) for row in rows]


_INSERT = f"""
insert into offers (id, contact_id, agent_id, state, round, cost, expires_at, is_shared, is_by_phone, epoch)
select id, contact_id, agent_id, 'pending', round, cost, expires_at, is_shared, is_by_phone, $9
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::timestamptz[], $7::boolean[],
            $8::boolean[])
  as new(id, contact_id, agent_id, round, cost, expires_at, is_shared, is_by_phone)
returning {_COLUMNS}"""  # noqa: S608

# id, contact, agent, round, cost, expires_at, is_shared, is_by_phone
NewOffer = tuple[UUID, UUID, UUID, int, int, datetime | None, bool, bool]


async def insert_many(tx: Transaction, new: Sequence[NewOffer], *, epoch: int) -> list[Offer]:
    """Pending offers, in the order given. The unique indexes refuse a second live one of a contact, or of a contact
    and an agent where several ring together (asyncpg.UniqueViolationError)."""
    rows = await tx.fetch(_INSERT, *([one[n] for one in new] for n in range(8)), epoch)
    made = {row["id"]: _offer(row) for row in rows}
    return [made[one[0]] for one in new]


async def insert_accepted(tx: Transaction, before: Offer, agent_id: UUID) -> Offer:
    """The agent has the contact from now on, as the agent of `before`, which must have ended, had it."""
    row = await tx.fetchrow(
        f"""insert into offers (id, contact_id, agent_id, state, round, cost, accepted_at, epoch)
            values ($1, $2, $3, 'accepted', $4, $5, switchboard_now(), $6) returning {_COLUMNS}""",  # noqa: S608
        new_id(),
        before.contact_id,
        agent_id,
        before.round,
        before.cost,
        before.epoch,
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


async def was_passed_on(reader: Reader, contact_id: UUID, agent_id: UUID) -> bool:
    """Whether the agent's last part in this contact ended by a transfer of theirs."""
    reason = await reader.fetchval(
        """select reason from offers where contact_id = $1 and agent_id = $2
           order by made_at desc, id desc limit 1""",
        contact_id,
        agent_id,
    )
    return reason in ("transferred", "ended_by_transfer")


async def mark_seen(tx: Transaction, offer_id: UUID, agent_id: UUID) -> None:
    """The agent's page has drawn the offer."""
    await tx.execute(
        """update offers set seen_at = switchboard_now()
           where id = $1 and agent_id = $2 and state = 'pending' and seen_at is null""",
        offer_id,
        agent_id,
    )
