"""Waiting queues: first in, first out, made on demand by Enqueue or ahead by REST."""

from collections import deque
from dataclasses import dataclass, field

from simulator.calls import Call
from simulator.ids import SidFactory
from simulator.journal import EntryKind, Journal

DEFAULT_MAX_SIZE = 1_000  # callers
MAX_SIZE_LIMIT = 5_000  # callers
WAITS_REMEMBERED = 100  # latest waits the average is made of


@dataclass(eq=False, slots=True)
class QueueEntry:
    """One waiting call."""

    call: Call
    queue: "WaitingQueue"
    since: float


@dataclass(eq=False, slots=True)
class WaitingQueue:
    """A queue of the account."""

    sid: str
    name: str
    created: float
    max_size: int = DEFAULT_MAX_SIZE
    entries: list[QueueEntry] = field(default_factory=list)
    waits: deque[float] = field(default_factory=lambda: deque(maxlen=WAITS_REMEMBERED))

    @property
    def average_wait(self) -> int:
        """Mean of the latest completed waits, whole seconds."""
        return round(sum(self.waits) / len(self.waits)) if self.waits else 0

    def position(self, entry: QueueEntry) -> int:
        """Place in the queue from 1; 0 when it is no longer in it."""
        return self.entries.index(entry) + 1 if entry in self.entries else 0


class Queues:
    """All queues of the account, by SID and by name."""

    def __init__(self, sids: SidFactory, journal: Journal) -> None:
        self._sids = sids
        self._journal = journal
        self.by_sid: dict[str, WaitingQueue] = {}

    def named(self, name: str) -> WaitingQueue | None:
        """The queue of that name, if there is one."""
        return next((queue for queue in self.by_sid.values() if queue.name == name), None)

    def open(self, name: str, now: float, max_size: int = DEFAULT_MAX_SIZE) -> WaitingQueue:
        """The queue of that name, made when there is none."""
        queue = self.named(name)
        if queue is None:
            queue = WaitingQueue(self._sids.make("QU"), name, now, max_size)
            self.by_sid[queue.sid] = queue
            self._journal.add(EntryKind.QUEUE, "created", queue_sid=queue.sid, name=name)
        return queue

    def enter(self, queue: WaitingQueue, call: Call, now: float) -> QueueEntry:
        """Put a call at the end."""
        entry = QueueEntry(call, queue, now)
        queue.entries.append(entry)
        call.queue_entry = entry
        self._journal.add(
            EntryKind.QUEUE,
            "entered",
            call.sid,
            queue_sid=queue.sid,
            name=queue.name,
            position=len(queue.entries),
        )
        return entry

    def leave(self, entry: QueueEntry, result: str, now: float) -> None:
        """Take a call out. `result` is Twilio's QueueResult."""
        queue = entry.queue
        queue.entries.remove(entry)
        queue.waits.append(now - entry.since)
        entry.call.queue_entry = None
        self._journal.add(
            EntryKind.QUEUE, "left", entry.call.sid, queue_sid=queue.sid, name=queue.name, result=result
        )
