"""File locks that the kernel drops by itself when their holder dies, however it dies.

Unlike a process id in a file they are right with zombies, reused ids and several containers on one volume.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.embedded_postgres.errors import EmbeddedPostgresError

POLL_S = 0.02  # seconds between two tries for a lock


def open_lock(path: Path) -> int:
    """Open (and make, mode 0600) the lock file; the descriptor is closed in programs started from here."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock exclusively. Asks for a shared one, so askers never collide."""
    return _would_block(path, fcntl.LOCK_SH)


def is_used(path: Path) -> bool:
    """Whether some process holds the lock at all, shared or exclusively."""
    return _would_block(path, fcntl.LOCK_EX)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock exclusively if it is free this moment."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_exclusive(descriptor: int, *, timeout_s: float, what: str) -> None:
    """Take the lock exclusively; after `timeout_s` seconds raise EmbeddedPostgresError naming `what`."""
    deadline = time.monotonic() + timeout_s
    while not try_exclusive(descriptor):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"waited {timeout_s:.0f} s for {what}, which another process holds. If no other Switchboard "
                "is starting or stopping, end the process that holds it (`fuser` names it)."
            )
        time.sleep(POLL_S)


def hold_shared(path: Path) -> int:
    """Take the lock together with others and keep it until the returned descriptor is closed."""
    descriptor = open_lock(path)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


@contextmanager
def exclusive(path: Path, *, timeout_s: float) -> Iterator[None]:
    """Hold the lock alone for the length of the block."""
    descriptor = open_lock(path)
    try:
        wait_exclusive(descriptor, timeout_s=timeout_s, what=str(path))
        yield
    finally:
        os.close(descriptor)


def _would_block(path: Path, kind: int) -> bool:
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
