"""The Python environment in `.venv`: filled from the hash-pinned lock, touched only when that changes."""

import hashlib
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from devtools.terminal import ROOT, VAR, DevError, ProgramError, Steps, quietly, works

VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
UV_LOCK = ROOT / "requirements-uv.lock"
STAMP = VENV / ".stamp"
NEEDED_BYTES = 650 << 20  # the environment as pip installs it, with room for downloads
OLDEST = "(3, 11)"

NO_VENV = (
    "this Python cannot make a virtual environment. Debian and Ubuntu: apt install python3-venv; "
    "elsewhere install the full Python package. Then run this again."
)
NO_PIP = (
    "no pip can be had: neither for this Python, nor from ensurepip, nor is uv on PATH. "
    "Debian and Ubuntu: apt install python3-venv python3-pip. Then run this again."
)


def ensure_environment(steps: Steps) -> None:
    """Make `.venv` and install the locked packages, unless that was done already. Takes two steps."""
    _require_writable()
    with _one_at_a_time():
        with steps.step("Python environment") as note:
            if _python_works():
                note("ready")
            else:
                require_space(NEEDED_BYTES, "the Python packages")
                _make_venv()
        with steps.step("installing packages") as note:
            wanted = _fingerprint()
            if STAMP.exists() and STAMP.read_text() == wanted:
                note("ready")
                return
            require_space(NEEDED_BYTES, "the Python packages")
            install_locked(LOCK)
            STAMP.write_text(wanted)


def install_locked(lock: Path) -> None:
    """Install a lock file into `.venv` and refuse what does not match its hash. With uv if it can be had."""
    options = ["install", "--quiet", "--require-hashes", "-r", str(lock)]
    uv = _uv()
    if uv and works([uv, "pip", options[0], "--python", PYTHON, *options[1:]]):
        return
    pip = _pip()  # also where uv could not reach the registry: pip knows settings that uv does not
    if pip is None:
        raise DevError(NO_PIP)
    try:
        quietly([*pip, *options, "--no-deps", "--retries", "2"])
    except ProgramError as error:
        raise error.explain("installing the Python packages") from None


def require_space(needed: int, purpose: str) -> None:
    """Raise DevError when fewer than `needed` bytes are free where the project lies."""
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        raise DevError(
            f"not enough disk space in {ROOT}: {purpose} need about {needed >> 20} MB, {free >> 20} MB are "
            "free.\nFree some space there and run this again."
        )


def _python_works() -> bool:
    return PYTHON.exists() and works([PYTHON, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST})"])


def _fingerprint() -> str:
    version = quietly([PYTHON, "-c", "import sys; print(sys.version_info[:2])"])
    machine = f"{version}{sys.platform}{platform.machine()}"
    return hashlib.sha256(LOCK.read_bytes() + machine.encode()).hexdigest()


def _make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv and works([uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, VENV]):
        return
    try:  # without pip: it is quick, and works where Debian leaves ensurepip out
        quietly([sys.executable, "-m", "venv", "--without-pip", VENV])
    except ProgramError as error:
        shutil.rmtree(VENV, ignore_errors=True)
        if "No module named" in error.output:
            raise DevError(NO_VENV) from None
        raise error.explain("making the Python environment") from None


def _uv() -> Path | None:
    """A uv that runs: the one on PATH, the one in `.venv`, or one that pip installs there."""
    inside = BIN / ("uv.exe" if os.name == "nt" else "uv")
    for place in (shutil.which("uv"), inside):
        if place and works([place, "--version"]):
            return Path(place)
    pip = _pip()
    if pip and works([*pip, "install", "--quiet", "--require-hashes", "--retries", "1", "-r", UV_LOCK]):
        return inside
    return None


@cache
def _pip() -> list[str | Path] | None:
    """A command that starts a pip working on `.venv`: its own, this Python's, or one made by ensurepip."""
    own: list[str | Path] = [PYTHON, "-m", "pip"]
    if works([*own, "--version"]):
        return own
    try:
        version = re.search(r"pip (\d+)\.(\d+)", quietly([sys.executable, "-m", "pip", "--version"]))
    except ProgramError:
        version = None
    if version and (int(version[1]), int(version[2])) >= (22, 3):  # the first with --python
        return [sys.executable, "-m", "pip", "--python", PYTHON]
    return own if works([PYTHON, "-m", "ensurepip", "--default-pip"]) else None


def _require_writable() -> None:
    if not os.access(ROOT, os.W_OK):
        raise DevError(
            f"{ROOT} cannot be written to by this account. Clone the project into a folder of your own."
        )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a second set-up of the same checkout wait for the first."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("w") as lock:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415  there is none on Windows

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
