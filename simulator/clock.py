"""The one clock every wait of the simulator goes through: real (with a speed factor) or stepped by a test."""

import asyncio
import heapq
import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

LAST = 1 << 60  # added to the order of timers that run after all others of their moment
SETTLE_TURNS = 60  # event-loop turns without outside work after which nothing more will happen by itself
STEPPED_START = 1_767_571_200.0  # 2026-01-05T00:00:00Z, where a stepped clock begins unless told otherwise


class TimerHandle(Protocol):
    """Something that can be called off."""

    def cancel(self) -> None:
        """Call it off; harmless when it already ran."""


class Clock(ABC):
    """Virtual seconds. `now()` is seconds since the epoch; durations are virtual seconds."""

    @abstractmethod
    def now(self) -> float:
        """Virtual seconds since the epoch."""

    @abstractmethod
    async def sleep(self, seconds: float) -> None:
        """Wait that many virtual seconds."""

    @abstractmethod
    def call_later(self, seconds: float, callback: Callable[[], None]) -> TimerHandle:
        """Run `callback` once after that many virtual seconds."""

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Mark work that waits on the outside world (an HTTP request), which a stepped clock must let end."""
        yield


class RealClock(Clock):
    """Wall time, run `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("speed must be greater than 0")
        self.speed = speed
        self._wall_start = time.time()
        self._start = time.monotonic()

    def now(self) -> float:
        """Virtual seconds since the epoch."""
        return self._wall_start + (time.monotonic() - self._start) * self.speed

    def set_speed(self, speed: float) -> None:
        """Go on at another pace; what waits already keeps the pace it began with."""
        if speed <= 0:
            raise ValueError("speed must be greater than 0")
        self._wall_start, self._start = self.now(), time.monotonic()
        self.speed = speed

    async def sleep(self, seconds: float) -> None:
        """Wait that many virtual seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> TimerHandle:
        """Run `callback` once after that many virtual seconds."""
        return asyncio.get_running_loop().call_later(max(0.0, seconds) / self.speed, callback)


@dataclass(order=True)
class _Timer:
    due: float
    order: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class SteppedClock(Clock):
    """Time stands still until `advance` moves it; due timers run one by one, in order.

    Between two timers the clock waits until everything is quiet: no request is on its way and the event loop
    has nothing left to do. A peer with background work of its own adds a coroutine function to `settlers`; it
    is awaited each time and returns True when it did something.
    """

    def __init__(self, start: float = STEPPED_START) -> None:
        self._now = start
        self._timers: list[_Timer] = []
        self._order = itertools.count()
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stamp = 0
        self.settlers: list[Callable[[], Awaitable[bool]]] = []

    def now(self) -> float:
        """Virtual seconds since the epoch."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait that many virtual seconds (until some test advances the clock that far)."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not done.done():
                done.set_result(None)

        timer = self._add(seconds, wake)
        try:
            await done
        finally:
            timer.cancel()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> TimerHandle:
        """Run `callback` once after that many virtual seconds."""
        return self._add(seconds, callback)

    def call_last_at(self, t: float, callback: Callable[[], None]) -> TimerHandle:
        """Run `callback` once at a moment, after all timers of that moment."""
        return self._push(_Timer(max(self._now, t), LAST + next(self._order), callback))

    def _add(self, seconds: float, callback: Callable[[], None]) -> _Timer:
        return self._push(_Timer(self._now + max(0.0, seconds), next(self._order), callback))

    def _push(self, timer: _Timer) -> _Timer:
        heapq.heappush(self._timers, timer)
        self._stamp += 1
        return timer

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Mark work that waits on the outside world."""
        self._busy += 1
        self._stamp += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._busy -= 1
            self._stamp += 1
            if not self._busy:
                self._idle.set()

    async def settle(self) -> None:
        """Wait until nothing more happens without time passing."""
        quiet = 0
        while quiet < SETTLE_TURNS:
            if self._busy:
                await self._idle.wait()
                quiet = 0
            stamp = self._stamp
            await asyncio.sleep(0)
            quiet = quiet + 1 if stamp == self._stamp and not self._busy else 0
            if quiet == SETTLE_TURNS:
                for settler in self.settlers:
                    if await settler():
                        quiet = 0

    def next_due(self) -> float | None:
        """When the next timer is due, or None when nothing waits."""
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0].due if self._timers else None

    async def step(self, until: float) -> bool:
        """Run the next timer if it is due by `until`; else move there. True when a timer ran."""
        await self.settle()
        return await self._step(until)

    async def _step(self, until: float) -> bool:
        """`step`, when everything is quiet."""
        due = self.next_due()
        if due is None or due > until:
            self._now = max(self._now, until)
            return False
        timer = heapq.heappop(self._timers)
        self._now = max(self._now, timer.due)
        timer.callback()
        await self.settle()
        return True

    async def advance(self, seconds: float) -> None:
        """Move time on by `seconds`, running all due timers in order."""
        until = self._now + seconds
        await self.settle()
        while await self._step(until):
            pass
