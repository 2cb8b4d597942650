"""All scenarios: importing this fills the table."""

from tests.calls.scenarios import (
    calling,
    failing,
    passing_on,
    recording,
    supervising,
    talking,
    turned_away,
    waiting,
)

__all__ = [
    "calling",
    "failing",
    "passing_on",
    "recording",
    "supervising",
    "talking",
    "turned_away",
    "waiting",
]
