"""Starting, joining and leaving a private PostgreSQL.

What must always hold: one home has at most one server; a server without users stops by itself; whoever joins
gets a server that answers. Kernel file locks carry this (see `storage.Layout`), never a process id in a file.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from app.core.embedded_postgres import locks, supervisor
from app.core.embedded_postgres.binaries import Binaries, find_binaries
from app.core.embedded_postgres.cluster import (
    SUPERUSER,
    PostmasterStatus,
    create_database,
    ensure_cluster,
    log_tail,
    read_status,
    remove_leftovers,
    require_plain_name,
    server_command,
)
from app.core.embedded_postgres.errors import ClusterUnusableError, EmbeddedPostgresError
from app.core.embedded_postgres.storage import Layout, place, require_local_disk

START_LOCK_S = 180.0  # seconds: another starter may be making the cluster, or a stopper writing a checkpoint
SILENCE_S = 60.0  # seconds without readiness and without a new line in the log before we give up
MAX_LOG_BYTES = 16 << 20

Progress = Callable[[str], None]


class RunningPostgres:
    """A server in use by this process. It goes on until every user has closed it or died, plus the grace."""

    def __init__(self, layout: Layout, dsn: str, version: str, client: int) -> None:
        self.dsn = dsn
        self.home = layout.home
        self.version = version
        self._client: int | None = client

    def close(self) -> None:
        """Stop using the server. Closing twice is harmless."""
        if self._client is not None:
            os.close(self._client)
            self._client = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class EmbeddedPostgres:
    """A private PostgreSQL with its files below `home`.

    `settings` are server settings that win over the built-in ones; they count for the process that starts the
    server. `for_tests` gives up durability for speed and rebuilds a cluster that does not start. `grace_s` is
    how many seconds the server outlives its last user (SWITCHBOARD_PG_GRACE overrides).
    """

    def __init__(
        self,
        home: Path,
        *,
        database: str = "switchboard",
        settings: Mapping[str, str] | None = None,
        for_tests: bool = False,
        grace_s: float = 3.0,
    ) -> None:
        require_plain_name(database)
        self._asked = home
        self._database = database
        self._settings = dict(settings or {})
        self._for_tests = for_tests
        self._grace_s = float(os.environ.get("SWITCHBOARD_PG_GRACE", grace_s))
        self._running: RunningPostgres | None = None

    def start(self, progress: Progress | None = None) -> RunningPostgres:
        """Start the server, or join the one that runs; return when the database accepts connections.

        `progress` is called with a short line at each slow step. Blocks for about a second on a new home.
        Raises EmbeddedPostgresError, whose message says how to mend it.
        """
        tell = progress or (lambda _: None)
        layout = place(self._asked)
        require_local_disk(layout.home)
        layout.prepare()
        client = -1
        try:
            with locks.exclusive(layout.start_lock, timeout_s=START_LOCK_S):
                client = locks.hold_shared(layout.clients_lock)
                binaries = find_binaries(layout.account, layout.home)
                status = self._join(layout) or self._boot(layout, binaries, tell)
                create_database(layout, binaries, status.socket_dir, self._database)
        except (OSError, subprocess.SubprocessError) as error:
            _release(client)
            raise EmbeddedPostgresError(f"cannot start PostgreSQL in {layout.home}: {error}") from error
        except BaseException:
            _release(client)
            raise
        dsn = f"postgresql://{SUPERUSER}@/{self._database}?host={quote(str(status.socket_dir), safe='/')}"
        return RunningPostgres(layout, dsn, binaries.version, client)

    def __enter__(self) -> RunningPostgres:
        self._running = self.start()
        return self._running

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None

    def _join(self, layout: Layout) -> PostmasterStatus | None:
        """The running server once it answers, or None when none of its processes is left."""
        deadline = time.monotonic() + SILENCE_S
        while locks.is_held(layout.server_lock):
            status = read_status(layout.data)
            if status is not None and status.accepts_connections:
                if not locks.is_held(
                    layout.supervisor_lock
                ):  # it was killed: without one the server never ends
                    supervisor.launch(self._job(layout, [], status.pid))
                return status
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL processes hold {layout.server_lock} but do not answer: end them.\n"
                    + log_tail(layout)
                )
            time.sleep(locks.POLL_S)
        return None

    def _boot(self, layout: Layout, binaries: Binaries, tell: Progress) -> PostmasterStatus:
        try:
            return self._boot_once(layout, binaries, tell)
        except ClusterUnusableError:
            if not self._for_tests:
                raise
            tell("rebuilding the test database")
            shutil.rmtree(layout.data)
            return self._boot_once(layout, binaries, tell)

    def _boot_once(self, layout: Layout, binaries: Binaries, tell: Progress) -> PostmasterStatus:
        if not (layout.data / "PG_VERSION").exists():
            tell(f"making a PostgreSQL {binaries.version} database in {layout.home}")
        layout.prepare_socket_dir()
        remove_leftovers(layout)
        ensure_cluster(layout, binaries, for_tests=self._for_tests)
        if layout.log.stat().st_size > MAX_LOG_BYTES:
            os.truncate(layout.log, 0)
        tell(f"starting PostgreSQL {binaries.version}")
        command = server_command(layout, binaries, self._settings, for_tests=self._for_tests)
        pid = supervisor.launch(self._job(layout, command))
        return _wait_ready(layout, pid)

    def _job(self, layout: Layout, command: list[str], pid: int = 0) -> supervisor.Job:
        account = layout.account
        return supervisor.Job(str(layout.home), account.uid, account.gid, self._grace_s, command, pid)


def _wait_ready(layout: Layout, pid: int) -> PostmasterStatus:
    """Wait until the server answers. Crash recovery may be long: while the log grows we go on waiting."""
    seen, deadline = -1, 0.0
    while True:
        status = read_status(layout.data)
        if status is not None and status.pid == pid and status.accepts_connections:
            return status
        if not locks.is_held(layout.server_lock):
            raise ClusterUnusableError(f"PostgreSQL did not start from {layout.data}:\n{log_tail(layout)}")
        if (size := layout.log.stat().st_size) != seen:
            seen, deadline = size, time.monotonic() + SILENCE_S
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"PostgreSQL is not ready and has logged nothing for {SILENCE_S:.0f} s:\n{log_tail(layout)}"
            )
        time.sleep(locks.POLL_S)


def _release(client: int) -> None:
    if client >= 0:
        os.close(client)
