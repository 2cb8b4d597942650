"""Virtual time for the whole product: one stepped clock drives the network, SQL, the worker's loops and its jobs.

Only what waits is replaced here (the loops' pauses, the job library's polling, the REST client's network); what is done
is the product's own code. Work that is under way marks the clock busy, so time stands still until it is done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
import httpx
import orjson
import pytest

from app import process
from app.core import clock as core_clock
from app.core import jobs
from app.core.jobs import JobHandler, RetryLater
from app.routing.router import Router
from simulator.clock import SteppedClock

# A Friday, ten in the morning in Taipei; years after the demo's history, which is of the days before it was made.
START = datetime(2030, 11, 22, 2, 0, tzinfo=UTC)
# A table instead of a constant: a function that changes at every step would have every plan made anew.
SQL_CLOCK = """
create table stage_clock (now timestamptz not null);
insert into stage_clock values ('{start}');
create or replace function switchboard_now() returns timestamptz language sql stable parallel safe
  as 'select now from stage_clock'"""


class StageClock(SteppedClock):
    """The network's stepped clock; PostgreSQL and the product hear of a new time before anybody acts at it."""

    def __init__(self) -> None:
        super().__init__(START.timestamp())
        self._told = 0.0
        self._connection: asyncpg.Connection | None = None

    async def open(self, dsn: str) -> None:
        """Take over the time of this database and this process."""
        self._connection = await asyncpg.connect(dsn)
        await self._connection.execute(SQL_CLOCK.format(start=START.isoformat()))
        core_clock.install(lambda: datetime.fromtimestamp(self.now(), UTC))

    async def close(self) -> None:
        """Give the process its time back."""
        core_clock.install(None)
        if self._connection is not None:
            await self._connection.close()

    async def _step(self, until: float) -> bool:
        due = self.next_due()
        await self._tell(max(self.now(), until if due is None or due > until else due))
        return await super()._step(until)

    async def leap(self, seconds: float) -> None:
        """Everything stands still and then goes on: what came due meanwhile runs once, in order."""
        await self.settle()
        self._now += seconds
        await self._tell(self._now)
        await self.advance(1.0)

    async def _tell(self, now: float) -> None:
        if now > self._told and self._connection is not None:
            self._told = now
            await self._connection.execute(
                "update stage_clock set now = $1", datetime.fromtimestamp(now, UTC)
            )

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Within `busy`: this piece of work waits for time to pass."""
        self._busy -= 1
        self._stamp += 1
        if not self._busy:
            self._idle.set()
        try:
            yield
        finally:
            self._busy += 1
            self._stamp += 1
            self._idle.clear()


class VirtualNetwork(httpx.AsyncBaseTransport):
    """Carries REST requests to the simulator; the client's time limit is of virtual seconds."""

    def __init__(self, clock: StageClock) -> None:
        self._clock = clock
        self._inner: httpx.ASGITransport | None = None
        self._late: set[asyncio.Future[httpx.Response]] = set()

    def serve(self, app: Any) -> None:
        """The simulator, which is made after the product that it calls."""
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer. Raises httpx.ReadTimeout when it takes too long; the request goes on all the same."""
        patience = cast(dict[str, float], request.extensions["timeout"])["read"]
        assert self._inner is not None, "the network is not there yet"
        with self._clock.aside():
            answer = asyncio.ensure_future(self._inner.handle_async_request(request))
            limit = asyncio.ensure_future(self._clock.sleep(patience))
            await asyncio.wait((answer, limit), return_when=asyncio.FIRST_COMPLETED)
            limit.cancel()
        if answer.done():
            return answer.result()
        self._late.add(answer)
        answer.add_done_callback(self._late.discard)
        raise httpx.ReadTimeout("no answer in time", request=request)


class VirtualJobs:
    """Runs jobs as `app.core.jobs.JobWorker` does: at once, again after the pause a handler asks for, and with growing
    pauses when one fails. `failures` keeps what was raised without being foreseen."""

    def __init__(
        self, clock: StageClock, failures: list[str], dsn: str, handlers: dict[str, JobHandler]
    ) -> None:
        self._clock, self._dsn, self._handlers = clock, dsn, handlers
        self._failures = failures
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take jobs whenever everything else is quiet, until cancelled."""
        connection = await asyncpg.connect(self._dsn)

        async def take() -> bool:
            rows = await connection.fetch(
                """delete from pgqueuer where status = 'queued'
                   returning id, entrypoint, payload, execute_after - created as delay"""
            )
            for row in sorted(rows, key=lambda row: row["id"]):
                task = asyncio.ensure_future(self._job(row))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            return bool(rows)

        self._clock.settlers.append(take)
        try:
            await asyncio.Event().wait()
        finally:
            self._clock.settlers.remove(take)
            for task in list(self._tasks):
                task.cancel()
            await connection.close()

    async def _job(self, row: Any) -> None:
        await self._clock.sleep(max(0.0, row["delay"].total_seconds()))
        handler, payload = self._handlers[row["entrypoint"]], orjson.loads(row["payload"] or b"{}")
        for attempt in range(jobs.MAX_ATTEMPTS):
            try:
                with self._clock.busy():
                    await handler(payload)
                return
            except RetryLater as again:
                pause = again.delay
            except Exception as error:
                self._failures.append(f"the job {row['entrypoint']} raised {error!r}")
                pause = min(jobs.FIRST_RETRY * 2**attempt, jobs.LONGEST_RETRY)
            await self._clock.sleep(pause.total_seconds())


class VirtualRouter(Router):
    """The router, whose pauses are virtual."""

    stage: StageClock

    async def run(self) -> None:
        """Route until cancelled."""
        while True:
            with self.stage.busy():
                pause = await self.run_once()
            woken = asyncio.ensure_future(self._wake.wait())
            rested = asyncio.ensure_future(self.stage.sleep(max(pause, 0.001)))
            try:
                await asyncio.wait((woken, rested), return_when=asyncio.FIRST_COMPLETED)
            finally:
                woken.cancel()
                rested.cancel()


@contextmanager
def on_virtual_time(clock: StageClock, failures: list[str]) -> Iterator[None]:
    """Applications made in the block run their worker on this clock."""

    async def every(seconds: float, work: Callable[[], Awaitable[int]]) -> None:
        while True:
            await clock.sleep(seconds)
            try:
                with clock.busy():
                    await work()
            except (
                Exception
            ) as error:  # the supervisor would start it again; here it is a fault of the product
                failures.append(f"{getattr(work, '__qualname__', work)} raised {error!r}")

    def jobs_of(dsn: str, handlers: dict[str, JobHandler]) -> VirtualJobs:
        return VirtualJobs(clock, failures, dsn, handlers)

    router = type("StageRouter", (VirtualRouter,), {"stage": clock})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "JobWorker", jobs_of)
        patch.setattr(process, "Router", router)
        patch.setattr(process, "_every", every)
        yield
