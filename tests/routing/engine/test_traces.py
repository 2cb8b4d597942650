"""Seeded traces: the same agent for the same contact from first to last, and averages within theory (R25)."""

from typing import Any

import pytest

from app.routing.engine import Engine
from tests.routing.engine.naive import Naive
from tests.routing.engine.support import load
from tests.routing.engine.traces import replay, statistics, trace

CASES = load("cases.json")["cases"]
EXACT_CONTACTS = 6_000
COUNTED_CONTACTS = 20_000  # a sixth of the whole trace comes before and is not counted
SEED = 11

by_case = pytest.mark.parametrize("case", CASES, ids=[one["id"] for one in CASES])


@by_case
def test_sequence_of_pairs_equals_that_of_the_naive_router(case: dict[str, Any]) -> None:
    calls = trace(case, SEED, EXACT_CONTACTS)
    ours, naive = replay(Engine(), case, calls), replay(Naive(), case, calls)
    assert ours.pairs == naive.pairs
    assert len(ours.connected) + len(ours.abandoned) + len(ours.blocked) == EXACT_CONTACTS, "nobody is lost"


@by_case
def test_every_metric_is_within_four_sigma_of_theory(case: dict[str, Any]) -> None:
    calls = trace(case, SEED, COUNTED_CONTACTS * 6 // 5)
    run = replay(Engine(), case, calls)
    names = [row["name"] for row in case["classes"]]
    for group, metrics in case["reference"].items():
        measured = statistics(case, calls, run, None if group == "all" else names.index(group))
        for name, reference in metrics.items():
            bound = 4 * reference["sigma1"] / COUNTED_CONTACTS**0.5
            bound += reference["sim_ci95"] if reference["kind"] == "simulated" else 0
            assert abs(measured[name] - reference["value"]) <= bound, (group, name)


def test_equal_agents_are_equally_busy() -> None:
    case = next(one for one in CASES if one["id"] == "EC04")
    calls = trace(case, SEED, 24_000)
    run = replay(Engine(), case, calls)
    busy: dict[str, float] = {}
    for number, agent in run.pairs:
        busy[agent] = busy.get(agent, 0) + calls[number].service / calls[-1].at
    assert max(busy.values()) - min(busy.values()) <= 0.03
