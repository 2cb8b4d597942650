"""Jobs: made by the transaction that causes them, run again when they may, visible when they cannot."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from app.core import jobs
from app.core.db import Database
from app.core.ids import new_id
from app.core.jobs import JobHandler, JobWorker, Payload, RetryLater, enqueue
from app.core.tasks import TaskGroup
from tests.support.waiting import eventually


class Work:
    """A handler that remembers what it ran and fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.ran: list[Payload] = []
        self._failures = list(failures)

    async def __call__(self, payload: Payload) -> None:
        self.ran.append(payload)
        if self._failures:
            raise self._failures.pop(0)


@contextlib.asynccontextmanager
async def working(dsn: str, handler: JobHandler) -> AsyncIterator[None]:
    tasks = TaskGroup()
    tasks.supervise("jobs", JobWorker(dsn, {"ring": handler}).run)
    try:
        yield
    finally:
        await tasks.close()


async def order(database: Database, **payload: object) -> None:
    async with database.transaction() as tx:
        await enqueue(tx, "ring", payload)


async def done(work: Work, times: int) -> None:
    async def enough() -> bool:
        return len(work.ran) >= times

    await eventually(enough, what=f"{times} runs")


async def test_a_job_runs_after_its_transaction(dsn: str, database: Database) -> None:
    work = Work()
    await order(database, contact="c1")
    await JobWorker(dsn, {"ring": work}).drain()
    assert work.ran == [{"contact": "c1"}]


async def test_a_job_vanishes_with_its_transaction(dsn: str, database: Database) -> None:
    work = Work()
    with contextlib.suppress(RuntimeError):
        async with database.transaction() as tx:
            await enqueue(tx, "ring", {})
            raise RuntimeError("something else failed")
    await JobWorker(dsn, {"ring": work}).drain()
    assert work.ran == []


async def test_a_waiting_job_makes_its_twin_unnecessary(dsn: str, database: Database) -> None:
    work = Work()
    for _ in range(2):
        async with database.transaction() as tx:
            await enqueue(tx, "ring", {}, dedupe_key="contact-1")
    await JobWorker(dsn, {"ring": work}).drain()
    assert len(work.ran) == 1


async def test_a_job_that_is_too_early_runs_again(dsn: str, database: Database) -> None:
    work = Work(RetryLater("busy", timedelta(0)))
    async with working(dsn, work):
        await order(database, contact="c1")
        await done(work, 2)
    assert work.ran == [{"contact": "c1"}] * 2


async def test_a_job_that_failed_for_good_stays_to_be_seen(dsn: str, database: Database) -> None:
    work = Work(ValueError("broken"))
    jobs_left, jobs.MAX_ATTEMPTS = jobs.MAX_ATTEMPTS, 0
    try:
        await order(database)
        await JobWorker(dsn, {"ring": work}).drain()
    finally:
        jobs.MAX_ATTEMPTS = jobs_left
    async with database.read() as reader:
        assert await reader.fetchval("select status::text from pgqueuer") == "failed"


async def test_jobs_go_on_after_the_connection_is_cut(dsn: str, database: Database) -> None:
    work = Work()
    async with working(dsn, work):
        await order(database, n=1)
        await done(work, 1)
        async with database.read() as reader:
            await reader.fetch(
                """select pg_terminate_backend(pid) from pg_stat_activity
                   where application_name = 'switchboard-jobs' and datname = current_database()"""
            )
        await order(database, n=2)
        await done(work, 2)
    assert work.ran[-1] == {"n": 2}


async def test_the_job_of_a_dead_worker_is_taken_over(dsn: str, database: Database) -> None:
    await order(database, n=1)
    async with database.transaction() as tx:  # picked by a worker that has not been heard of for an hour
        await tx.execute(
            """update pgqueuer set status = 'picked', queue_manager_id = $1, attempts = 1,
                      heartbeat = heartbeat - interval '1 hour', updated = updated - interval '1 hour'""",
            new_id(),
        )
    work = Work()
    async with working(dsn, work):
        await done(work, 1)
    assert work.ran == [{"n": 1}]


async def test_stopping_does_not_wait_for_a_job_that_hangs(dsn: str, database: Database) -> None:
    started = asyncio.Event()

    async def hang(_: Payload) -> None:
        started.set()
        await asyncio.Event().wait()

    async with working(dsn, hang):
        await order(database)
        await started.wait()
        stopping = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - stopping < 5
