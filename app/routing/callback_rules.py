"""How a callback lives: its states, its tries and gaps, and the hours at which nobody is called. Pure.

pausing ◄──► waiting ◄──► dialling ──► reached
   ▲                          │
   └──────── missed ──────────┴──► failed          settled and cancelled: from every open state

pausing: out of the queue until `due_at`; waiting: in the queue at the kept place; dialling: the customer is rung.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from app.routing.calendars import DAYS, Calendar, read_calendar

CONNECT_SECONDS = 15  # on top of the ringing: the agent's own leg comes first, and the news travels
RECHECK = timedelta(minutes=1)  # of what has no known end: a queue closed by hand
BUSY_WITH_US = timedelta(
    seconds=15
)  # until a customer who is on the line with us right now is looked at again
LONGEST_LOOK_AHEAD = 400  # changes of hours looked at before giving up (a calendar that never opens)


class CallbackState(StrEnum):
    """Where a callback stands; the first three are open."""

    PAUSING = "pausing"
    WAITING = "waiting"
    DIALLING = "dialling"
    REACHED = "reached"
    SETTLED = "settled"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (CallbackState.PAUSING, CallbackState.WAITING, CallbackState.DIALLING)


class CallbackMove(StrEnum):
    """What may happen to a callback."""

    RELEASE = "release"  # its time has come: into the queue
    HOLD = "hold"  # out of the queue again, without a try
    DIAL = "dial"
    UNDO = "undo"  # the dialling came to nothing on our side: no try
    MISS = "miss"
    REACH = "reach"
    SETTLE = "settle"
    FAIL = "fail"
    CANCEL = "cancel"


_S = CallbackState
_MOVES: dict[CallbackMove, tuple[tuple[CallbackState, ...], CallbackState]] = {
    CallbackMove.RELEASE: ((_S.PAUSING,), _S.WAITING),
    CallbackMove.HOLD: ((_S.WAITING, _S.DIALLING), _S.PAUSING),
    CallbackMove.DIAL: ((_S.WAITING,), _S.DIALLING),
    CallbackMove.UNDO: ((_S.DIALLING,), _S.WAITING),
    CallbackMove.MISS: ((_S.DIALLING,), _S.PAUSING),
    CallbackMove.REACH: ((_S.DIALLING,), _S.REACHED),
    CallbackMove.SETTLE: (OPEN, _S.SETTLED),
    CallbackMove.FAIL: (OPEN, _S.FAILED),
    CallbackMove.CANCEL: (OPEN, _S.CANCELLED),
}


def sources(move: CallbackMove) -> list[str]:
    """The states from which the move is allowed, for compare-and-set statements."""
    return [state.value for state in _MOVES[move][0]]


def target(move: CallbackMove) -> CallbackState:
    """The state a move leads to."""
    return _MOVES[move][1]


class DialResult(StrEnum):
    """How ringing the customer ended."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


class First(StrEnum):
    """Who is on the line first."""

    AGENT = "agent"  # an agent accepts, then the customer is rung: nobody answers into silence
    CUSTOMER = "customer"  # the customer is rung when first in line, then connected to the next agent


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours at which no customer is called, in the customer's time zone; `start` after `end` runs past midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """A queue's `callback_rules`."""

    first: First = First.AGENT
    max_tries: int = 3
    gap_seconds: int = 900
    ring_seconds: int = 30
    quiet: Quiet | None = Quiet(time(21), time(8))
    in_queue: bool = True  # whether those who wait are asked if they would rather be called


class RuleError(ValueError):
    """A rule cannot be used; the text names it and says what would be right."""


_LIMITS = {"max_tries": (1, 20), "gap_seconds": (0, 604_800), "ring_seconds": (5, 120)}


def read_rules(raw: Mapping[str, Any]) -> CallbackRules:
    """The rules in `raw`, the defaults for what is left out: first ("agent" or "customer"), max_tries, gap_seconds,
    ring_seconds, quiet ({"from": "21:00", "to": "08:00"}, or null for none), in_queue. Raises RuleError."""
    default = CallbackRules()
    unknown = sorted(set(raw) - {"first", "quiet", "in_queue", *_LIMITS})
    if unknown:
        raise RuleError(
            f"{unknown[0]}: there is no such rule; known are first, quiet, in_queue, {', '.join(_LIMITS)}"
        )
    try:
        first = First(raw.get("first", default.first))
    except ValueError:
        raise RuleError("first: must be agent or customer") from None
    numbers: dict[str, int] = {}
    for name, (low, high) in _LIMITS.items():
        value = raw.get(name, getattr(default, name))
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise RuleError(f"{name}: must be a whole number from {low} to {high}")
        numbers[name] = value
    quiet = _quiet(raw["quiet"]) if "quiet" in raw else default.quiet
    in_queue = raw.get("in_queue", default.in_queue)
    if not isinstance(in_queue, bool):
        raise RuleError("in_queue: must be true or false")
    return CallbackRules(first=first, quiet=quiet, in_queue=in_queue, **numbers)


def _quiet(raw: object) -> Quiet | None:
    if raw is None:
        return None
    try:
        assert isinstance(raw, Mapping)  # noqa: S101 -- caught below
        quiet = Quiet(time.fromisoformat(raw["from"]), time.fromisoformat(raw["to"]))
    except (AssertionError, KeyError, TypeError, ValueError):
        raise RuleError('quiet: must be {"from": "21:00", "to": "08:00"} or null') from None
    seconds = quiet.start.second or quiet.end.second or quiet.start.microsecond or quiet.end.microsecond
    if quiet.start.tzinfo or quiet.end.tzinfo or quiet.start == quiet.end or seconds:
        raise RuleError("quiet: from and to must be two different times of day, hours and minutes only")
    return quiet


def awake(quiet: Quiet, time_zone: str) -> Calendar:
    """The hours at which a customer in this zone may be called: a calendar that is closed in quiet hours."""
    span = [quiet.end.strftime("%H:%M"), quiet.start.strftime("%H:%M")]
    return read_calendar({"time_zone": time_zone, "weekly": {day: [span] for day in DAYS}}, "quiet")


@dataclass(frozen=True, slots=True)
class Window:
    """Whether a customer may be called at an instant. `until`: allowed, when that ends (None: never); not allowed,
    when it begins (None: not to be foreseen)."""

    is_allowed: bool
    until: datetime | None


def window(at: datetime, calendars: Sequence[Calendar]) -> Window:
    """Whether all these hours let us call at `at`, and until or from when."""
    start = moment = at.timestamp()
    for _ in range(LONGEST_LOOK_AHEAD):
        closed = next((calendar for calendar in calendars if not calendar.is_open(moment)), None)
        if closed is None:
            ends = [end for one in calendars if (end := one.next_boundary(start)) is not None]
            if moment == start:
                return Window(True, _instant(min(ends)) if ends else None)
            return Window(False, _instant(moment))
        opens = closed.next_boundary(moment)
        if opens is None:
            break
        moment = opens
    return Window(False, None)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def next_try(*, now: datetime, tries: int, max_tries: int, gap_seconds: int) -> datetime | None:
    """When to try again after a try that missed the customer; None when that was the last."""
    return now + timedelta(seconds=gap_seconds) if tries < max_tries else None


def dial_time(ring_seconds: int) -> timedelta:
    """How long a dialling may take until it counts as unanswered."""
    return timedelta(seconds=ring_seconds + CONNECT_SECONDS)
