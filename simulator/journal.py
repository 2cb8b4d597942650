"""The append-only record of everything that happened, with a running number; listeners get each line once."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

RING_SIZE = 20_000  # lines kept in memory
LISTENER_BUFFER = 1_000  # lines a slow listener may be behind before the oldest are dropped


class EntryKind(StrEnum):
    """What a journal line is about."""

    WEBHOOK = "webhook"
    REST = "rest"
    INSTRUCTION = "instruction"
    HEARS = "hears"
    CALL = "call"
    CONFERENCE = "conference"
    QUEUE = "queue"
    MESSAGE = "message"  # a text; `call_sid` is its MessageSid
    AUDIO = "audio"
    INPUT = "input"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `t` is virtual seconds since the epoch."""

    n: int
    t: float
    call_sid: str | None
    kind: EntryKind
    title: str
    detail: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The line as the control API sends it."""
        return {
            "n": self.n,
            "t": self.t,
            "call_sid": self.call_sid,
            "kind": self.kind.value,
            "title": self.title,
            "detail": self.detail,
        }


class Listener:
    """A bounded stream of entries; when the reader is slow the oldest are dropped and counted."""

    def __init__(self, wanted: Callable[[Entry], bool]) -> None:
        self._wanted = wanted
        self._buffer: deque[Entry] = deque()
        self._ready = asyncio.Event()
        self.dropped = 0

    def offer(self, entry: Entry) -> None:
        """Take the entry if it is wanted."""
        if not self._wanted(entry):
            return
        if len(self._buffer) >= LISTENER_BUFFER:
            self._buffer.popleft()
            self.dropped += 1
        self._buffer.append(entry)
        self._ready.set()

    async def next(self) -> Entry:
        """The next entry, waiting for it if there is none."""
        while not self._buffer:
            self._ready.clear()
            await self._ready.wait()
        return self._buffer.popleft()


class Journal:
    """Ring of entries, optional JSONL file, listeners, and facts that somebody waits for."""

    def __init__(self, now: Callable[[], float], path: Path | None = None) -> None:
        self._now = now
        self._entries: deque[Entry] = deque(maxlen=RING_SIZE)
        self._listeners: set[Listener] = set()
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None
        self._n = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries))

    @property
    def last_n(self) -> int:
        """Number of the newest line, 0 when there is none."""
        return self._n

    def add(self, kind: EntryKind, title: str, call_sid: str | None = None, /, **detail: Any) -> Entry:
        """Append a line and tell whoever waits."""
        self._n += 1
        entry = Entry(self._n, self._now(), call_sid, kind, title, detail)
        self._entries.append(entry)
        if self._file:
            self._file.write(json.dumps(entry.as_json(), ensure_ascii=False) + "\n")
            self._file.flush()
        for listener in self._listeners:
            listener.offer(entry)
        self.recheck()
        return entry

    @staticmethod
    def parse(lines: Iterable[Mapping[str, Any]]) -> list[Entry]:
        """Lines as they were written, for example decoded from a JSONL file."""
        return [
            Entry(x["n"], x["t"], x["call_sid"], EntryKind(x["kind"]), x["title"], x["detail"]) for x in lines
        ]

    def of(self, call_sid: str | None = None, kind: EntryKind | None = None, after: int = 0) -> list[Entry]:
        """Lines of one call and one kind (None = any) with a number greater than `after`, oldest first."""
        found: list[Entry] = []
        for entry in reversed(self._entries):
            if entry.n <= after:
                break
            if call_sid in (None, entry.call_sid) and kind in (None, entry.kind):
                found.append(entry)
        return found[::-1]

    def listen(self, wanted: Callable[[Entry], bool]) -> tuple[list[Entry], Listener]:
        """The lines so far and a listener for all later ones, without a gap between the two."""
        listener = Listener(wanted)
        self._listeners.add(listener)
        return [entry for entry in self._entries if wanted(entry)], listener

    def leave(self, listener: Listener) -> None:
        """Stop feeding a listener."""
        self._listeners.discard(listener)

    async def until(self, fact: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until `fact` holds, at most `timeout` real seconds (None = forever); whether it does."""
        if fact():
            return True
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiter = (fact, reached)
        self._waiters.append(waiter)
        try:
            await asyncio.wait_for(reached, timeout)
        except TimeoutError:
            return fact()
        finally:
            self._waiters.remove(waiter)
        return True

    def recheck(self) -> None:
        """Look again at the facts somebody waits for (after a change that writes no line)."""
        for fact, reached in self._waiters:
            if not reached.done() and fact():
                reached.set_result(None)

    def close(self) -> None:
        """Close the file, if any."""
        if self._file:
            self._file.close()
            self._file = None
