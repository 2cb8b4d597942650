"""Where the server's files lie, and whether that place can hold a database.

Nothing outside the home is ever changed: no mode, no owner.
"""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.core.embedded_postgres.account import Account, account_for
from app.core.embedded_postgres.errors import EmbeddedPostgresError

SYSTEM_HOME = Path("/var/lib/switchboard")
NEW_CLUSTER_BYTES = 256 << 20  # an empty cluster (47 MB), its first log segments and room to work
RUNNING_BYTES = 32 << 20  # below this a running server would soon stop with PANIC
MAX_SOCKET_PATH = 99  # bytes; the kernel's limit is 107 on Linux and 103 on macOS
ORIGIN = "origin"  # file in a moved home that names the folder asked for
SOCKET_NAME = ".s.PGSQL.5432"
NETWORK_FILESYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "afs", "fuse.sshfs"}


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one private server. `origin` is the folder asked for, if `place` took another `home`."""

    home: Path
    account: Account
    origin: Path | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def start_lock(self) -> Path:
        """Held by the one process that starts or stops the server."""
        return self.home / "start.lock"

    @property
    def clients_lock(self) -> Path:
        """Held, shared, by every process that uses the server."""
        return self.home / "clients.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the server's own processes: held means that at least one of them lives."""
        return self.home / "server.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the process that stops the server once nobody uses it."""
        return self.home / "supervisor.lock"

    @property
    def socket_dir(self) -> Path:
        """The 0700 directory of the socket: in the home, or under /tmp where that path would be too long."""
        inside = self.home / "s"
        if len(os.fsencode(inside / SOCKET_NAME)) <= MAX_SOCKET_PATH:
            return inside
        uid = os.geteuid() if self.account.uid is None else self.account.uid
        return Path("/tmp") / f"switchboard-{uid}-{_digest(self.home)}"  # noqa: S108  owner and mode are checked

    def prepare(self) -> None:
        """Make the home and its lock files. Raises EmbeddedPostgresError where that cannot be."""
        try:
            _make_directories(self.home)
            for file in (
                self.start_lock,
                self.clients_lock,
                self.server_lock,
                self.supervisor_lock,
                self.log,
            ):
                if not file.exists():
                    file.touch(mode=0o600)
                    self.account.own(file)
                elif not os.access(file, os.R_OK | os.W_OK):
                    raise PermissionError(f"{file} belongs to another account")
            if self.origin:
                (self.home / ORIGIN).write_text(str(self.origin))
        except OSError as error:
            raise EmbeddedPostgresError(
                f"cannot use {self.home} for the database: {error}. Run as the account that made it, "
                "or set SWITCHBOARD_HOME to a folder of your own."
            ) from error

    def prepare_socket_dir(self) -> None:
        """Make the socket directory, 0700 and the server account's own, or refuse one that is not."""
        directory = self.socket_dir
        if not directory.is_symlink() and not directory.exists():
            directory.mkdir(mode=0o700)
        if not directory.is_symlink() and directory.stat().st_uid == os.geteuid():
            directory.chmod(0o700)  # also where an earlier start was killed right after making it
            self.account.own(directory)
        found = directory.lstat()
        uid = os.geteuid() if self.account.uid is None else self.account.uid
        if directory.is_symlink() or found.st_uid != uid or found.st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"{directory} should be a directory of mode 0700 owned by user id {uid} and is not. "
                "Remove it, or set SWITCHBOARD_HOME to a folder with a shorter path."
            )


def place(home: Path) -> Layout:
    """Decide where the files go and who runs the server.

    For root, a home that the unprivileged account cannot reach (below a 0700 folder as /root) is replaced by
    /var/lib/switchboard/<hash of the path>: widening the mode of somebody's folder is not ours to do.
    """
    wanted = home.resolve()
    layout = Layout(wanted, account_for(wanted / "data"))
    if layout.account.can_enter(wanted):
        return layout
    moved = SYSTEM_HOME / _digest(wanted)
    return Layout(moved, account_for(moved / "data"), wanted)


def require_local_disk(home: Path) -> None:
    """Refuse network file systems: with locks that cannot be trusted two servers would eat one database."""
    kind = filesystem_type(home)
    if kind in NETWORK_FILESYSTEMS:
        raise EmbeddedPostgresError(
            f"{home} lies on a network file system ({kind}), where file locks cannot be trusted. "
            "Set SWITCHBOARD_HOME to a folder on a local disk."
        )


def require_space(directory: Path, needed: int, purpose: str) -> None:
    """Raise EmbeddedPostgresError when fewer than `needed` bytes are free below `directory`."""
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise EmbeddedPostgresError(
            f"not enough disk space in {directory}: {purpose} needs {needed >> 20} MB, {free >> 20} MB are "
            "free. Free some space there, or set SWITCHBOARD_HOME to a folder on another disk."
        )


def filesystem_type(path: Path) -> str:
    """The type of the file system that holds `path`, such as `ext4` or `nfs4`; empty if it cannot be told."""
    best, kind = "", ""
    for mount, candidate in _mounts():
        if path.is_relative_to(mount) and len(mount) >= len(best):
            best, kind = mount, candidate
    return kind


def _mounts() -> list[tuple[str, str]]:
    table = Path("/proc/self/mounts")
    if table.exists():
        rows = [line.split() for line in table.read_text(errors="replace").splitlines()]
        return [(_unescape(row[1]), row[2]) for row in rows if len(row) > 2]
    try:  # macOS prints `server:/share on /mount/point (nfs, nodev)`
        done = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return re.findall(r" on (.*) \((\w+)", done.stdout)


def _unescape(field: str) -> str:
    """Undo the octal escapes of /proc/self/mounts (a space is \\040)."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)


def _make_directories(home: Path) -> None:
    missing = [place for place in (home, *home.parents) if not place.exists()]
    for directory in reversed(missing):
        directory.mkdir(exist_ok=True)  # two starters may be at it
        if os.geteuid() == 0:  # under a strict umask the server's account could not walk through
            directory.chmod(0o755)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
