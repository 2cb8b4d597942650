"""Addresses that want no more messages from one of ours. Whoever sends asks here at the last moment."""

from app.core.db import Reader, Transaction


async def is_opted_out(reader: Reader, address: str, our_address: str) -> bool:
    """Whether nothing may be sent to this address."""
    return bool(
        await reader.fetchval(
            "select exists (select from message_opt_outs where address = $1 and our_address = $2)",
            address,
            our_address,
        )
    )


async def opt_out(tx: Transaction, address: str, our_address: str, word: str) -> bool:
    """Send nothing from now on; `word` is what the customer wrote. False when it was so already."""
    return bool(
        await tx.fetchval(
            """insert into message_opt_outs (address, our_address, word) values ($1, $2, $3)
               on conflict do nothing returning true""",
            address,
            our_address,
            word,
        )
    )


async def opt_in(tx: Transaction, address: str, our_address: str) -> bool:
    """The customer wants messages again. False when nothing had been said against them."""
    return bool(
        await tx.fetchval(
            "delete from message_opt_outs where address = $1 and our_address = $2 returning true",
            address,
            our_address,
        )
    )
