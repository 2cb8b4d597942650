"""One running process: opens what it needs in order, starts its loops, and closes everything in reverse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx
import structlog

from app.announcements import uploads
from app.announcements.uploads import Transcoder
from app.channels.chat.desk import Desk
from app.channels.chat.live import VisitorHub
from app.channels.chat.timers import ChatTimers
from app.channels.messaging import media
from app.channels.messaging import sending as messaging_jobs
from app.channels.messaging.media import MediaFetcher
from app.channels.messaging.sending import MessageSender
from app.channels.messaging.timers import MessagingTimers
from app.channels.twilio.client import TwilioClient
from app.channels.voice import commands, reports
from app.channels.voice.reconcile import Reconciler
from app.channels.voice.recording import life as recordings
from app.channels.voice.recording.fetching import RecordingFetcher
from app.channels.voice.recording.timers import RecordingTimers
from app.channels.voice.sending import CommandSender
from app.core import objects
from app.core.bus import Bus
from app.core.db import Database
from app.core.file_store import FileStore
from app.core.ids import new_id
from app.core.jobs import JobWorker
from app.core.objects import ObjectKeeper, ObjectStore
from app.core.outside import Outside
from app.core.s3_store import S3Store
from app.core.settings import Settings
from app.core.tasks import TaskGroup
from app.faq import calibration_runs, import_jobs
from app.faq.calibration_runs import CalibrationRunner
from app.faq.import_jobs import ImportRunner
from app.faq.keeper import searching_by_meaning
from app.faq.timers import ArticleTimers
from app.intake.web_requests import WebRequester
from app.realtime.hub import Hub
from app.routing.callback_timers import CallbackTimers
from app.routing.router import Router
from app.selfservice import requests
from app.wiring import event_registry, outlets

log = structlog.get_logger()

TIMER_SECONDS = 1.0
TIDY_SECONDS = 600.0  # between two looks for recordings whose time is over
CHECK_SECONDS = 60.0  # between two tries of the object store


@dataclass(slots=True)
class Process:
    """What a process shares among its parts."""

    settings: Settings
    node: UUID
    database: Database
    bus: Bus
    hub: Hub
    visitors: VisitorHub
    tasks: TaskGroup


def object_store(settings: Settings) -> ObjectStore:
    """Where the product's files are."""
    return S3Store(settings) if settings.objects == "s3" else FileStore(settings.home / "objects")


def build(settings: Settings, dsn: str) -> Process:
    """Connect the parts; nothing is opened yet."""
    node = new_id()
    database = Database(dsn, pool_size=settings.database_pool_size, registry=event_registry())
    bus = Bus(dsn, node)
    database.on_commit(bus.publish)
    hub = Hub(database)
    bus.listen("stream:", hub.hint)
    bus.on_gap(hub.mark_all_behind)
    return Process(settings, node, database, bus, hub, VisitorHub(bus), TaskGroup())


def desk(process: Process) -> Desk:
    """What serves the visitors of web chats."""
    files = object_store(process.settings)
    return Desk.of(process.settings, process.database, process.bus, process.visitors, files)


@asynccontextmanager
async def opened(process: Process) -> AsyncIterator[Process]:
    """Open the database and the bus for the life of the block."""
    await process.database.open()
    process.bus.start(process.tasks)
    try:
        async with searching_by_meaning(process.database, process.settings.faq_encoder):
            yield process
    finally:
        await process.hub.close()
        await process.visitors.close()
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
        files = object_store(settings)
        keeper = ObjectKeeper(database, files)
        transcoder = Transcoder(database, files)
        fetcher = RecordingFetcher(database, client, files, settings)
        recording_timers = RecordingTimers(database, client)
        messages = MessageSender(database, client, settings)
        media_fetcher = MediaFetcher(database, files, settings, transport=transport)
        web_requests = WebRequester(database, Outside(settings.flow_request_networks))
        jobs = JobWorker(
            database.dsn,
            {
                commands.JOB: sender.send,
                reports.EARLY_JOB: reports.Reports(database).early_status,
                messaging_jobs.JOB: messages.send,
                media.JOB: media_fetcher.fetch,
                recordings.FETCH_JOB: fetcher.fetch,
                recordings.DISCARD_JOB: fetcher.discard,
                requests.JOB: web_requests.ask,
                import_jobs.JOB: ImportRunner(database).run,
                calibration_runs.JOB: CalibrationRunner(database).run,
                objects.DELETE_JOB: keeper.delete,
                uploads.JOB: transcoder.run,
            },
        )
        router = Router(database, settings, process.node, process.bus, outlets(settings))
        reconciler = Reconciler(database, client)
        tasks = TaskGroup()
        tasks.supervise("router", router.run)
        tasks.supervise("jobs", jobs.run)
        callback_timers = CallbackTimers(database, settings)
        tasks.supervise("callback timers", lambda: _every(TIMER_SECONDS, callback_timers.run_due))
        article_timers = ArticleTimers(database)
        tasks.supervise("article timers", lambda: _every(TIMER_SECONDS, article_timers.run_due))
        messaging_timers = MessagingTimers(database, settings)
        tasks.supervise("messaging timers", lambda: _every(TIMER_SECONDS, messaging_timers.run_due))
        tasks.supervise("flow requests", lambda: _every(TIMER_SECONDS, web_requests.give_up_due))
        chat_timers = ChatTimers(database, settings)
        tasks.supervise("chat timers", lambda: _every(TIMER_SECONDS, chat_timers.run_due))
        tasks.supervise("chat tidying", lambda: _every(TIDY_SECONDS, chat_timers.tidy))
        tasks.supervise("call timers", lambda: _every(TIMER_SECONDS, reconciler.rescue_alone))
        tasks.supervise("recording timers", lambda: _every(TIMER_SECONDS, recording_timers.run_due))
        tasks.supervise("recording checks", lambda: _every(TIMER_SECONDS * 10, recording_timers.check_due))
        tasks.supervise("recording retention", lambda: _every(TIDY_SECONDS, recording_timers.tidy))
        tasks.supervise("announcement tidying", lambda: _every(TIDY_SECONDS, transcoder.tidy))
        tasks.supervise("object tidying", lambda: _every(TIDY_SECONDS, keeper.tidy))
        tasks.supervise("object check", lambda: _every(CHECK_SECONDS, keeper.check))
        tasks.supervise("hold reminders", lambda: _every(TIMER_SECONDS * 5, reconciler.remind_of_holds))
        tasks.supervise("call reconciliation", lambda: _every(TIMER_SECONDS * 5, reconciler.check_due))
        try:
            yield
        finally:
            await tasks.close()


async def _every(seconds: float, work: Callable[[], Awaitable[int]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await work()
