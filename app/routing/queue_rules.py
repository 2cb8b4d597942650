"""The rules of one queue, as they are set, and how the queue stands now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from app.routing.calendars import Calendar, read_calendar
from app.routing.eligibility import Id
from app.routing.fields import (
    KEEP,
    Fields,
    InputError,
    Keep,
    flag,
    integer,
    not_negative,
    one_of,
    optional,
    positive,
    rises,
)
from app.routing.model import Rise


class Order(StrEnum):
    """Who comes first among agents of equal rank: the longest idle, or the best in the skills asked for (R12)."""

    IDLE = "idle"
    PROFICIENCY = "proficiency"


class Treatment(StrEnum):
    """What becomes of a contact that a queue cannot serve as usual."""

    SERVE = "serve"
    WAIT = "wait"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class QueueRules:
    """Rules of one queue; KEEP leaves the floor's rule in force.

    `when_closed`: a contact that arrives while the queue is closed is refused or waits for the opening.
    `at_close`: those who wait when the hours end are served, are refused, or wait for the opening.
    `unstaffed`: those who wait while nobody serves the queue wait on, or are refused.
    `ring`: to how many agents one contact is offered at once, at most.
    `rising`: the priority of those who wait, by the time they have waited; a contact's own list wins.
    """

    wrapup: float | Keep = KEEP
    reservation_timeout: float | Keep | None = KEEP
    max_waiting: float | None = None
    calendar: Calendar | None = None
    closed: bool = False
    when_closed: Treatment = Treatment.REFUSE
    at_close: Treatment = Treatment.SERVE
    unstaffed: Treatment = Treatment.WAIT
    order: Order = Order.IDLE
    rising: tuple[Rise, ...] = ()
    ring: int = 1

    def as_config(self) -> dict[str, Any]:
        """The rules that differ from the defaults, in the shape they are read from."""
        named: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                named[one.name] = _written(value)
        return named


NO_RULES = QueueRules()


@dataclass(slots=True, eq=False)
class Queue:
    """A queue as it stands now. `staff` counts the agents who serve it and are not offline."""

    id: Id
    number: int  # in the order in which the queues were first named
    rules: QueueRules = NO_RULES
    is_open: bool = True
    staff: int = 0
    has_virtual: bool = False  # it has had virtual contacts, so that its head is watched
    wake_at: float | None = None
    wake_token: int = 0

    def opens_at(self, now: float) -> bool:
        """Whether it should be open: not closed by hand, and within its hours."""
        calendar = self.rules.calendar
        return not self.rules.closed and (calendar is None or calendar.is_open(now))

    def next_boundary(self, now: float) -> float | None:
        """When the hours change next; a queue closed by hand has none."""
        calendar = self.rules.calendar
        return None if calendar is None or self.rules.closed else calendar.next_boundary(now)

    @property
    def is_deserted(self) -> bool:
        """Whether nobody serves the queue and it therefore refuses who waits."""
        return self.staff == 0 and self.rules.unstaffed is Treatment.REFUSE


def read_rules(fields_of_queue: Fields) -> dict[str, Any]:
    """The rules that are named, for `changed`; InputError when one is malformed."""
    return {
        name: fields_of_queue.need(name, read) for name, read in _READERS.items() if fields_of_queue.has(name)
    }


def changed(rules: QueueRules, changes: Mapping[str, Any]) -> QueueRules:
    """The rules after a change; what is not named stays."""
    return replace(rules, **changes)


def _written(value: object) -> object:
    if isinstance(value, Calendar):
        return value.as_config()
    if isinstance(value, tuple):
        return [[rise.after, rise.priority] for rise in value]
    return value.value if isinstance(value, StrEnum) else value


def _at_least_one(raw: object, where: str) -> int:
    value = integer(raw, where)
    if value < 1:
        raise InputError(f"{where} must be 1 or more")
    return value


_READERS: dict[str, Callable[[object, str], Any]] = {
    "wrapup": not_negative,
    "reservation_timeout": optional(positive),
    "max_waiting": optional(not_negative),
    "calendar": optional(read_calendar),
    "closed": flag,
    "when_closed": one_of(Treatment.REFUSE, Treatment.WAIT),
    "at_close": one_of(Treatment.SERVE, Treatment.REFUSE, Treatment.WAIT),
    "order": one_of(*Order),
    "rising": rises,
    "ring": _at_least_one,
    "unstaffed": one_of(Treatment.WAIT, Treatment.REFUSE),
}
