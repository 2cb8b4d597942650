"""What waits to be written to one socket: bounded, so that a client that does not read is cut off and resumes."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

MAX_WAITING_FRAMES = 1000
MAX_WAITING_BYTES = 1024 * 1024  # a slower client is cut off and resumes by cursor (fault F10)
SEND_TIMEOUT_SECONDS = 10
CLOSE_SECONDS = 1.0
TOO_SLOW = (1013, "too slow; reconnect and resume")


class Sender(Protocol):
    """What is needed of a websocket."""

    async def send_bytes_as_text(self, data: bytes) -> None:
        """Send one text frame."""

    async def close(self, code: int, reason: str) -> None:
        """Close the socket."""


class Outgoing:
    """The frames of one socket. Events that wait together leave in one frame."""

    def __init__(self, sender: Sender):
        self._sender = sender
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._closing: tuple[int, str] | None = None

    def push_message(self, message: bytes) -> None:
        """Queue a complete message (not an event)."""
        self._push(b"\x00" + message)

    def close(self, code: int, reason: str) -> None:
        """Close after what waits was written; a client that does not read is cut."""
        self._closing = self._closing or (code, reason)
        self._wake.set()

    def wake(self) -> None:
        """There is something to prepare."""
        self._wake.set()

    def _push(self, frame: bytes) -> None:
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)
        if len(self._waiting) > MAX_WAITING_FRAMES or self._waiting_bytes > MAX_WAITING_BYTES:
            self._drop_waiting()
            self._closing = TOO_SLOW
        self._wake.set()

    def _drop_waiting(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0

    async def write_until_closed(self, prepare: Callable[[], Awaitable[None]]) -> None:
        """Write until closed; `prepare` is called before each round, to look up what was missed."""
        while self._closing is None:
            await self._wake.wait()
            self._wake.clear()
            await prepare()
            try:
                while self._waiting:
                    async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                        await self._sender.send_bytes_as_text(self._next_message())
            except TimeoutError:
                self._closing = TOO_SLOW
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._sender.close(*self._closing)

    def _next_message(self) -> bytes:
        first = self._waiting.popleft()
        self._waiting_bytes -= len(first)
        if first[:1] == b"\x00":
            return first[1:]
        frames = [first]
        while self._waiting and self._waiting[0][:1] != b"\x00":
            frames.append(self._waiting.popleft())
            self._waiting_bytes -= len(frames[-1])
        return b'{"type":"events","events":[' + b",".join(frames) + b"]}"
