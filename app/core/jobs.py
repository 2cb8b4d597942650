"""Work for the outside world, enqueued in the transaction of the change that causes it (pgqueuer).

A job carries ids only; its handler reads the tables and may run twice. A handler that raises `RetryLater` runs
again after the given pause; one that fails for good stays in the table as `failed`, to be seen and replayed.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
import structlog
from pgqueuer import AsyncpgDriver, PgQueuer, RetryRequested
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

from app.core.db import Transaction, prepare_connection

log = structlog.get_logger()

Payload = dict[str, Any]
JobHandler = Callable[[Payload], Awaitable[None]]

HEARTBEAT_TIMEOUT = timedelta(seconds=30)  # a job of a killed worker is taken over after this
DEQUEUE_TIMEOUT = timedelta(seconds=2)  # also how soon a lost connection is noticed
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=5)
MAX_ATTEMPTS = 12  # about half an hour of retries


class RetryLater(Exception):
    """The outside is not ready; run this job again after `delay`."""

    def __init__(self, reason: str, delay: timedelta):
        super().__init__(reason)
        self.delay = delay


async def enqueue(
    tx: Transaction,
    name: str,
    payload: Payload,
    *,
    delay: timedelta | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Run job `name` after this transaction commits, not before `delay` has passed. A job with the same
    `dedupe_key` that still waits makes this one unnecessary."""
    await Queries(AsyncpgDriver(tx.connection)).enqueue(
        name,
        orjson.dumps(payload, default=str),
        execute_after=delay,
        dedupe_key=dedupe_key,
        on_conflict="skip",
    )


class JobWorker:
    """Runs jobs in one process."""

    def __init__(self, dsn: str, handlers: dict[str, JobHandler]):
        self._dsn = dsn
        self._handlers = handlers

    async def run(self) -> None:
        """Run jobs until cancelled or the connection is lost (then it raises; the supervisor restarts it)."""
        await self._work(QueueExecutionMode.continuous)

    async def drain(self) -> None:
        """Run every job that is due and return."""
        await self._work(QueueExecutionMode.drain)

    async def _work(self, mode: QueueExecutionMode) -> None:
        connection = await asyncpg.connect(
            self._dsn, server_settings={"application_name": "switchboard-jobs", "timezone": "UTC"}
        )
        try:
            # The same jsonb codec as in `enqueue`: pgqueuer reads `headers` only as it was written.
            await prepare_connection(connection)
            queuer = PgQueuer(AsyncpgDriver(connection))
            for name, handler in self._handlers.items():
                queuer.entrypoint(name, on_failure="hold")(_entrypoint(name, handler))
            await queuer.qm.run(
                mode=mode,
                batch_size=10,
                dequeue_timeout=DEQUEUE_TIMEOUT,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                shutdown_on_listener_failure=True,
            )
        finally:
            connection.terminate()


def _entrypoint(name: str, handler: JobHandler) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        try:
            await handler(orjson.loads(job.payload or b"{}"))
        except RetryLater as error:
            raise RetryRequested(error.delay, str(error)) from error
        except Exception as error:
            if job.attempts >= MAX_ATTEMPTS:
                log.exception("job failed for good", job=name, job_id=job.id)
                raise
            pause = min(FIRST_RETRY * 2**job.attempts, LONGEST_RETRY)
            log.warning("job failed, will run again", job=name, job_id=job.id, pause=pause, exc_info=error)
            raise RetryRequested(pause, type(error).__name__) from error

    return run
