"""What came in from outside, once each. The key is the sender's own; the answer given first is given again."""

from app.core.batch import Batch
from app.core.db import Reader, Transaction


async def take(tx: Transaction, source: str, key: str, answer: str | None = None) -> bool:
    """Claim the key for this transaction; False when it was taken before (waits for a transaction that is taking
    it right now)."""
    return bool(
        await tx.fetchval(
            """insert into inbox (source, key, answer) values ($1, $2, $3)
               on conflict (source, key) do nothing returning true""",
            source,
            key,
            answer,
        )
    )


def taking(batch: Batch, source: str, key: str, answer: str) -> None:
    """Claim the key as part of a batch: when it was taken before, the whole batch fails with a unique violation."""
    batch.add(
        "inbox_line", "insert into inbox (source, key, answer) values ($1, $2, $3)", source, key, answer
    )


async def answer_of(reader: Reader, source: str, key: str) -> str | None:
    """The answer given to this key before, or None."""
    answer: str | None = await reader.fetchval(
        "select answer from inbox where source = $1 and key = $2", source, key
    )
    return answer
