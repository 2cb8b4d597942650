"""The detached process that starts the server and stops it once no process uses it any more.

Runs as `python -I -S`: standard library only. It outlives a killed service and ends with the server.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from app.core.embedded_postgres import locks
from app.core.embedded_postgres.account import Account, clean_environment
from app.core.embedded_postgres.errors import EmbeddedPostgresError
from app.core.embedded_postgres.storage import Layout

PACKAGE_ROOT = Path(__file__).resolve().parents[3]
BOOT = (
    "import sys; sys.path[:0] = sys.argv[1:2]; from app.core.embedded_postgres.supervisor import main; main()"
)
POLL_S = 0.2  # seconds between two looks at the clients
FAST_STOP_S = 60.0  # seconds a fast shutdown (with checkpoint) may take before it is made immediate
HANDOVER_S = 60.0  # seconds for the new process to report the server's id
LOCK_WAIT_S = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Job:
    """What the supervisor is told. An empty `command` means: watch over the running server `pid`."""

    home: str
    uid: int | None
    gid: int | None
    grace_s: float  # seconds without any client before the server is stopped
    command: list[str]
    pid: int = 0

    @property
    def layout(self) -> Layout:
        return Layout(Path(self.home), Account(self.uid, self.gid))


def launch(job: Job) -> int:
    """Start a supervisor, and through it the server; return the server's process id.

    A fresh interpreter and not a fork of this process: a fork would inherit start.lock and keep it locked.
    """
    done = subprocess.run(  # noqa: S603  our own interpreter and our own module
        [sys.executable, "-I", "-S", "-c", BOOT, str(PACKAGE_ROOT), json.dumps(asdict(job))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        timeout=HANDOVER_S,
        check=False,
    )
    if not done.stdout.strip().isdigit():
        raise EmbeddedPostgresError(f"the database's supervisor did not start:\n{done.stdout.strip()}")
    return int(done.stdout)


def main() -> None:
    """Entry of the new interpreter: detach, start the server, report its id, watch."""
    job = Job(**json.loads(sys.argv[2]))
    if os.fork():
        os._exit(0)  # the caller waits for this one only, and never has a child to reap
    os.setsid()
    own = locks.open_lock(job.layout.supervisor_lock)
    locks.wait_exclusive(own, timeout_s=LOCK_WAIT_S, what=str(job.layout.supervisor_lock))
    log = os.open(job.layout.log, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    pid = _start_server(job, log) if job.command else job.pid
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # only after the server started: it would inherit this
    sys.stdout.write(f"{pid}\n")
    sys.stdout.flush()
    os.dup2(log, 1)  # closes the pipe: the caller goes on
    os.dup2(log, 2)
    _watch(job.layout, pid, job.grace_s)


def _start_server(job: Job, log: int) -> int:
    """Start the server with server.lock held: its processes inherit the lock and hold it while they live."""
    held = locks.open_lock(job.layout.server_lock)
    locks.wait_exclusive(held, timeout_s=LOCK_WAIT_S, what=str(job.layout.server_lock))
    server = subprocess.Popen(  # noqa: S603  the command was built by the launcher
        job.command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        env=clean_environment(),
        start_new_session=True,
        pass_fds=(held,),
        **job.layout.account.switch,
    )
    os.close(held)
    return server.pid


def _watch(layout: Layout, pid: int, grace_s: float) -> None:
    last_used = time.monotonic()
    while locks.is_held(layout.server_lock):
        time.sleep(POLL_S)
        if locks.is_used(layout.clients_lock):
            last_used = time.monotonic()
        elif time.monotonic() - last_used >= grace_s and _stop_if_unused(layout, pid):
            return


def _stop_if_unused(layout: Layout, pid: int) -> bool:
    """Stop the server while holding both locks a newcomer needs: nobody joins a server that is going."""
    start, clients = locks.open_lock(layout.start_lock), locks.open_lock(layout.clients_lock)
    try:
        if not (locks.try_exclusive(start) and locks.try_exclusive(clients)):
            return False
        _stop(layout, pid)
        return True
    finally:
        fcntl.flock(clients, fcntl.LOCK_UN)
        os.close(clients)
        os.close(start)


def _stop(layout: Layout, pid: int) -> None:
    """Fast shutdown, and an immediate one (recovered at the next start, nothing lost) if that hangs."""
    for order, patience_s in ((signal.SIGINT, FAST_STOP_S), (signal.SIGQUIT, FAST_STOP_S)):
        try:
            os.kill(pid, order)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if not locks.is_held(layout.server_lock):
                return
            time.sleep(locks.POLL_S)
