"""Supervised background work: strong references, names, and a restart with back-off when a loop fails."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger()

FIRST_RETRY_SECONDS = 0.2
LONGEST_RETRY_SECONDS = 5.0
CANCEL_AGAIN_SECONDS = 1.0


class TaskGroup:
    """The background work of one process. `close` cancels and waits."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False

    def spawn(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start a task and keep it; a failure is logged, never swallowed."""
        if self._closing:
            coroutine.close()
            raise RuntimeError(f"cannot start {name}: shutting down")
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def supervise(self, name: str, loop: Callable[[], Awaitable[None]]) -> asyncio.Task[Any]:
        """Run `loop` for ever: when it fails it is logged and started again after a jittered pause."""
        return self.spawn(name, self._supervised(name, loop))

    async def _supervised(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        pause = FIRST_RETRY_SECONDS
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await loop()
                return
            except Exception:
                log.exception("background loop failed, restarting", loop=name)
            if asyncio.get_running_loop().time() - started > 30:
                pause = FIRST_RETRY_SECONDS
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, LONGEST_RETRY_SECONDS)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background task failed", task=task.get_name(), exc_info=error)

    async def close(self) -> None:
        """Cancel everything and wait until it is gone."""
        self._closing = True
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            # some library code (asyncio.wait_for before Python 3.12) loses a cancellation that meets a result
            await asyncio.wait(self._tasks, timeout=CANCEL_AGAIN_SECONDS)
