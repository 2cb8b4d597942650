"""Background loops: they come back after a failure, and stopping always ends."""

import asyncio

import pytest

from app.core import tasks as tasks_module
from app.core.tasks import TaskGroup


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restart without a pause that anybody would notice."""
    monkeypatch.setattr(tasks_module, "FIRST_RETRY_SECONDS", 0.001)
    monkeypatch.setattr(tasks_module, "CANCEL_AGAIN_SECONDS", 0.01)


async def test_a_failed_loop_is_started_again(quick: None) -> None:
    runs = 0
    settled = asyncio.Event()

    async def loop() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise ConnectionError("lost")
        settled.set()
        await asyncio.Event().wait()

    group = TaskGroup()
    group.supervise("loop", loop)
    async with asyncio.timeout(10):
        await settled.wait()
        await group.close()
    assert runs == 3


async def test_stopping_ends_work_that_loses_its_first_cancellation(quick: None) -> None:
    started = asyncio.Event()

    async def stubborn() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    group = TaskGroup()
    task = group.spawn("stubborn", stubborn())
    async with asyncio.timeout(10):
        await started.wait()
        await group.close()
    assert task.done()


async def test_nothing_starts_while_stopping() -> None:
    group = TaskGroup()
    await group.close()
    with pytest.raises(RuntimeError, match="shutting down"):
        group.spawn("late", asyncio.sleep(0))
