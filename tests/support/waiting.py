"""Waiting for a fact instead of for a time: as short as can be, an error when it does not come true."""

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_S = 0.02  # seconds between two looks


def wait_until(predicate: Callable[[], object], timeout_s: float = 20.0, what: str = "the condition") -> None:
    """Return once `predicate()` is true; raise AssertionError naming `what` after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not predicate():
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what}"
        time.sleep(POLL_S)


async def eventually(
    predicate: Callable[[], Awaitable[object]], timeout_s: float = 20.0, what: str = "the condition"
) -> None:
    """The same for a predicate that must be awaited, without blocking the event loop."""
    deadline = time.monotonic() + timeout_s
    while not await predicate():
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what}"
        await asyncio.sleep(POLL_S)
