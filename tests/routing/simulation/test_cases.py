"""The published cases through `switchboard simulate`: Erlang C, Erlang A, priorities, N design."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.routing.engine import Engine
from app.routing.simulation.loading import read
from app.routing.simulation.simulate import simulate
from tests.routing.engine.support import DATA, load
from tests.routing.engine.traces import replay, statistics, trace

CASES = {case["id"]: case for case in load("cases.json")["cases"]}
SEED = 23


def switchboard(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        cli.main(words)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


@pytest.mark.parametrize("name", CASES)
def test_every_metric_of_a_case_is_within_its_published_bound(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--case", name, "--contacts", "14400", "--seed", str(SEED), "--json", "--check"]
    assert switchboard("simulate", str(DATA / "cases.json"), *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counted"] == 12_000
    wanted = {(g, m): r for g, metrics in CASES[name]["reference"].items() for m, r in metrics.items()}
    assert {(one["group"], one["metric"]) for one in found["reference"]} == set(wanted)
    for one in found["reference"]:
        reference = wanted[one["group"], one["metric"]]
        bound = 4 * reference["sigma1"] / 12_000**0.5
        bound += reference["sim_ci95"] if reference["kind"] == "simulated" else 0
        assert one["bound"] == pytest.approx(bound, rel=1e-12)
        assert abs(one["measured"] - reference["value"]) <= bound, one
        assert one["measured"] == found["groups"][one["group"]][one["metric"]]["value"]


@pytest.mark.parametrize("name", CASES)
def test_metrics_equal_those_of_the_separate_driver_of_the_traces(name: str) -> None:
    case = CASES[name]
    calls = trace(case, 7, 3_000)
    run = replay(Engine(), case, calls)
    report = simulate(read(case, changes={"contacts": 3_000}), 7)
    names = [row["name"] for row in case["classes"]]
    for group in ["all", *names]:
        wanted = statistics(case, calls, run, None if group == "all" else names.index(group))
        metrics = report.groups[group].metrics
        assert group == "all" or "occupancy" not in metrics
        for metric, estimate in metrics.items():
            if metric in wanted:
                assert estimate.value == pytest.approx(wanted[metric], rel=1e-9, abs=1e-12), (group, metric)


class Careless(Engine):
    """Looks at no priority, and takes every queue for a first choice."""

    def reset(self, config: Mapping[str, Any], t0: float) -> None:
        agents = [agent | {"queues": dict.fromkeys(agent["queues"], 1)} for agent in config["agents"]]
        super().reset({**config, "agents": agents}, t0)

    def step(self, t: float, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        return super().step(t, {**event, "priority": 5})


@pytest.mark.parametrize(("name", "wrong"), [("PR01", ("P1", "mean_wait")), ("N01", ("B", "mean_wait"))])
def test_engine_that_ignores_priority_and_rank_is_outside_the_bounds(
    name: str, wrong: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = read(CASES[name], changes={"contacts": 24_000 if name == "N01" else 6_000})
    monkeypatch.setattr("app.routing.simulation.simulate.Engine", Careless)
    outside = {(one.group, one.metric) for one in simulate(scenario, SEED).comparisons if not one.is_inside}
    assert wrong in outside


def test_contacts_beyond_the_limit_are_blocked_and_the_others_counted_alone() -> None:
    case = CASES["EC04"] | {"max_waiting": 0, "reference": {}}
    group = simulate(read(case, changes={"contacts": 12_000}), SEED).groups["all"]
    # with no place to wait this is Erlang's loss system: B(14, 10) = 0.0568
    assert group.metrics["blocked"].value == pytest.approx(0.0568, abs=0.012)
    assert group.metrics["p_wait"].value == group.metrics["mean_wait"].value == 0
    assert group.counts["offered"] == group.counts["served"] + group.counts["blocked"] == 10_000


def test_measured_value_outside_its_bound_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    case: dict[str, Any] = json.loads(json.dumps(CASES["EC04"]))
    case["reference"]["all"]["occupancy"]["value"] = 0.9
    (tmp_path / "case.json").write_text(json.dumps(case))
    words = ["simulate", str(tmp_path / "case.json"), "--contacts", "3000"]
    assert switchboard(*words) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "OUTSIDE" in line]
    assert len(told) == 1
    assert "all occupancy" in told[0]
    assert switchboard(*words, "--check") == 1


def test_same_seed_gives_the_same_report_and_another_seed_another() -> None:
    scenario = read(CASES["N01"], changes={"contacts": 1_200})
    first = simulate(scenario, 3).as_json()
    assert simulate(scenario, 3).as_json() == first
    assert simulate(scenario, 4).as_json()["groups"] != first["groups"]
