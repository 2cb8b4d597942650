"""`python -m app demo`: what dies is started again, and however the demo ends it leaves no process behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.process.service import ROOT, children_of, command_of, is_alive, wait_for
from tests.support.centre import free_port
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


class Demo:
    """A running demo centre."""

    def __init__(self, home: Path, *, tells: bool = False, **environment: str) -> None:
        self.port, self.simulator_port = free_port(), free_port()
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "demo"],
            cwd=ROOT,
            env={
                **os.environ,
                "SWITCHBOARD_PORT": str(self.port),
                "SWITCHBOARD_SIMULATOR_PORT": str(self.simulator_port),
                "SWITCHBOARD_HOME": str(home),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(subprocess.PIPE if tells else None),
            start_new_session=True,
        )

    def wait_ready(self) -> None:
        """Until both children answer."""
        wait_for(f"http://127.0.0.1:{self.port}/readyz", self.process)
        wait_for(f"http://127.0.0.1:{self.simulator_port}/healthz", self.process)
        wait_until((self.home / "demo.json").exists, what="demo.json")

    def child(self, words: str) -> int:
        """The pid of the child with these words in its command."""
        return next(pid for pid in children_of(self.process.pid) if words in command_of(pid))

    def everything(self) -> list[int]:
        """All pids below the demo, and the private database's."""
        found = [self.process.pid, *children_of(self.process.pid)]
        postmaster = self.home / "pg" / "data" / "postmaster.pid"
        if postmaster.exists():
            found.append(int(postmaster.read_text(encoding="ascii").split("\n", 1)[0]))
        return found

    def close(self) -> None:
        """End what a failed test left."""
        for pid in reversed(self.everything()) if self.process.poll() is None else []:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def home() -> Iterator[Path]:
    """A place the unprivileged database account can reach."""
    place = ROOT / "var" / f"test-demo-{uuid4().hex[:8]}"
    yield place
    wait_until(lambda: _removed(place), what="the home's removal")


def _removed(place: Path) -> bool:
    shutil.rmtree(place, ignore_errors=True)
    return not place.exists()


def gone(pids: list[int]) -> bool:
    """Whether none of them runs."""
    return not any(is_alive(pid) for pid in pids)


def test_a_killed_service_comes_back_and_ctrl_c_leaves_no_process(home: Path) -> None:
    demo = Demo(home, SWITCHBOARD_PG_GRACE="0.5")
    try:
        demo.wait_ready()
        service = demo.child("serve")
        os.kill(service, signal.SIGKILL)
        wait_until(
            lambda: any("serve" in command_of(p) for p in children_of(demo.process.pid) if p != service)
        )
        demo.wait_ready()
        everything = demo.everything()
        assert len(everything) == 4
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(30) == 0
        wait_until(lambda: gone(everything), what="the end of all processes")
    finally:
        demo.close()


def test_a_killed_supervisor_takes_its_children_with_it(home: Path, demo_dsn: str) -> None:
    demo = Demo(home, SWITCHBOARD_DATABASE_URL=demo_dsn)
    try:
        demo.wait_ready()
        everything = demo.everything()
        assert len(everything) == 3
        demo.process.kill()
        demo.process.wait()
        wait_until(lambda: gone(everything), timeout_s=30, what="the end of all processes")
    finally:
        demo.close()


def test_a_taken_port_is_told_before_anything_starts(home: Path, demo_dsn: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = Demo(home, tells=True, SWITCHBOARD_DATABASE_URL=demo_dsn, SWITCHBOARD_PORT=str(port))
        try:
            _, told = demo.process.communicate(timeout=30)
        finally:
            demo.close()
    assert demo.process.returncode == 1
    assert f"port {port} is taken" in told.decode()
    assert not (home / "demo.json").exists()
