"""Scenarios from files, the CSV files they name, and what a wrong one is told."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.core.errors import InvalidInput
from app.routing.simulation.loading import load, read
from app.routing.simulation.scenario import Empirical, Recorded, Scenario
from app.routing.simulation.simulate import simulate
from tests.routing.engine.support import DATA
from tests.routing.engine.support import load as load_data
from tests.routing.simulation.scenes import Json, constant, exponential, kind, poisson, pool, recorded, scene

ROOT = Path(__file__).resolve().parents[3]
CASE = load_data("cases.json")["cases"][0]


def faults(raw: object, **more: Any) -> dict[str, str]:
    """Field -> message of everything that is wrong."""
    with pytest.raises(InvalidInput) as caught:
        read(raw, **more)
    return {one.field: one.message for one in caught.value.errors}


def written(folder: Path, raw: Json, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "scenario.json").write_text(json.dumps(raw), encoding="utf-8")
    return folder / "scenario.json"


def csv_column(file: str, column: str, **more: Any) -> Json:
    return {"kind": "csv", "file": file, "column": column, **more}


def test_arrivals_handle_times_and_patience_come_from_csv_files(tmp_path: Path) -> None:
    calls = kind(
        arrivals=csv_column("calls.csv", "at", where={"queue": "calls"}),
        handle_time=csv_column("calls.csv", "talk"),
        patience=csv_column("patience.csv", "seconds"),
    )
    rows = "at,queue,talk\n30,calls,60\n10,other,70\n10,calls,\n20.5,calls,80\n"
    path = written(tmp_path, scene(calls), calls=rows, patience="\ufeffseconds\n400\n")
    row = load(path).classes[0]
    assert row.arrivals == Recorded(kind="recorded", times=[30, 10, 20.5])
    assert row.handle_time == Empirical(kind="empirical", values=[60, 70, 80])
    assert row.patience == Empirical(kind="empirical", values=[400])
    report = simulate(load(path))
    assert report.contacts == 3
    assert report.groups["all"].metrics["mean_wait"].value > 0


def test_times_of_day_count_from_the_midnight_before_the_earliest_of_all_classes(tmp_path: Path) -> None:
    classes = [kind(name, csv_column(f"{name}.csv", "at"), constant(1)) for name in ("a", "b")]
    path = written(
        tmp_path,
        scene(*classes, pools=[pool(queues={"a": 1, "b": 1})]),
        a="at\n2026-03-02T00:30:00+08:00\n",
        b="at\n2026-03-01T09:00:00+08:00\n2026-03-01 02:00:00Z\n",
    )
    first, second = (row.arrivals for row in load(path).classes)
    assert first == Recorded(kind="recorded", times=[86_400 + 1_800])
    assert second == Recorded(kind="recorded", times=[9 * 3600, 10 * 3600])


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("when\n1\n", "classes[0].arrivals.column", "no column 'at'; it has: when"),
        ("at\nsoon\n", "classes[0].arrivals", "calls.csv line 2: 'soon' is neither"),
        ("at\n5\n-1\n", "classes[0].arrivals", "calls.csv line 3: '-1' must be 0 or more"),
        ("at\nnan\n", "classes[0].arrivals", "must be 0 or more"),
        ("at\n5\n2026-01-01T00:00\n", "classes[0].arrivals.column", "some rows hold seconds"),
        ("at\n2026-01-01T00:00\n2026-01-01T00:00Z\n", "classes", "have a zone"),
        ("at\n\n", "classes[0].arrivals.file", "no value"),
        ("", "classes[0].arrivals.column", "no column"),
    ],
)
def test_bad_csv_is_told_with_file_line_and_value(tmp_path: Path, text: str, field: str, words: str) -> None:
    path = written(tmp_path, scene(kind(arrivals=csv_column("calls.csv", "at"))), calls=text)
    with pytest.raises(InvalidInput) as caught:
        load(path)
    (fault,) = caught.value.errors
    assert fault.field == field
    assert words in fault.message


def test_missing_csv_is_told_and_files_are_refused_where_there_is_no_folder(tmp_path: Path) -> None:
    raw = scene(kind(arrivals=csv_column("none.csv", "at")))
    with pytest.raises(InvalidInput, match=r"none\.csv cannot be read"):
        load(written(tmp_path, raw))
    assert "classes[0].arrivals" in faults(raw)


def bad(changes: Json) -> Json:
    """A good scenario with values put at paths like `classes.0.queue`; None as a value takes the field away."""
    raw = scene(contacts=10)
    for path, new in changes.items():
        *way, last = path.split(".")
        here: Any = raw
        for part in way:
            here = here[int(part)] if isinstance(here, list) else here[part]
        if new is None:
            del here[last]
        else:
            here[last] = new
    return raw


OFFERS = {"rules": {"auto_accept": False}}
SHORT_OFFERS = {"rules": {"auto_accept": False, "reservation_timeout": 3}}
WRONG: dict[str, tuple[Json, str, str]] = {
    "no classes": ({"classes": None}, "classes", "is missing"),
    "empty classes": ({"classes": []}, "classes", "at least 1"),
    "typo": ({"contcats": 5}, "contcats", "no such field"),
    "typo inside": ({"classes.0.patiense": 5}, "classes[0].patiense", "no such field"),
    "text": ({"target_seconds": "20"}, "target_seconds", "valid number"),
    "negative": ({"classes.0.handle_time.mean": -1}, "classes[0].handle_time.mean", "greater"),
    "unknown kind": ({"classes.0.handle_time.kind": "weibull"}, "classes[0].handle_time", "expected tags"),
    "no kind": ({"classes.0.handle_time": 60}, "classes[0].handle_time", "valid dictionary"),
    "infinite": ({"classes.0.patience": constant(math.inf)}, "classes[0].patience.value", "finite"),
    "not a number": ({"target_seconds": math.nan}, "target_seconds", "finite"),
    "priority": ({"classes.0.priority": 0}, "classes[0].priority", "greater"),
    "nobody comes": ({"classes.0.arrivals": poisson([0, 0])}, "classes[0].arrivals", "above 0"),
    "negative rate": ({"classes.0.arrivals.per_hour": -5}, "classes[0].arrivals.per_hour", "greater"),
    "rate in a list": (
        {"classes.0.arrivals": poisson([5, -5])},
        "classes[0].arrivals.per_hour[1]",
        "greater",
    ),
    "rank": ({"pools.0.queues.calls": -1}, "pools[0].queues.calls", "greater"),
    "delay": ({"pools.0.queues.calls": {"rank": 1, "delay": -1}}, "pools[0].queues.calls.delay", "greater"),
    "no agents": ({"pools.0.agents": 0}, "pools[0].agents", "greater"),
    "both numbers": ({"pools.0.agents_by_hour": [1]}, "pools[0]", "either"),
    "unserved queue": ({"classes.0.queue": "x"}, "classes[0].queue", "pools serve: calls"),
    "unused queue": ({"pools.0.queues.x": 1}, "pools[0].queues", "classes wait in: calls"),
    "same name": ({"pools": [pool(), pool()]}, "pools", "there twice"),
    "name of all": ({"classes": [kind("all", queue="calls")]}, "classes[0].name", "choose another"),
    "no such agent": ({"classes.0.steps": [{"agents": ["x"]}]}, "classes[0].steps[0].agents", "'x'"),
    "two ends": ({"hours": 1}, "contacts", "either"),
    "no end": ({"contacts": None}, "contacts", "no end"),
    "too long": ({"contacts": None, "hours": 1e6}, "hours", "at most"),
    "too many": ({"contacts": 10**9}, "contacts", "less than"),
    "warm-up": ({"warm_up": {"contacts": 10}}, "warm_up.contacts", "less than contacts"),
    "warm-up twice": ({"warm_up": {"contacts": 1, "hours": 1}}, "warm_up", "either"),
    "no answering": (OFFERS, "answering", "is missing"),
    "no effect": ({"answering": {"ring_time": constant(3)}}, "answering", "no effect"),
    "rings for ever": (
        OFFERS | {"answering": {"ring_time": constant(3), "unanswered": 0.1}},
        "rules.reservation_timeout",
        "is missing",
    ),
    "never answered": (
        SHORT_OFFERS | {"answering": {"ring_time": constant(3)}},
        "answering.ring_time",
        "below",
    ),
    "endless spread": (
        {"classes.0.handle_time": {"kind": "lognormal", "mean": 1, "cv": 1e200}},
        "classes[0].handle_time.cv",
        "less than",
    ),
    "a nation of agents": ({"pools": [pool(n, 60_000) for n in "ab"]}, "pools", "120,000 agents"),
    "reference": ({"reference": {"x": {}}}, "reference", "no class 'x'"),
}


@pytest.mark.parametrize(("changes", "field", "words"), WRONG.values(), ids=WRONG)
def test_wrong_scenario_is_told_its_field_and_the_way_out(changes: Json, field: str, words: str) -> None:
    found = faults(bad(changes))
    assert next(iter(found)) == field
    assert words in found[field]


@pytest.mark.parametrize("raw", [None, 3, "x", [], {}, {"id": "x", "rank": []}])
def test_value_of_another_shape_is_refused(raw: object) -> None:
    assert faults(raw)


def test_several_faults_are_told_at_once() -> None:
    raw = scene(kind(handle_time=exponential(0), priority=77), contacts=0)
    assert set(faults(raw)) == {"classes[0].handle_time.mean", "classes[0].priority", "contacts"}


def test_wrong_case_is_told_its_field() -> None:
    assert "classes[0].aht" in faults(CASE | {"classes": [{"name": "calls", "lam_per_hour": 5}]})
    assert "1 rows" in faults(CASE | {"rank": [[1, 1]]})["rank"]


def test_nothing_counted_is_told() -> None:
    scenario = read(scene(kind(arrivals=recorded(1, 2)), warm_up={"hours": 1}))
    with pytest.raises(InvalidInput, match="nothing is counted"):
        simulate(scenario)
    quiet = read(scene(kind(arrivals=recorded(7200)), hours=1))
    with pytest.raises(InvalidInput, match="nobody arrived"):
        simulate(quiet)


def test_scenario_survives_the_way_through_json() -> None:
    calls = kind(steps=[{"skills": {"es": 1}, "for": 5}], last_agent={"share": 0.5, "seconds": 3})
    scenario = read(scene(calls, contacts=10))
    assert read(json.loads(scenario.model_dump_json(by_alias=True))) == scenario
    assert Scenario.model_validate(scenario.model_dump(by_alias=True)) == scenario


def switchboard(*words: str) -> int:
    """The exit status of the command, run in this process."""
    with pytest.raises(SystemExit) as stopped:
        cli.main(["simulate", *words])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_command_names_file_and_field_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, scene(kind(priority=77)))
    (tmp_path / "broken.json").write_text("{")
    for words, told in (
        ([str(path)], f"switchboard: {path}: classes[0].priority: "),
        (["no-such-file"], "cannot be read"),
        ([str(tmp_path / "broken.json")], "is not JSON"),
        ([str(DATA / "cases.json")], "choose one of EC04, EA03, PR01, N01"),
        ([str(DATA / "cases.json"), "--case", "XX"], "choose one of EC04, EA03, PR01, N01"),
        ([], "name the scenario's file"),
    ):
        assert switchboard(*words) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert told in printed.err


def test_command_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert switchboard("--schema") == 0
    assert set(scene(contacts=10)) <= set(json.loads(capsys.readouterr().out)["properties"])


def test_command_line_replaces_the_length_and_short_runs_write_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, scene(contacts=60))
    assert switchboard(str(path), "--hours", "2", "--replications", "3") == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "counted over 6.0 h; [95 % interval] by 3 replications" in printed.out


def test_command_runs_as_a_program_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app", "simulate", str(written(tmp_path, scene(contacts=60))), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["contacts"] == 60
