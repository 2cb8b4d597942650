"""What happened in one replication: a few numbers for each contact, and when each agent was busy."""

import math
from array import array
from dataclasses import dataclass, field
from enum import IntEnum


class Outcome(IntEnum):
    """How a contact's wait ended."""

    WAITING = 0  # it did not: nothing could happen any more
    SERVED = 1
    ABANDONED = 2
    EXPIRED = 3
    BLOCKED = 4


def _numbers() -> "array[float]":
    return array("d")


@dataclass(slots=True)
class Spans:
    """Pieces of time: starts and ends, in seconds."""

    starts: "array[float]" = field(default_factory=_numbers)
    ends: "array[float]" = field(default_factory=_numbers)

    def add(self, start: float, end: float) -> None:
        """One piece more; a piece of no length is left out."""
        if end > start:
            self.starts.append(start)
            self.ends.append(end)


@dataclass(slots=True)
class Records:
    """By number of the contact, in the order of arrival; times in seconds.

    `wait_ended` is when it was connected, gave up, expired or was refused; NaN while it waits. `agent` is the number
    of the agent who got it, -1 for none. `busy` and `staffed` are by number of the agent.
    """

    arrived: "array[float]" = field(default_factory=_numbers)
    kind: "array[int]" = field(default_factory=lambda: array("H"))
    outcome: bytearray = field(default_factory=bytearray)
    wait_ended: "array[float]" = field(default_factory=_numbers)
    agent: "array[int]" = field(default_factory=lambda: array("l"))
    busy: list[Spans] = field(default_factory=list)
    staffed: list[Spans] = field(default_factory=list)
    offers: int = 0
    timed_out: int = 0
    refused: int = 0
    ended_at: float = 0

    def arrive(self, at: float, kind: int) -> int:
        """A new contact; returns its number."""
        self.arrived.append(at)
        self.kind.append(kind)
        self.outcome.append(Outcome.WAITING)
        self.wait_ended.append(math.nan)
        self.agent.append(-1)
        return len(self.arrived) - 1

    def end_wait(self, number: int, at: float, outcome: Outcome) -> None:
        """The contact waits no more."""
        self.outcome[number] = outcome
        self.wait_ended[number] = at
