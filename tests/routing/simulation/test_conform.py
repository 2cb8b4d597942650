"""`switchboard routing conform`: the engine's three calls as lines, whatever comes in."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.routing import conform
from app.routing.engine import Engine
from tests.routing.engine.support import agent, load, short
from tests.routing.engine.traces import replay, trace

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = load("scenarios.json")["scenarios"]
CASES = load("cases.json")["cases"]
TICK = {"type": "tick"}


class Lines:
    """The three calls on the far side of a pipe; nothing is written ahead, so an answer kept back would hang."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._out, self._in = process.stdin, process.stdout

    def ask(self, line: bytes) -> dict[str, Any]:
        self._out.write(line + b"\n")
        self._out.flush()
        answer: dict[str, Any] = json.loads(self._in.readline())
        return answer

    def _call(self, **request: Any) -> dict[str, Any]:
        return self.ask(json.dumps(request).encode())

    def reset(self, config: dict[str, Any], t0: float) -> None:
        assert self._call(op="reset", config=config, t0=t0) == {"ok": True}

    def step(self, t: float, event: dict[str, Any]) -> list[dict[str, Any]]:
        effects: list[dict[str, Any]] = self._call(op="step", t=t, event=event)["effects"]
        return effects

    def next_deadline(self) -> float | None:
        deadline: float | None = self._call(op="next_deadline")["t"]
        return deadline


@contextmanager
def running() -> Iterator[Lines]:
    """The command, with a database and settings that would stop any command that looked at them."""
    broken = {"SWITCHBOARD_PORT": "none", "SWITCHBOARD_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    with subprocess.Popen(
        [sys.executable, "-m", "app", "routing", "conform"],
        cwd=ROOT,
        env=os.environ | broken,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        yield Lines(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.fixture(scope="module")
def lines() -> Iterator[Lines]:
    with running() as found:
        yield found


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one["id"] for one in SCENARIOS])
def test_every_published_scenario_has_its_effects_through_the_pipe(
    lines: Lines, scenario: dict[str, Any]
) -> None:
    lines.reset(scenario["cfg"], 0)
    for t, event, expected in scenario["steps"]:
        assert [short(effect) for effect in lines.step(t, event)] == expected, (t, event)


@pytest.mark.parametrize("case", CASES, ids=[one["id"] for one in CASES])
def test_seeded_trace_through_the_pipe_equals_the_engine_called_directly(
    lines: Lines, case: dict[str, Any]
) -> None:
    calls = trace(case, 5, 1_500)
    assert replay(lines, case, calls).pairs == replay(Engine(), case, calls).pairs


BAD = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe\xfa",
    b'{"op": "step"',
    b'{"op": "fly"}',
    b'{"op": ["step"]}',
    b'{"no": "op"}',
    b'{"op": "step", "event": {"type": "tick"}}',
    b'{"op": "step", "t": 1}',
    b'{"op": "step", "t": NaN, "event": {"type": "tick"}}',
    b'{"op": "step", "t": Infinity, "event": {"type": "tick"}}',
    b'{"op": "step", "t": 1e999, "event": {"type": "tick"}}',
    b'{"op": "step", "t": "1", "event": {"type": "tick"}}',
    b'{"op": "step", "t": true, "event": {"type": "tick"}}',
    b'{"op": "step", "t": -1, "event": {"type": "tick"}}',
    b'{"op": "step", "t": 1' + b"0" * 400 + b', "event": {"type": "tick"}}',
    b'{"op": "step", "t": 1' + b"0" * 5000 + b', "event": {"type": "tick"}}',
    b'{"op": "reset"}',
    b'{"op": "reset", "config": {}}',
    b'{"op": "reset", "config": {}, "t0": 0}',
    b'{"op": "reset", "config": [], "t0": 0}',
    b'{"op": "reset", "config": {"agents": [{"id": "A"}]}, "t0": 0}',
    b'{"op": "reset", "config": {"agents": []}, "t0": null}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("line", BAD, ids=[repr(one[:48]) for one in BAD])
def test_bad_line_is_answered_with_an_error_and_changes_nothing(lines: Lines, line: bytes) -> None:
    lines.reset({"agents": [agent("A")], "auto_accept": False, "reservation_timeout": 7}, 0)
    lines.step(1, {"type": "contact.arrive", "contact": "x", "queue": "q"})
    answer = lines.ask(line)
    assert list(answer) == ["error"]
    assert answer["error"]
    assert lines.next_deadline() == 8
    assert [short(one) for one in lines.step(8, TICK)] == ["rescind x A timeout", "agent A not_responding"]


def test_wrong_event_is_refused_by_the_engine_not_by_the_adapter(lines: Lines) -> None:
    lines.reset({"agents": [agent("A")]}, 0)
    wrong: list[Any] = [
        None,
        3,
        "tick",
        [],
        {},
        {"type": "contact.arrive"},
        {"type": "contact.done", "contact": "?"},
    ]
    for event in wrong:
        assert [effect["type"] for effect in lines.step(1, event)] == ["reject"]


def test_calls_before_the_first_reset_are_errors() -> None:
    with running() as fresh:
        assert "reset" in fresh.ask(b'{"op": "next_deadline"}')["error"]
        assert "reset" in fresh.ask(b'{"op": "step", "t": 0, "event": {"type": "tick"}}')["error"]


def test_line_of_megabytes_is_read(lines: Lines) -> None:
    queues = {f"queue number {n}": 1 for n in range(100)}
    lines.reset({"agents": [agent(f"A{n}", queues) for n in range(1_000)]}, 0)
    arrival = {"type": "contact.arrive", "contact": "x" * 1_000_000, "queue": "queue number 7"}
    (effect,) = lines.step(0, arrival)
    assert effect == {"type": "connect", "contact": "x" * 1_000_000, "agent": "A0"}


def test_line_beyond_the_limit_is_an_error_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conform, "LONGEST_LINE", 100)
    out = io.BytesIO()
    reset = b'{"op": "reset", "config": {"agents": []}, "t0": 0}'
    conform.serve(io.BytesIO(b"9" * 1000 + b"\n" + reset + b"\n" + b"x" * 99 + b"\n" + reset), out)
    assert [list(json.loads(line)) for line in out.getvalue().splitlines()] == [
        ["error"],
        ["ok"],
        ["error"],
        ["ok"],
    ]


def test_ids_come_back_as_they_were_given(lines: Lines) -> None:
    lines.reset({"agents": [agent(7), agent("\ud83d 客服")]}, 0)  # type: ignore[arg-type]
    events = [{"type": "contact.arrive", "contact": c, "queue": "q"} for c in (10**30, "\ud800 聯繫")]
    effects = [effect for event in events for effect in lines.step(0, event)]
    assert [(e["contact"], e["agent"]) for e in effects] == [(10**30, 7), ("\ud800 聯繫", "\ud83d 客服")]


def test_reader_that_goes_away_ends_the_command_quietly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "routing", "conform"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(b'{"op": "next_deadline"}\n' * 3, timeout=20)
    assert (process.returncode, errors) == (0, b"")
