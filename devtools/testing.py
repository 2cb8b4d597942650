"""Running every test there is and closing with one line of counts, in the form of pytest's own last line."""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from devtools import ui
from devtools.environment import PYTHON
from devtools.terminal import ROOT, DevError, child_environment, say

ANSI = re.compile(r"\x1b\[[0-9;]*m")
PYTEST_CLOSING = re.compile(r"^=* ?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s(?: \([\d:]+\))? ?=*$")
VITEST_CLOSING = re.compile(r"^\s*Tests\s+((?:\d+ [a-z]+(?: \| )?)+)")
KINDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "errors")
BAD = ("failed", "errors")


def read_counts(line: str) -> Counter[str]:
    """The counts in a closing line of pytest (`3 passed in 2s`) or vitest (`Tests  3 passed (3)`)."""
    plain = ANSI.sub("", line.rstrip())
    match = PYTEST_CLOSING.match(plain) or VITEST_CLOSING.match(plain)
    counts: Counter[str] = Counter()
    for number, kind in re.findall(r"(\d+) ([a-z]+)", match[1]) if match else []:
        counts[{"error": "errors", "warning": "warnings"}.get(kind, kind)] += int(number)
    return counts


def closing_line(counts: Mapping[str, int], seconds: float) -> str:
    """One line such as `==== 1 failed, 12 passed in 3.10s ====`."""
    words = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts.get(kind)) or "no tests ran"
    return f" {words} in {seconds:.2f}s ".center(80, "=")


def run_pytest(arguments: list[str]) -> Counter[str]:
    """Run pytest on two workers with its output shown; a run without a closing line counts as one error."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    return _run([str(PYTHON), "-m", "pytest", "-n", "2", *colour, *arguments], ROOT, child_environment())


def run_web_tests() -> Counter[str]:
    """Run the UI's unit tests, if there are any."""
    if not ui.has_script("test"):
        return Counter()
    try:
        ui.ensure_modules()
    except DevError as error:
        say(f"\n{error}")
        return Counter(errors=1)
    return _run(ui.npm("test"), ui.WEB, ui.node_environment() | {"CI": "1"})


def run_everything(problems: list[str]) -> int:
    """All tests; `problems` are failures of the preparation. Returns the exit code."""
    began = time.monotonic()
    counts: Counter[str] = Counter(errors=len(problems))
    counts += run_pytest(["tests"])
    counts += run_web_tests()
    for problem in problems:
        say(f"\nERROR {problem}")
    say("\n" + closing_line(counts, time.monotonic() - began))
    return 1 if any(counts[kind] for kind in BAD) else 0


def _run(argv: list[str], cwd: Path, env: Mapping[str, str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    with subprocess.Popen(
        argv,
        cwd=cwd,
        env={**env, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as program:
        try:
            for line in program.stdout or ():
                say(line, end="")
                counts += read_counts(line)
        except BaseException:  # stopped: do not leave the tests running on their own
            program.terminate()
            raise
    if program.returncode and not any(counts[kind] for kind in BAD):
        say(f"{os.path.basename(argv[0])} ended with exit code {program.returncode}")
        counts["errors"] += 1
    return counts
