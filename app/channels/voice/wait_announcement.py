"""What a waiting caller is told, and when: never a larger number than before, never the same too often.

Pure: the caller of these functions keeps `Announced` between two rounds of the waiting room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.spoken import number
from app.selfservice.turns import Prompt

REPEAT_AFTER = 60.0  # seconds of music before an unchanged place is said again
# Upper ends of the expected wait in seconds, and the catalogue's message for each.
_BUCKETS = ((60, "under_1"), (120, "1_to_2"), (300, "3_to_5"), (600, "5_to_10"))
_LONGEST = "over_10"
_MAX_SPOKEN_POSITION = 99


@dataclass(frozen=True, slots=True)
class Announced:
    """What the caller was last told: the smallest place, the shortest wait, and when (seconds of waiting)."""

    position: int
    bucket: int | None
    at: float

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return {"position": self.position, "bucket": self.bucket, "at": self.at}

    @classmethod
    def from_json(cls, data: Mapping[str, object] | None) -> Self | None:
        """What `to_json` wrote; None for nothing or for anything else, so that the caller is told afresh."""
        position, bucket, at = ((data or {}).get(field) for field in ("position", "bucket", "at"))
        if not isinstance(position, int) or not isinstance(at, int | float):
            return None
        return cls(position, bucket if isinstance(bucket, int) else None, float(at))


def announce(
    locale: Locale,
    *,
    position: int,
    expected_seconds: float | None,
    waited_seconds: float,
    before: Announced | None,
    welcome: Prompt | None = None,
) -> tuple[tuple[Prompt, ...], Announced]:
    """The news for this round, and what to remember. No news gives no prompts: music only.

    `welcome` is said at the first round in place of our own words.
    `position` counts from 1; `expected_seconds` is None when no agent is there to give an honest figure.
    """
    bucket = _bucket(expected_seconds)
    if before is None:
        lines = [*_place(locale, position), *_estimate(locale, bucket)]
        after = Announced(position, bucket, waited_seconds)
        first = welcome or Prompt(message("wait.first", locale), locale)
        return (first, *(Prompt(line, locale) for line in lines)), after
    if position < before.position:
        better = bucket if _is_no_longer(bucket, before.bucket) else None
        lines = [*_place(locale, position), *_estimate(locale, better)]
        after = Announced(position, _least(bucket, before.bucket), waited_seconds)
    elif waited_seconds - before.at < REPEAT_AFTER:
        return (), before
    else:
        unchanged = position == before.position and _is_no_longer(bucket, before.bucket)
        news = [*_place(locale, position), *_estimate(locale, bucket)]
        lines = news if unchanged else [message("wait.few_minutes_more", locale)]
        after = Announced(before.position, _least(bucket, before.bucket), waited_seconds)
    return tuple(Prompt(line, locale) for line in lines), after


def _place(locale: Locale, position: int) -> list[str]:
    if position <= 1:
        return [message("wait.next", locale)]
    if position > _MAX_SPOKEN_POSITION:
        return []
    return [message("wait.position", locale, position=number(position, locale))]


def _estimate(locale: Locale, bucket: int | None) -> list[str]:
    if bucket is None:
        return []
    name = _BUCKETS[bucket][1] if 0 <= bucket < len(_BUCKETS) else _LONGEST
    return [message(f"wait.estimate.{name}", locale)]


def _bucket(expected_seconds: float | None) -> int | None:
    if expected_seconds is None:
        return None
    return next((i for i, (until, _) in enumerate(_BUCKETS) if expected_seconds <= until), len(_BUCKETS))


def _is_no_longer(bucket: int | None, before: int | None) -> bool:
    return bucket is None or before is None or bucket <= before


def _least(bucket: int | None, before: int | None) -> int | None:
    known = [value for value in (bucket, before) if value is not None]
    return min(known, default=None)
