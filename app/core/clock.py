"""The one source of "now" outside SQL. Production reads the system clock; tests install a clock they move.

Inside SQL the same role is played by `switchboard_now()`; deadlines are always judged by that one.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Source = Callable[[], datetime]


def _system_now() -> datetime:
    return datetime.now(UTC)


class _Clock:
    """Holds the installed source; a class so that tests can swap it without `global`."""

    source: Source = staticmethod(_system_now)


def utc_now() -> datetime:
    """The current time, aware, in UTC."""
    return _Clock.source()


def install(source: Source | None) -> None:
    """Use `source` from now on; None returns to the system clock. For tests only."""
    _Clock.source = staticmethod(source or _system_now)
