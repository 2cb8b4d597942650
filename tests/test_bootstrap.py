"""`dev.py` on machines that lack something: it finds a way or says what to do, without tracebacks."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.embedded_postgres import EmbeddedPostgres
from devtools import commands, testing, ui
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[1]
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_RETRIES": "0", "UV_OFFLINE": "1"}
OLD_PYTHON = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path('dev.py', run_name='__main__')"
PRETEND_OLD = [sys.executable, "-c", OLD_PYTHON]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what sets the project up, with a lock without packages, so that no network is needed."""
    for name in ("dev.py", "Makefile", "requirements-uv.lock", "requirements-node.lock"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "devtools", tmp_path / "devtools", ignore=ignored)
    shutil.copytree(
        ROOT / "app/core/embedded_postgres", tmp_path / "app/core/embedded_postgres", ignore=ignored
    )
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    return tmp_path


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder to be put first on PATH, for programs that behave as a test wants."""
    folder = tmp_path / "programs"
    folder.mkdir()
    write_program(folder / "uv", "exit 1")
    return folder


def write_program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def run_dev(checkout: Path, *words: str, path: Path | None = None, **env: str) -> tuple[int, str]:
    """Run `dev.py` there; the exit code and everything printed."""
    search = f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]
    done = subprocess.run(
        [sys.executable, "dev.py", *words],
        cwd=checkout,
        env={**os.environ, **OFFLINE, "PATH": search, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stdout
    return done.returncode, done.stdout


def hide_modules(folder: Path, *names: str) -> str:
    """A PYTHONPATH on which these modules cannot be imported."""
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(f"raise ImportError(\"No module named '{name}'\")\n")
    return str(folder)


def test_help_and_make_know_the_same_commands() -> None:
    forwarded = re.search(r"^COMMANDS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert forwarded
    assert set(forwarded[1].split()) == set(commands.COMMANDS)
    assert all(command.__doc__ for command in commands.COMMANDS.values())


def test_unknown_command_shows_the_list(checkout: Path) -> None:
    code, said = run_dev(checkout, "start")
    assert code == 2
    assert "no command `start`" in said
    assert "run " in said


def test_old_python_without_a_newer_one_says_what_to_install(checkout: Path, programs: Path) -> None:
    done = subprocess.run(
        PRETEND_OLD, cwd=checkout, env={"PATH": str(programs)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is 3.9" in done.stderr
    assert "apt install python3.11" in done.stderr
    assert "Traceback" not in done.stderr


def test_old_python_hands_over_to_a_newer_one_on_the_path(checkout: Path, programs: Path) -> None:
    write_program(programs / "python3.12", 'echo "new: $*"')
    done = subprocess.run(
        PRETEND_OLD, cwd=checkout, env={"PATH": str(programs)}, capture_output=True, text=True
    )
    assert done.stdout.startswith("new: ")
    assert "dev.py" in done.stdout


def test_second_setup_has_nothing_to_do(checkout: Path, programs: Path) -> None:
    code, said = run_dev(checkout, "setup", path=programs)
    assert code == 0, said
    code, said = run_dev(checkout, "setup", path=programs)
    assert code == 0
    assert said.count("ready") == 2


def test_setup_after_the_environment_was_damaged_makes_it_again(checkout: Path, programs: Path) -> None:
    (checkout / ".venv/bin").mkdir(parents=True)
    write_program(checkout / ".venv/bin/python", "exit 1")
    code, said = run_dev(checkout, "setup", path=programs)
    assert code == 0, said


def test_machine_without_pip_says_how_to_get_it(checkout: Path, programs: Path, tmp_path: Path) -> None:
    hidden = hide_modules(tmp_path / "hidden", "pip", "ensurepip")
    code, said = run_dev(checkout, "setup", path=programs, PYTHONPATH=hidden)
    assert code == 1
    assert "no pip can be had" in said
    assert "apt install python3-venv" in said


def test_machine_without_venv_says_how_to_get_it(checkout: Path, programs: Path, tmp_path: Path) -> None:
    hidden = hide_modules(tmp_path / "hidden", "venv")
    code, said = run_dev(checkout, "setup", path=programs, PYTHONPATH=hidden)
    assert code == 1
    assert "apt install python3-venv" in said


def test_registry_out_of_reach_is_explained(checkout: Path, programs: Path) -> None:
    (checkout / "requirements.lock").write_text("orjson==3.13.0 --hash=sha256:" + "0" * 64 + "\n")
    nowhere = {"PIP_NO_INDEX": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": ""}
    code, said = run_dev(checkout, "setup", path=programs, **nowhere)
    assert code == 1
    assert "registry cannot be reached" in said


@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_during_setup_ends_without_a_traceback(
    checkout: Path, programs: Path, order: signal.Signals
) -> None:
    write_program(programs / "uv", "touch waiting; exec sleep 60")
    with subprocess.Popen(
        [sys.executable, "dev.py", "setup"],
        cwd=checkout,
        env={**os.environ, **OFFLINE, "PATH": f"{programs}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as dev:
        wait_until((checkout / "waiting").exists, what="the first step")
        os.killpg(dev.pid, order)
        said, _ = dev.communicate(timeout=30)
    assert dev.returncode == commands.INTERRUPTED
    assert "stopped" in said
    assert "Traceback" not in said


def test_service_starts_although_the_front_end_cannot_be_built(checkout: Path, programs: Path) -> None:
    (checkout / "web").mkdir()
    (checkout / "web/package.json").write_text('{"scripts": {"build": "vite build"}}')
    write_program(programs / "node", "echo v18.0.0")
    (checkout / "app/__main__.py").write_text(
        "import os, sys; print('started', sys.argv[1:], float(os.environ['SWITCHBOARD_STARTED_AT']) > 0)"
    )
    code, said = run_dev(checkout, "run", "--quick", path=programs)
    assert code == 0
    assert "The front end is not built" in said
    assert "started ['demo', '--quick'] True" in said


def test_clean_refuses_while_the_database_is_used(checkout: Path) -> None:
    with EmbeddedPostgres(checkout / "var/postgres", for_tests=True, grace_s=0.2).start() as running:
        code, said = run_dev(checkout, "clean")
        assert code == 1
        assert "the service is running" in said
        assert running.home.exists()
    code, said = run_dev(checkout, "clean")
    assert code == 0
    assert not running.home.exists()
    assert not (checkout / "var").exists()


def test_front_end_is_stale_when_a_source_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui, "WEB", tmp_path)
    (tmp_path / "main.ts").write_text("1")
    before = ui.source_fingerprint()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/other.js").write_text("2")
    assert ui.source_fingerprint() == before
    (tmp_path / "main.ts").write_text("3")
    assert ui.source_fingerprint() != before


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("===== 3 failed, 12 passed, 1 skipped in 4.20s =====", {"failed": 3, "passed": 12, "skipped": 1}),
        ("\x1b[32m===== \x1b[1m7 passed\x1b[0m in 61.00s (0:01:01) =====\x1b[0m", {"passed": 7}),
        ("12 passed, 1 error in 0.30s", {"passed": 12, "errors": 1}),
        ("      Tests  1 failed | 11 passed (12)", {"failed": 1, "passed": 11}),
        ("tests/test_a.py::test_3_passed_in_2s PASSED", {}),
    ],
)
def test_closing_lines_are_counted(line: str, counts: dict[str, int]) -> None:
    assert testing.read_counts(line) == counts


def test_closing_line_reads_as_pytest_writes_it() -> None:
    line = testing.closing_line({"passed": 12, "failed": 1}, 3.14159)
    assert line.strip("= ") == "1 failed, 12 passed in 3.14s"
    assert testing.read_counts(line) == {"passed": 12, "failed": 1}


def test_service_lock_has_the_versions_that_are_tested() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9._-]+==[^\s;]+", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements-service.lock") <= pins("requirements.lock")
    assert pins("requirements-service.lock")


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_locks_name_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert text.count("==") <= text.count("--hash=sha256:")
