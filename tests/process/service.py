"""The service as a real process, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
READY_S = 180.0  # on a busy machine the imports alone take seconds


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def children_of(pid: int) -> list[int]:
    """The processes this one started and that still run."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def command_of(pid: int) -> str:
    """The command line of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def answers(url: str) -> bool:
    """Whether this address says it is ready."""
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(url: str, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until the address is ready; fails at once when the process has ended."""
    deadline = time.monotonic() + READY_S
    while not answers(url):
        assert process is None or process.poll() is None, "the process ended by itself"
        assert time.monotonic() < deadline, f"{url} is not ready after {READY_S} s"
        time.sleep(0.05)


@dataclass
class Service:
    """`python -m app serve --all` with these settings."""

    environment: Mapping[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None
    pids: list[int] = field(default_factory=list)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--all"],
            cwd=ROOT,
            env={**os.environ, **self.environment, "SWITCHBOARD_PORT": str(self.port)},
            stdin=subprocess.DEVNULL,
        )
        self.pids.append(self.process.pid)
        wait_for(f"http://127.0.0.1:{self.port}/readyz", self.process)

    def kill(self) -> None:
        """kill -9: nothing is said, closed or released."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """End it if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
