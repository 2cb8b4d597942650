"""Who routes: one node at a time holds the lease, each holder with a larger epoch than the one before.

Judged by the database's clock alone. The lease is for efficiency and order; safety is in the compare-and-sets of
`offering.py` and in the unique index on live offers, which hold even if two routers run.
"""

from datetime import timedelta
from uuid import UUID

from app.agents.states import ROUTER_TOPIC
from app.core.db import Reader, Transaction

NAME = "router"


class LeaseLost(Exception):
    """Another node holds the lease now; everything this router believes is worthless."""


async def acquire(tx: Transaction, owner: UUID, lifetime: timedelta) -> int | None:
    """Take the lease if it is free or run out; the new epoch, or None while another node holds it."""
    epoch: int | None = await tx.fetchval(
        """insert into router_leases as l (name, owner, epoch, expires_at)
           values ($1, $2, 1, switchboard_now() + $3::interval)
           on conflict (name) do update
             set owner = $2, epoch = l.epoch + 1, expires_at = switchboard_now() + $3::interval
             where l.expires_at <= switchboard_now() or l.owner = $2
           returning epoch""",
        NAME,
        owner,
        lifetime,
    )
    return epoch


async def renew(tx: Transaction, owner: UUID, epoch: int, lifetime: timedelta) -> None:
    """Stay the holder. Raises LeaseLost, also when the lease ran out although nobody took it: what happened
    meanwhile was not routed here, so the state must be rebuilt."""
    kept = await tx.fetchval(
        """update router_leases set expires_at = switchboard_now() + $4::interval
           where name = $1 and owner = $2 and epoch = $3 and expires_at > switchboard_now() returning true""",
        NAME,
        owner,
        epoch,
        lifetime,
    )
    if not kept:
        raise LeaseLost


async def fence(tx: Transaction, owner: UUID, epoch: int) -> None:
    """Raises LeaseLost unless this node holds the lease until the commit. To be called last in a batch: who takes
    the lease over waits for this commit, so no effect of an older epoch follows one of a newer."""
    held = await tx.fetchval(
        """select true from router_leases
           where name = $1 and owner = $2 and epoch = $3 and expires_at > switchboard_now() for share""",
        NAME,
        owner,
        epoch,
    )
    if not held:
        raise LeaseLost


async def release(tx: Transaction, owner: UUID, epoch: int) -> None:
    """Let another node start at once (a clean stop)."""
    await tx.execute(
        "update router_leases set expires_at = switchboard_now() where name = $1 and owner = $2 and epoch = $3",
        NAME,
        owner,
        epoch,
    )
    tx.hint(ROUTER_TOPIC)


async def is_held(reader: Reader) -> bool:
    """Whether anybody routes."""
    return bool(
        await reader.fetchval(
            "select true from router_leases where name = $1 and expires_at > switchboard_now()", NAME
        )
    )
