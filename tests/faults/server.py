"""A private PostgreSQL of the fault tests alone, durable as in production, that may be killed."""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import asyncpg

from app.core import migrate
from app.core.embedded_postgres import EmbeddedPostgres, RunningPostgres
from app.core.embedded_postgres.cluster import read_status
from tests.support.waiting import wait_until


class Server:
    """Starts with the block and goes with it. `slack`: seconds a busy machine may add to a bound of time."""

    def __init__(self, *, slack: float) -> None:
        self.slack = slack
        self._home = Path(tempfile.mkdtemp(prefix="switchboard-faults-"))
        self._running: RunningPostgres | None = None

    def __enter__(self) -> Self:
        os.chmod(self._home, 0o755)  # the server runs as an account of its own when we are root
        self._running = self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._signal(signal.SIGKILL)
        if self._running is not None:
            self._running.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def _start(self) -> RunningPostgres:
        return EmbeddedPostgres(self._home / "pg").start()

    def _signal(self, number: int) -> int:
        status = read_status(self._running.home / "data") if self._running is not None else None
        if status is None:
            return 0
        os.kill(status.pid, number)
        return status.pid

    def restart(self, number: int) -> None:
        """End the postmaster with this signal (SIGINT: a fast stop, SIGKILL: a crash) and start it again."""
        pid = self._signal(number)
        wait_until(lambda: not _is_running(pid), what="the end of the server")
        previous, self._running = self._running, self._start()
        if previous is not None:
            previous.close()

    async def new_database(self, name: str) -> str:
        """An empty centre; returns its address."""
        assert self._running is not None
        connection = await asyncpg.connect(self._running.dsn)
        await connection.execute(f'create database "{name}"')
        await connection.close()
        dsn = urlsplit(self._running.dsn)._replace(path=f"/{name}").geturl()
        await migrate.upgrade(dsn)
        return dsn


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
