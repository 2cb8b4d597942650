"""The data directory: made whole or not at all, started only by the version that made it."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core.embedded_postgres import locks
from app.core.embedded_postgres.binaries import Binaries, installed_with_major
from app.core.embedded_postgres.errors import ClusterUnusableError, EmbeddedPostgresError
from app.core.embedded_postgres.storage import (
    NEW_CLUSTER_BYTES,
    RUNNING_BYTES,
    SOCKET_NAME,
    Layout,
    require_space,
)

SUPERUSER = "switchboard"
LOCK_WAIT_S = 10.0  # seconds for those who only look whether a lock is held
INITDB_TIMEOUT_S = 300.0  # seconds; a slow disk flushes every file of the new cluster
CONNECT_TIMEOUT_S = 1.0  # seconds
LOG_TAIL = 1500  # characters of the log shown in an error

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",  # the socket alone: no port that could clash, no password that could leak
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "dynamic_shared_memory_type": "mmap",  # containers give /dev/shm 64 MB only
    "timezone": "UTC",
    "log_timezone": "UTC",
}
TEST_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "autovacuum": "off",
}


@dataclass(frozen=True, slots=True)
class PostmasterStatus:
    """What postmaster.pid says: the file `pg_ctl --wait` reads (PostgreSQL, src/include/utils/pidfile.h)."""

    pid: int
    socket_dir: Path
    state: str  # starting, stopping, ready or standby; empty while the line is not written yet

    @property
    def accepts_connections(self) -> bool:
        """Whether the server is ready and really answers: the file outlives a server that was killed."""
        return self.state == "ready" and _answers(self.socket_dir / SOCKET_NAME)


def read_status(data: Path) -> PostmasterStatus | None:
    """The status file's content, or None when there is none or it is being written."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="replace").split("\n")
        return PostmasterStatus(int(lines[0]), Path(lines[4]), lines[7].strip() if len(lines) > 7 else "")
    except (OSError, ValueError, IndexError):
        return None


def ensure_cluster(layout: Layout, binaries: Binaries, *, for_tests: bool) -> None:
    """Make the data directory if there is none, or check that these programs may open it."""
    version_file = layout.data / "PG_VERSION"
    if not version_file.exists():
        require_space(layout.home, NEW_CLUSTER_BYTES, "a new database")
        _initialise(layout, binaries, for_tests=for_tests)
        return
    require_space(layout.home, RUNNING_BYTES, "the database")
    made_by = int(version_file.read_text().strip().split(".")[0])
    if made_by != binaries.major:
        raise ClusterUnusableError(_version_message(layout.data, made_by, binaries))


def remove_leftovers(layout: Layout) -> None:
    """Remove what a crash left: lock files with process ids that may since belong to somebody else, and data
    directories that were never finished.

    Only safe while start.lock is held and server.lock is free; a server started by hand, which holds no lock
    of ours, is looked for and refused.
    """
    data = layout.data
    status = read_status(data)
    if status is not None and (_answers(status.socket_dir / SOCKET_NAME) or _works_in(status.pid, data)):
        raise EmbeddedPostgresError(
            f"a PostgreSQL that Switchboard did not start (process {status.pid}) is using {data}. Stop it: "
            f"pg_ctl stop -D {data}"
        )
    (data / "postmaster.pid").unlink(missing_ok=True)
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (layout.socket_dir / name).unlink(missing_ok=True)
    for leftover in layout.home.glob("data.*"):
        if leftover.name.removeprefix("data.").isdigit():
            shutil.rmtree(leftover, ignore_errors=True)


def server_command(
    layout: Layout, binaries: Binaries, settings: Mapping[str, str], *, for_tests: bool
) -> list[str]:
    """The command line of the server, with every setting on it (the cluster's own files stay untouched)."""
    chosen = {
        **SETTINGS,
        **(TEST_SETTINGS if for_tests else {}),
        "unix_socket_directories": str(layout.socket_dir),
        **settings,
    }
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    return [binaries.program("postgres"), "-D", str(layout.data), *options]


def require_plain_name(database: str) -> None:
    """Raise EmbeddedPostgresError for a database name that would need quotes."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", database):
        raise EmbeddedPostgresError(
            f"`{database}` is no usable database name: only lower-case letters, digits and _, at most 63."
        )


def create_database(layout: Layout, binaries: Binaries, socket_dir: Path, database: str) -> None:
    """Make the database if it is not there. Raises EmbeddedPostgresError with what psql printed."""
    statement = f"select 'create database {database}' where not exists (select from pg_database where datname='{database}') \\gexec\n"  # noqa: S608, E501  see require_plain_name
    psql = [binaries.program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(socket_dir)]
    answer = layout.account.run([*psql, "-U", SUPERUSER, "-d", "postgres"], stdin=statement, timeout_s=60.0)
    if answer.returncode:
        raise EmbeddedPostgresError(f"cannot create the database {database}: {answer.stdout.strip()}")


def log_tail(layout: Layout) -> str:
    """The end of the server's log, for an error message."""
    try:
        return layout.log.read_text(errors="replace")[-LOG_TAIL:].strip()
    except OSError:
        return ""


def _initialise(layout: Layout, binaries: Binaries, *, for_tests: bool) -> None:
    """Run initdb beside the final place and rename, so that an interrupted run leaves nothing half made.

    initdb holds server.lock like the server itself: if we are killed, the next starter waits for its end.
    """
    unfinished = layout.home / f"data.{os.getpid()}"
    unfinished.mkdir(mode=0o700)
    layout.account.own(unfinished)
    at_work = locks.open_lock(layout.server_lock)
    try:
        locks.wait_exclusive(at_work, timeout_s=LOCK_WAIT_S, what=str(layout.server_lock))
        answer = layout.account.run(
            [
                binaries.program("initdb"),
                *_initdb_options(binaries, for_tests=for_tests),
                "-D",
                str(unfinished),
            ],
            timeout_s=INITDB_TIMEOUT_S,
            pass_fds=(at_work,),
        )
        if answer.returncode:
            raise EmbeddedPostgresError(f"cannot make a database in {layout.home}:\n{answer.stdout.strip()}")
        unfinished.rename(layout.data)
    except subprocess.TimeoutExpired as error:
        raise EmbeddedPostgresError(
            f"making a database in {layout.home} took longer than {INITDB_TIMEOUT_S:.0f} s. Is the disk full "
            "or very slow? Set SWITCHBOARD_HOME to a folder on another disk."
        ) from error
    finally:
        os.close(at_work)
        shutil.rmtree(unfinished, ignore_errors=True)


def _initdb_options(binaries: Binaries, *, for_tests: bool) -> list[str]:
    options = [
        "-U",
        SUPERUSER,
        "-E",
        "UTF8",
        "-k",
        "--auth-local=trust",
        "--auth-host=reject",
        "--no-instructions",
    ]
    if binaries.major >= 17:  # the built-in provider: sorting never changes with an update of the C library
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        options += ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]
    if for_tests:
        options += ["--no-sync"]
    elif binaries.major >= 17 and sys.platform == "linux":
        options += ["--sync-method=syncfs"]  # one flush in place of one per file: 0.5 s for 4 s, as durable
    return options


def _version_message(data: Path, made_by: int, binaries: Binaries) -> str:
    old = installed_with_major(made_by)
    way = (
        f"Start with the old programs once (SWITCHBOARD_PG_BIN={old}) and save the data with pg_dump"
        if old
        else f"Install PostgreSQL {made_by}, name its bin folder in SWITCHBOARD_PG_BIN and save with pg_dump"
    )
    return (
        f"the data in {data} was made by PostgreSQL {made_by}, but the programs in {binaries.directory} are "
        f"version {binaries.version}. {way}; or, if the data is worth nothing, delete {data}."
    )


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(CONNECT_TIMEOUT_S)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _works_in(pid: int, data: Path) -> bool:
    """Whether that process is a server at work here: PostgreSQL works in its data directory."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return False
