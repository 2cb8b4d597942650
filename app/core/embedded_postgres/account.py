"""The unix account the server runs as, and running programs as that account.

PostgreSQL refuses to run as root, so root hands over to `postgres` or `nobody`; others run it themselves.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.embedded_postgres.errors import EmbeddedPostgresError

UNPRIVILEGED = ("postgres", "nobody")
PROBE_TIMEOUT_S = 60.0  # seconds for a program that only reports something


@dataclass(frozen=True, slots=True)
class Account:
    """`uid` and `gid` are None when the server simply runs as whoever runs this process."""

    uid: int | None = None
    gid: int | None = None

    @property
    def switch(self) -> dict[str, Any]:
        """Arguments of subprocess.Popen that make the program run as this account, and as nothing more."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or directory that we have just made to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, directory: Path) -> bool:
        """Whether this account may walk down to the directory, tried for real (modes alone miss ACLs)."""
        if self.uid is None:
            return True
        existing = next(place for place in (directory, *directory.parents) if place.exists())
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(existing)]).returncode == 0

    def run(
        self,
        argv: list[str],
        *,
        stdin: str = "",
        timeout_s: float = PROBE_TIMEOUT_S,
        pass_fds: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this account; stdout holds its errors too. OSError: it cannot be executed."""
        return subprocess.run(  # noqa: S603  every argument is a path or name made here
            argv,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_s,
            cwd="/",
            env=clean_environment(),
            check=False,
            pass_fds=pass_fds,
            **self.switch,
        )


def clean_environment() -> dict[str, str]:
    """The environment without PG* (they lead the tools to another server) and with fixed wording."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C"}


def account_for(data: Path) -> Account:
    """The account that serves this data directory: its owner, or for new data an unprivileged one."""
    if os.geteuid() != 0:
        _require_passwd_entry(os.geteuid())
        return Account()
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody`. "
        "Run Switchboard as an ordinary account, or add one: useradd --system postgres"
    )


def _require_passwd_entry(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedPostgresError(
            f"this process runs as user id {uid}, which has no entry in /etc/passwd, and PostgreSQL needs "
            "one. Add the entry, or set SWITCHBOARD_DATABASE_URL to a PostgreSQL of your own."
        ) from None
