"""Opening hours of a queue as instants: is it open, and when does that change next (R22)? Pure; no clock is read.

A calendar is written in wall time of one time zone, so the hours stay right through every change of the clocks:

- A span runs from its start (open at that very instant) to its end (closed at that very instant). An end at or
  before its start lies on the next day; "24:00" is midnight at the end of the day.
- A span belongs to the day on which it starts. An exception replaces the spans that start on its date, so a night
  that began the evening before is still served to its end.
- Spans may touch and overlap; the queue is open in all of them together.
- A wall time that the clocks jump over stands for the instant of the jump. One that comes twice counts the first time.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.routing.fields import Fields, InputError, mapping, sequence, text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = date.min.toordinal() + 8, date.max.toordinal() - 16  # room to look around any day
_KEPT_DAYS = 64  # days whose instants are remembered

Spans = tuple[tuple[int, int], ...]  # minutes after midnight of the day; an end may pass 24 hours


@dataclass(slots=True, eq=False)
class Calendar:
    """The hours of one queue. `weekly` has seven entries, Monday first; `exceptions` is keyed by day ordinal."""

    time_zone: str
    weekly: tuple[Spans, ...]
    exceptions: Mapping[int, Spans]
    _zone: ZoneInfo = field(init=False)
    _instants: dict[int, list[tuple[int, int]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.time_zone)

    def is_open(self, at: float) -> bool:
        """Whether the queue is open at an instant (Unix seconds). Closed in years no calendar knows."""
        day = self._day_of(at)
        if day is None:
            return False
        return any(start <= at < end for near in range(day - 2, day + 2) for start, end in self._spans(near))

    def next_boundary(self, at: float) -> float | None:
        """The first instant after `at` at which the queue opens or closes, None if it never does again."""
        day = self._day_of(at)
        if day is None:
            return None
        was_open = self.is_open(at)
        for near in self._days_to_look_at(day):
            instants = sorted({instant for span in self._spans(near) for instant in span})
            for instant in instants[bisect_right(instants, at) :]:
                if self.is_open(instant) != was_open:
                    return instant
        return None

    def as_config(self) -> dict[str, Any]:
        """The calendar in the shape it is read from."""
        return {
            "time_zone": self.time_zone,
            "weekly": {name: _written(spans) for name, spans in zip(DAYS, self.weekly, strict=True) if spans},
            "exceptions": {
                date.fromordinal(day).isoformat(): _written(spans) for day, spans in self.exceptions.items()
            },
        }

    def _days_to_look_at(self, day: int) -> Iterator[int]:
        """Ascending. A week without a change repeats for ever, so beyond it only exceptions can make one."""
        ahead = {*range(day - 2, day + 9)}
        for exception in self.exceptions:
            if exception > day:
                ahead.update(range(exception - 1, min(exception + 9, _LATEST)))
        yield from sorted(ahead)

    def _day_of(self, at: float) -> int | None:
        """The local date at an instant, as an ordinal."""
        try:
            day = (_EPOCH + timedelta(seconds=at)).astimezone(self._zone).date().toordinal()
        except OverflowError:
            return None
        return day if _EARLIEST <= day < _LATEST else None

    def _spans(self, day: int) -> list[tuple[int, int]]:
        """The spans that start on a day, as instants."""
        found = self._instants.get(day)
        if found is None:
            if len(self._instants) >= _KEPT_DAYS:
                self._instants.clear()
            walls = self.exceptions.get(day, self.weekly[date.fromordinal(day).weekday()])
            found = [(self._instant(day, start), self._instant(day, end)) for start, end in walls]
            self._instants[day] = found
        return found

    def _instant(self, day: int, minutes: int) -> int:
        """When the wall clock first reads so many minutes after midnight of a day, or first jumps past it."""
        midnight = datetime.fromordinal(day)
        wall = (midnight + timedelta(minutes=minutes)).replace(tzinfo=self._zone)
        before, after = (_unix(wall.replace(fold=fold)) for fold in (0, 1))
        if after >= before:
            return before
        # the wall time does not exist: find the jump, the first second with the offset that holds after it
        low, high = after, before
        offset = (_EPOCH + timedelta(seconds=high)).astimezone(self._zone).utcoffset()
        while high - low > 1:
            middle = (low + high) // 2
            if (_EPOCH + timedelta(seconds=middle)).astimezone(self._zone).utcoffset() == offset:
                high = middle
            else:
                low = middle
        return high


def read_calendar(raw: object, where: str) -> Calendar:
    """{"time_zone": IANA name, "weekly": {"mon": [["09:00", "12:30"], ...]}, "exceptions": {"2026-12-25": []}}.

    A day that is missing from `weekly` is closed. InputError names what is wrong.
    """
    fields = Fields(raw, where)
    weekly = fields.get("weekly", mapping, {})
    for name in weekly:
        if name not in DAYS:
            raise InputError(f"{where}.weekly.{name} is not a day: use {', '.join(DAYS)}")
    exceptions = fields.get("exceptions", mapping, {})
    return Calendar(
        time_zone=fields.need("time_zone", _zone_name),
        weekly=tuple(_read_spans(weekly.get(name, ()), f"{where}.weekly.{name}") for name in DAYS),
        exceptions={
            _read_date(day, f"{where}.exceptions"): _read_spans(spans, f"{where}.exceptions.{day}")
            for day, spans in exceptions.items()
        },
    )


def _zone_name(raw: object, where: str) -> str:
    name = text(raw, where)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            f"{where} {name!r} is not a time zone: use an IANA name, for example Asia/Taipei"
        ) from None
    return name


def _read_date(raw: object, where: str) -> int:
    try:
        return date.fromisoformat(text(raw, f"{where} key")).toordinal()
    except ValueError:
        raise InputError(f"{where} key {raw!r} is not a date: write YYYY-MM-DD") from None


def _read_spans(raw: object, where: str) -> Spans:
    found = []
    for i, item in enumerate(sequence(raw, where)):
        pair = sequence(item, f"{where}[{i}]")
        if len(pair) != 2:
            raise InputError(f"{where}[{i}] must be [start, end]")
        start, end = _read_time(pair[0], f"{where}[{i}][0]"), _read_time(pair[1], f"{where}[{i}][1]")
        if start == DAY_MINUTES:
            raise InputError(f"{where}[{i}][0] must lie before 24:00")
        found.append((start, end if end > start else end + DAY_MINUTES))
    return tuple(found)


def _read_time(raw: object, where: str) -> int:
    found = re.fullmatch(r"([01]\d|2[0-4]):([0-5]\d)", text(raw, where), re.ASCII)
    minutes = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise InputError(f"{where} must be a time of day from 00:00 to 24:00")
    return minutes


def _written(spans: Spans) -> list[list[str]]:
    return [[_written_time(start), _written_time(end, DAY_MINUTES)] for start, end in spans]


def _written_time(minutes: int, longest: int = DAY_MINUTES - 1) -> str:
    if minutes > longest:
        minutes -= DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _unix(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds())
