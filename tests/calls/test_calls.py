"""A part of the table of calls on every run of the tests; `make faults` plays all of it, from a new seed.

Every scenario without a fault, every fifth family or so with one of them, and a few of the moments at which somebody
may hang up; fixed seeds, so it is the same part each time.
"""

import pytest

from app.channels.voice.reconcile import Reconciler
from simulator.fault_families import FAMILIES
from tests.calls.playing import Case, play, points_of, spread
from tests.calls.table import SCENARIOS
from tests.support.postgres import TestServer

SEED = 7
WHOLE = "a consultation is swapped merged and completed"
NAMES = list(SCENARIOS)
# Families with one scenario each; the scenarios take turns.
TURNS = spread([Case(NAMES[i * 7 % len(NAMES)], family) for i, family in enumerate(FAMILIES)], 12)


@pytest.mark.parametrize("name", NAMES)
async def test_it_runs_to_its_end_when_nothing_goes_wrong(name: str, demo_dsn: str) -> None:
    result = await play(Case(name), demo_dsn, seed=SEED)
    assert result.wrong == []


@pytest.mark.parametrize("case", TURNS, ids=str)
async def test_nothing_is_left_over_or_broken_under(case: Case, demo_dsn: str) -> None:
    result = await play(case, demo_dsn, seed=SEED)
    assert result.wrong == []


async def test_somebody_may_hang_up_at_any_moment(postgres: TestServer, demo_template: str) -> None:
    async def played(case: Case) -> list[str]:
        dsn = postgres.clone(demo_template)
        try:
            found = await play(case, dsn, seed=SEED)
            points.extend(points_of(found) if case.point is None else [])
            return found.wrong
        finally:
            postgres.drop_database(dsn)

    points: list[Case] = []
    assert await played(Case(WHOLE)) == []
    assert len(points) > 100, "before and after each webhook and each command, the caller and the agents"
    for case in spread(points, 3):
        assert await played(case) == [], case


async def test_the_judge_sees_a_product_that_does_not_look_after_its_calls(
    monkeypatch: pytest.MonkeyPatch, demo_dsn: str
) -> None:
    async def looks_away(_: Reconciler) -> int:
        return 0

    monkeypatch.setattr(Reconciler, "check_due", looks_away)
    result = await play(Case("the caller leaves in self service", "lost-status"), demo_dsn, seed=SEED)
    assert any("every contact has come to an end" in wrong for wrong in result.wrong), result.wrong
