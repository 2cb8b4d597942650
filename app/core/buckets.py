"""Token buckets: so many at once, then so many a second. Kept in the database, so that all processes share them."""

from dataclasses import dataclass

from app.core.db import Transaction
from app.core.errors import TooManyAttempts


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, refilled with `per_second`."""

    burst: float
    per_second: float


# One statement: the row is locked while it is refilled and drawn from. Who is refused draws nothing, so that asking on
# and on keeps nobody out for longer.
_FULL = "least($2::float, b.tokens + $3::float * greatest(0, extract(epoch from excluded.at - b.at)))"
_TAKE = f"""
insert into rate_buckets as b (key, tokens, at, is_granted) values ($1, $2::float - 1, switchboard_now(), true)
on conflict (key) do update set
  tokens = {_FULL} - ({_FULL} >= 1)::int, at = excluded.at, is_granted = {_FULL} >= 1
returning is_granted, tokens"""  # noqa: S608 -- put together from constants


async def take(tx: Transaction, key: str, rate: Rate) -> float:
    """Take one token; 0 when there was one, else the seconds until there is."""
    row = await tx.fetchrow(_TAKE, key, rate.burst, rate.per_second)
    assert row is not None  # noqa: S101 -- INSERT … RETURNING of one row
    return 0.0 if row["is_granted"] else max(0.001, (1 - row["tokens"]) / rate.per_second)


async def require(tx: Transaction, key: str, rate: Rate, what: str) -> None:
    """Raises TooManyAttempts with the seconds to wait."""
    wait = await take(tx, key, rate)
    if wait:
        raise TooManyAttempts(
            f"too many {what}; slow down and try again", retry_after_seconds=max(1, round(wait + 0.5))
        )


async def tidy(tx: Transaction) -> None:
    """Forget buckets that have been full for long."""
    await tx.execute("delete from rate_buckets where at < switchboard_now() - interval '1 hour'")
