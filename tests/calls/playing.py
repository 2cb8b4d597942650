"""Plays one scenario under one fault and says what came of it."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator import Knobs
from simulator.fault_families import FAMILIES, hang_up_points, may_strike
from simulator.faults import WHO, FaultRule
from simulator.journal import Entry
from tests.calls import scenarios as _scenarios  # noqa: F401 -- fills the table
from tests.calls.judge import judged
from tests.calls.stage import opened_stage
from tests.calls.table import SCENARIOS
from tests.calls.virtual import START

CLEAN = "no fault"
# Under these everything comes through (twice, forged, or in another shape), so the scenario must reach its end.
HARMLESS = frozenset(
    {
        "duplicate-now", "duplicate-late", "duplicate-same-token", "replay-week", "shape-no-geo", "shape-blank",
        "shape-extra", "shape-repeated", "shape-skew", "shape-no-plus", "shape-no-confidence",
        *(name for name in FAMILIES if name.startswith("forge-")),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario, and what goes wrong in it: a family by name, or somebody who hangs up at one moment."""

    scenario: str
    fault: str = CLEAN
    point: tuple[str, str, int, str] | None = None  # effect, kind, nth, who

    @property
    def rules(self) -> list[FaultRule]:
        """Fresh rules, as rules count."""
        if self.point is not None:
            effect, kind, nth, who = self.point
            return [FaultRule.from_json({"effect": effect, "kind": kind, "nth": nth, "who": who})]
        return [] if self.fault == CLEAN else FAMILIES[self.fault].rules()

    def __str__(self) -> str:
        return f"{self.scenario} / {self.fault}"


@dataclass(slots=True)
class Result:
    """What came of a case. `applied`: how often the fault struck."""

    case: Case
    wrong: list[str] = field(default_factory=list)
    applied: int = 0
    journal: list[Entry] = field(default_factory=list)


async def play(case: Case, dsn: str, *, seed: int, knobs: Knobs | None = None) -> Result:
    """Play a case on a fresh database of the demo centre."""
    result = Result(case)
    scenario = SCENARIOS[case.scenario]
    must_end = case.fault == CLEAN or case.fault in HARMLESS
    async with opened_stage(dsn, seed=seed, knobs=knobs) as stage:
        rules = [stage.simulator.faults.add(rule) for rule in case.rules]
        if must_end:
            try:
                await scenario.play(stage)
            except (AssertionError, RuntimeError) as error:
                result.wrong.append(f"it did not reach its end: {str(error)[:2000]}")
        else:
            # what does not come ends the scenario; a person cannot press keys in a call that is over
            with contextlib.suppress(AssertionError, RuntimeError):
                await scenario.play(stage)
        result.wrong += await judged(stage, rules)
        if must_end and not result.wrong:
            sql = "select array_agg(outcome order by outcome) from contacts where opened_at >= $1"
            ends = await stage.value(sql, START)
            if tuple(ends or ()) != scenario.ends:
                result.wrong.append(f"the contacts ended as {ends}, not as {list(scenario.ends)}")
        result.applied = sum(rule.applied for rule in rules)
        result.journal = list(stage.simulator.journal)
    return result


def families_of(clean: Result) -> list[Case]:
    """The scenario under every family that has something to strike in it."""
    name = clean.case.scenario
    return [Case(name, family) for family in FAMILIES if may_strike(family, clean.journal)]


def points_of(clean: Result) -> list[Case]:
    """The scenario with a caller, an agent, or somebody outside whom we rang, who hangs up before or after each webhook
    and each command of the clean run; only moments at which there is such a person."""
    cases = []
    for who in WHO:
        for rule in hang_up_points(clean.journal, who):
            assert rule.nth is not None
            when = f"the {who} hangs up {rule.effect.removeprefix('hang_up_')} {rule.kind} {rule.nth}"
            cases.append(Case(clean.case.scenario, when, (rule.effect.value, rule.kind, rule.nth, who)))
    return cases


def spread(cases: Sequence[Case], count: int, offset: int = 0) -> list[Case]:
    """So many of the cases, evenly over all of them; the same every time."""
    if len(cases) <= count:
        return list(cases)
    return [cases[(offset + i * len(cases) // count) % len(cases)] for i in range(count)]
