"""A routing node as a real process, to be killed, frozen and thawed."""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections import Counter
from multiprocessing.process import BaseProcess

from app.core import fault_points
from app.core.bus import Bus
from app.core.db import Database
from app.core.ids import new_id
from app.core.settings import Settings
from app.core.tasks import TaskGroup
from app.routing.router import Router
from tests.routing.office import registry

LEASE_SECONDS = 2
POINTS = (
    "router.lease_taken",
    "router.rebuilt",
    "router.marks_taken",
    "router.before_commit",
    "router.after_commit",
)

# A process that is forked from one with everything imported starts in milliseconds.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.node"])


def _kill_at(point: str, count: int) -> None:
    """kill -9 of this process when it passes `point` for the `count`-th time."""
    passed: Counter[str] = Counter()

    def pass_by(name: str) -> None:
        passed[name] += 1
        if name == point and passed[name] == count:
            os.kill(os.getpid(), signal.SIGKILL)

    fault_points.install(pass_by)


async def _route(dsn: str, with_bus: bool) -> None:
    database = Database(dsn, pool_size=4, registry=registry())
    node = new_id()
    tasks = TaskGroup()
    bus = Bus(dsn, node) if with_bus else None
    if bus is not None:
        database.on_commit(bus.publish)
        bus.start(tasks)
    while True:  # as the supervisor of a process does: the server may not be there yet
        try:
            await database.open()
            break
        except OSError:
            await asyncio.sleep(0.1)
    settings = Settings(_env_file=None, router_lease_seconds=LEASE_SECONDS)
    router = Router(database, settings, node, bus)
    await tasks.supervise("router", router.run)


def _main(dsn: str, with_bus: bool, point: str | None, count: int) -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    if "SWITCHBOARD_FAULTS_VERBOSE" not in os.environ:
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
    if point is not None:
        _kill_at(point, count)
    asyncio.run(_route(dsn, with_bus))


class Node:
    """One node; `start` gives it a new process each time."""

    def __init__(self, dsn: str, *, with_bus: bool = True) -> None:
        self._dsn, self._with_bus = dsn, with_bus
        self._process: BaseProcess | None = None

    def start(self, *, point: str | None = None, count: int = 1) -> None:
        """Begin; with `point` it kills itself when it passes that place for the `count`-th time."""
        self._process = _context.Process(
            target=_main, args=(self._dsn, self._with_bus, point, count), daemon=True
        )
        self._process.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs (a frozen one does)."""
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """kill -9."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.join()

    def freeze(self) -> None:
        """SIGSTOP: it neither works nor notices."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on in the middle of what it did."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, number)


if sys.platform == "win32":
    raise ImportError("processes cannot be frozen there")
