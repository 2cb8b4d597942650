"""Wake-up times of agents, contacts and queues in one heap: O(log n) each, old entries dropped when met."""

from heapq import heapify, heappop, heappush

from app.routing.model import Agent, Contact
from app.routing.queue_rules import Queue

Sleeper = Agent | Contact | Queue

_SLACK = 64  # dead entries that are always tolerated


class Deadlines:
    """At most one live wake-up for each sleeper; setting a new one makes the old entry dead."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, int, Sleeper]] = []
        self._serial = 0
        self._live = 0

    def set(self, sleeper: Sleeper, at: float | None) -> None:
        """Wake this sleeper at an instant, or not at all (None). Replaces what was set before."""
        if at == sleeper.wake_at:
            return
        self._live += (at is not None) - (sleeper.wake_at is not None)
        sleeper.wake_at = at
        sleeper.wake_token += 1
        if at is not None:
            self._serial += 1
            heappush(self._heap, (at, self._serial, sleeper.wake_token, sleeper))
        if len(self._heap) > 2 * self._live + _SLACK:
            self._heap = [entry for entry in self._heap if entry[2] == entry[3].wake_token]
            heapify(self._heap)

    def pop_due(self, now: float) -> list[Sleeper]:
        """Everyone whose instant has come (inclusive); each is no longer set afterwards."""
        due: list[Sleeper] = []
        while self._heap and self._heap[0][0] <= now:
            _, _, token, sleeper = heappop(self._heap)
            if token == sleeper.wake_token:
                sleeper.wake_at = None
                sleeper.wake_token += 1
                self._live -= 1
                due.append(sleeper)
        return due

    def next(self) -> float | None:
        """The earliest live instant, None if nobody is set."""
        while self._heap:
            at, _, token, sleeper = self._heap[0]
            if token == sleeper.wake_token:
                return at
            heappop(self._heap)
        return None
