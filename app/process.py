"""One running process: opens what it needs in order, starts its loops, and closes everything in reverse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx
import structlog

from app.channels.twilio.client import TwilioClient
from app.channels.voice import commands
from app.channels.voice.reconcile import Reconciler
from app.channels.voice.sending import CommandSender
from app.core.bus import Bus
from app.core.db import Database
from app.core.ids import new_id
from app.core.jobs import JobWorker
from app.core.settings import Settings
from app.core.tasks import TaskGroup
from app.realtime.hub import Hub
from app.routing.router import Router
from app.wiring import event_registry

log = structlog.get_logger()

TIMER_SECONDS = 1.0


@dataclass(slots=True)
class Process:
    """What a process shares among its parts."""

    settings: Settings
    node: UUID
    database: Database
    bus: Bus
    hub: Hub
    tasks: TaskGroup


def build(settings: Settings, dsn: str) -> Process:
    """Connect the parts; nothing is opened yet."""
    node = new_id()
    database = Database(dsn, pool_size=settings.database_pool_size, registry=event_registry())
    bus = Bus(dsn, node)
    database.on_commit(bus.publish)
    hub = Hub(database)
    bus.listen("stream:", hub.hint)
    bus.on_gap(hub.mark_all_behind)
    return Process(settings, node, database, bus, hub, TaskGroup())


@asynccontextmanager
async def opened(process: Process) -> AsyncIterator[Process]:
    """Open the database and the bus for the life of the block."""
    await process.database.open()
    process.bus.start(process.tasks)
    try:
        yield process
    finally:
        await process.hub.close()
        await process.tasks.close()
        await process.database.close()


@asynccontextmanager
async def working(
    process: Process, *, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[None]:
    """The worker's loops: router, jobs, timers and reconciliation. `transport` replaces the network in tests."""
    settings, database = process.settings, process.database
    async with TwilioClient(settings, transport=transport) as client:
        sender = CommandSender(database, client, settings)
        jobs = JobWorker(database.dsn, {commands.JOB: sender.send})
        router = Router(database, settings, process.node, process.bus)
        reconciler = Reconciler(database, client)
        tasks = TaskGroup()
        tasks.supervise("router", router.run)
        tasks.supervise("jobs", jobs.run)
        tasks.supervise("call timers", lambda: _every(TIMER_SECONDS, reconciler.rescue_alone))
        tasks.supervise("call reconciliation", lambda: _every(TIMER_SECONDS * 5, reconciler.check_due))
        try:
            yield
        finally:
            await tasks.close()


async def _every(seconds: float, work: Callable[[], Awaitable[int]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await work()
