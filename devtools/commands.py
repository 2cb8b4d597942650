"""The commands of `dev.py`, one function each; their first docstring line is what `dev.py help` prints."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from devtools import testing, ui
from devtools.environment import BIN, PYTHON, VENV, ensure_environment
from devtools.terminal import ROOT, VAR, DevError, ProgramError, Steps, child_environment, quietly, say

INTERRUPTED = 130  # the shell's exit code for Ctrl-C


def run_command(words: list[str]) -> int:
    """Run one command with its arguments; return the exit code."""
    name, arguments = (words[0], words[1:]) if words else ("help", [])
    signal.signal(signal.SIGTERM, _interrupt)  # whoever ends us ends what we started, too
    command = COMMANDS.get(name)
    if command is None:
        say(f"dev.py: there is no command `{name}`\n")
        return show_help([]) or 2
    try:
        return command(arguments)
    except DevError as error:
        say(f"\n{error}")
        return 1
    except ProgramError as error:
        say(f"\n{error.explain(str(error))}")
        return 1
    except KeyboardInterrupt:
        say("\nstopped")
        return INTERRUPTED


def run(arguments: list[str]) -> int:
    """start everything: database, service, worker and phone simulator, with demo data"""
    steps = Steps(6)
    ensure_environment(steps)
    _ui_or_reason(steps)
    say("[6/6] starting the service")
    return _become([str(PYTHON), "-m", "app", "demo", *arguments])


def setup(_: list[str]) -> int:
    """make .venv and install the locked packages"""
    ensure_environment(Steps(2))
    return 0


def build_ui(_: list[str]) -> int:
    """build the front end if its sources changed"""
    steps = Steps(5)
    ensure_environment(steps)
    ui.ensure_ui(steps)
    return 0


def test(arguments: list[str]) -> int:
    """run every test; with arguments: pytest with those arguments"""
    if arguments:
        ensure_environment(Steps(2))
        counts = testing.run_pytest(arguments)
        return 1 if any(counts[kind] for kind in testing.BAD) else 0
    steps, problems = Steps(6), []
    ensure_environment(steps)
    if reason := _ui_or_reason(steps):
        problems.append(reason)
    try:
        with steps.step("browser for the tests"):
            quietly([PYTHON, "-m", "tests.support.chromium"], timeout_s=1200.0)
    except ProgramError as error:
        problems.append(str(error.explain("finding a browser")))
    return testing.run_everything(problems)


def dev(_: list[str]) -> int:
    """work on it: restart the service when Python files change, Vite for the front end"""
    steps = Steps(6)
    ensure_environment(steps)
    _ui_or_reason(steps)
    say("[6/6] starting the service; it restarts when a file in app/ or simulator/ changes")
    vite = _start_vite()
    try:
        watcher = [str(BIN / "watchfiles"), "--filter", "python", f"{PYTHON} -m app demo"]
        folders = [folder for folder in ("app", "simulator") if (ROOT / folder).is_dir()]
        return subprocess.run([*watcher, *folders], cwd=ROOT, env=child_environment(), check=False).returncode
    finally:
        if vite is not None:
            _end(vite)


def check(_: list[str]) -> int:
    """lint, types and import rules, of Python and TypeScript"""
    ensure_environment(Steps(2))
    codes = [
        _show([str(BIN / "ruff"), "check", "."]),
        _show([str(BIN / "ruff"), "format", "--check", "."]),
        _show([str(PYTHON), "-m", "mypy"]),
        _show([str(BIN / "lint-imports")]),
    ]
    if ui.has_script("check"):
        ui.ensure_modules()
        codes.append(_show(ui.npm("run", "check"), ui.WEB, ui.node_environment()))
    return 1 if any(codes) else 0


def bench(arguments: list[str]) -> int:
    """measure: routing, intake, sockets, search"""
    ensure_environment(Steps(2))
    return _become([str(PYTHON), "-m", "bench", *arguments])


def faults(arguments: list[str]) -> int:
    """kill, freeze and restart processes, and play every call under every fault, from a new seed (two hours)"""
    ensure_environment(Steps(2))
    if arguments:
        return _show([str(PYTHON), "-m", "tests.faults", *arguments])
    codes = [
        _show([str(PYTHON), "-m", "pytest", "tests/process", "-m", "process"]),
        _show([str(PYTHON), "-m", "tests.faults"]),
        _show([str(PYTHON), "-m", "tests.calls"]),
    ]
    return 1 if any(codes) else 0


def clean(_: list[str]) -> int:
    """remove .venv, var/ (with the demo's data) and the built front end"""
    from app.core.embedded_postgres import homes  # noqa: PLC0415  not there on Windows

    found = homes.find_homes(VAR)
    used = [home for home in found if homes.is_used(home)]
    if used:
        raise DevError(f"the service is running (it uses the database in {used[0]}). Stop it first: Ctrl-C.")
    for home in found:
        homes.wait_stopped(home)
    for folder in (*found, VAR, ui.STATIC, ui.MODULES, VENV):
        if folder.exists():
            shutil.rmtree(folder)
            say(f"removed {folder}")
    return 0


def show_help(_: list[str]) -> int:
    """print this list"""
    say("usage: python3 dev.py COMMAND   (or: make COMMAND)\n")
    for name, command in COMMANDS.items():
        say(f"  {name:<8}{command.__doc__}")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "setup": setup,
    "ui": build_ui,
    "dev": dev,
    "check": check,
    "bench": bench,
    "faults": faults,
    "clean": clean,
    "help": show_help,
}


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _ui_or_reason(steps: Steps) -> str | None:
    """Build the front end; a failure is said and returned, because the service works without its pages."""
    try:
        ui.ensure_ui(steps)
    except DevError as error:
        say(f"\nThe front end is not built, the service starts without it. {error}\n")
        return str(error)
    return None


def _start_vite() -> subprocess.Popen[bytes] | None:
    if not ui.has_script("dev"):
        return None
    ui.ensure_modules()
    vite = ui.npm("run", "dev")
    return subprocess.Popen(  # in a session of its own: Ctrl-C makes npm's layers print tracebacks
        vite, cwd=ui.WEB, env=ui.node_environment(), stdin=subprocess.DEVNULL, start_new_session=True
    )


def _end(program: subprocess.Popen[bytes]) -> None:
    """End a program and what it started."""
    if sys.platform == "win32":
        program.terminate()
    else:
        os.killpg(program.pid, signal.SIGTERM)
    program.wait(timeout=10)


def _become(argv: list[str]) -> int:
    """Turn this process into the program, so that Ctrl-C and signals reach it alone."""
    if os.name == "nt":  # there exec returns to the shell at once
        return subprocess.run(argv, cwd=ROOT, env=child_environment(), check=False).returncode
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdout.flush()
    return os.execve(argv[0], argv, child_environment())


def _show(argv: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> int:
    say(f"$ {' '.join([Path(argv[0]).name, *argv[1:]])}")
    return subprocess.run(
        argv, cwd=cwd, env=env or child_environment(), stdin=subprocess.DEVNULL, check=False
    ).returncode
