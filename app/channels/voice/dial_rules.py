"""How often we may ring: limits per agent and for the whole site, over the last minute and the last day. Pure.

A stolen session or a wild script is money (Twilio, "Anti-Fraud Developer's Guide": limit how often and how much).
Which numbers may be rung at all is `app/customers/dialable.py`.
"""

from dataclasses import dataclass
from typing import Protocol

WARN_SHARES = (1.0, 0.8, 0.5)  # of the site's day; each reached is told to supervisors


class LimitSettings(Protocol):
    """The settings this reads; each is a number of diallings."""

    @property
    def dials_per_agent_minute(self) -> int:
        """Of one agent within a minute."""

    @property
    def dials_per_agent_day(self) -> int:
        """Of one agent within 24 hours."""

    @property
    def dials_per_site_minute(self) -> int:
        """Of everybody within a minute."""

    @property
    def dials_per_site_day(self) -> int:
        """Of everybody within 24 hours."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """How many diallings there were before this one, within the last minute and the last 24 hours."""

    agent_minute: int
    agent_day: int
    site_minute: int
    site_day: int


def why_too_many(before: Dialled, limits: LimitSettings) -> tuple[str, int] | None:
    """Why no more may be rung now, and after how many seconds to ask again; None when one more may be."""
    checks = (
        (before.site_day, limits.dials_per_site_day, "today's calls of the whole centre are used up", 3600),
        (before.agent_day, limits.dials_per_agent_day, "your calls of the last 24 hours are used up", 3600),
        (before.site_minute, limits.dials_per_site_minute, "the whole centre dials too fast", 15),
        (before.agent_minute, limits.dials_per_agent_minute, "you dial too fast", 15),
    )
    for count, most, why, seconds in checks:
        if count >= most:
            return f"{why} (at most {most})", seconds
    return None


def share_reached(before: Dialled, limits: LimitSettings) -> float | None:
    """Which share of the site's day this dialling reaches first, for the warning; None when it reaches none."""
    most = limits.dials_per_site_day
    for share in WARN_SHARES:
        if before.site_day < share * most <= before.site_day + 1:
            return share
    return None
