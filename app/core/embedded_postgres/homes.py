"""Looking at private servers from outside: which belong to a folder, is one in use, has it ended."""

import time
from pathlib import Path

from app.core.embedded_postgres import locks
from app.core.embedded_postgres.account import Account
from app.core.embedded_postgres.errors import EmbeddedPostgresError
from app.core.embedded_postgres.storage import ORIGIN, SYSTEM_HOME, Layout

LOOKS = 4
STOP_TIMEOUT_S = 60.0  # seconds: the grace and a shutdown with checkpoint


def find_homes(folder: Path) -> list[Path]:
    """The homes asked for directly below `folder`, wherever `storage.place` had to put them."""
    inside = [lock.parent for lock in folder.glob("*/clients.lock")]
    moved = [
        origin.parent
        for origin in SYSTEM_HOME.glob(f"*/{ORIGIN}")
        if Path(origin.read_text()).is_relative_to(folder.resolve())
    ]
    return sorted(inside + moved)


def is_used(home: Path) -> bool:
    """Whether some process uses the server now.

    The supervisor holds the lock alone while it stops an unused server, and for an instant whenever it looks: so
    only a lock that is shared at several looks means users.
    """
    lock = Layout(home, Account()).clients_lock
    for _ in range(LOOKS):
        if locks.is_held(lock) or not locks.is_used(lock):
            return False
        time.sleep(locks.POLL_S)
    return True


def wait_stopped(home: Path) -> None:
    """Wait until no process of the server is left. Raises EmbeddedPostgresError if one stays."""
    layout = Layout(home, Account())
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while locks.is_held(layout.server_lock) or locks.is_held(layout.supervisor_lock):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"the PostgreSQL in {home} does not stop; end its processes by hand.")
        time.sleep(locks.POLL_S)
