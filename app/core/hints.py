"""A hint says "topic T moved on (to n)". It may be lost, doubled or late: the truth is always in the tables."""

from typing import NamedTuple


class Hint(NamedTuple):
    """`topic` is `stream:<name>`, `router`, …; `seq` is the stream's new number, 0 where there is none.

    `body` is the event itself, for listeners in the same process only; it never crosses the bus.
    """

    topic: str
    seq: int
    body: bytes | None = None
