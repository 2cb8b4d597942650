"""A scenario in, a report out. Pure: no files, no clock; the same scenario and seed give the same report."""

from collections.abc import Callable

from app.routing.engine import Engine
from app.routing.simulation import metrics
from app.routing.simulation.checks import ALL, check, contacts_of_finite, hours_of_tables
from app.routing.simulation.driver import run
from app.routing.simulation.estimates import BATCHES
from app.routing.simulation.records import Records
from app.routing.simulation.report import Comparison, Group, PoolReport, Report
from app.routing.simulation.scenario import HOUR, Scenario
from app.routing.simulation.sums import (
    GroupSums,
    PoolSums,
    all_of,
    chained,
    group_sums,
    pool_sums,
    window_of,
)

SIGMAS = 4  # of the published bounds
UNSETTLED = (
    "the run is short: waits of one batch still follow those of the one before; intervals may be too narrow"
)
ONE_DAY = "rates or staff change with the hour: only several replications give true intervals"

Progress = Callable[[float], None]


def simulate(scenario: Scenario, seed: int = 1, progress: Progress | None = None) -> Report:
    """Run every replication and measure it; replication k uses seed + k.

    `progress` hears the done share, 0 to 1; what it raises ends the simulation. Raises InvalidInput when the scenario
    does not fit together or nothing is counted, driver.BrokenRule when the engine breaks its contract.
    """
    check(scenario)
    counting = _Counting(scenario)
    for replication in range(scenario.replications):
        listen = None if progress is None else _share(scenario, replication, progress)
        counting.add(run(scenario, seed + replication, Engine(), listen))
    if progress is not None:
        progress(1.0)
    return counting.report(seed)


def _share(scenario: Scenario, done: int, progress: Progress) -> Callable[[int, float], None]:
    """From contacts and time of one replication to the share of all."""
    expected = scenario.contacts or max(1.0, contacts_of_finite(scenario))

    def listen(contacts: int, at: float) -> None:
        part = contacts / expected if scenario.hours is None else at / (scenario.hours * HOUR)
        progress((done + min(part, 1.0)) / scenario.replications)

    return listen


class _Counting:
    """Keeps the sums of replications, not their records."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.independent = scenario.replications > 1
        self.groups: list[list[GroupSums]] = []  # by replication, then class
        self.pools: list[list[PoolSums]] = []
        self.seconds: list[float] = []
        self.contacts = self.counted = 0
        self.offers = {"made": 0, "timed_out": 0, "refused": 0}

    def add(self, records: Records) -> None:
        """One replication more."""
        window = window_of(self.scenario, records, 1 if self.independent else BATCHES)
        self.groups.append(group_sums(self.scenario, records, window))
        self.pools.append(pool_sums(self.scenario, records, window))
        self.seconds += [end - start for start, end in zip(window.edges, window.edges[1:], strict=False)]
        self.contacts += len(records.arrived)
        self.counted += len(records.arrived) - window.first
        self.offers["made"] += records.offers
        self.offers["timed_out"] += records.timed_out
        self.offers["refused"] += records.refused

    def report(self, seed: int) -> Report:
        """All of it, measured."""
        scenario = self.scenario
        groups = self._groups()
        return Report(
            scenario=scenario.name,
            title=scenario.title,
            seed=seed,
            replications=scenario.replications,
            target_seconds=scenario.target_seconds,
            contacts=self.contacts,
            counted=self.counted,
            window_hours=sum(self.seconds) / HOUR,
            groups=groups,
            pools=self._pools(),
            offers={} if scenario.rules.auto_accept else self.offers,
            comparisons=self._comparisons(groups),
            warnings=self._warnings(groups),
        )

    def _groups(self) -> dict[str, Group]:
        parts = {ALL: chained([all_of(classes) for classes in self.groups])}
        for n, row in enumerate(self.scenario.classes):
            parts[row.name] = chained([classes[n] for classes in self.groups])
        found = {name: metrics.group(sums, self.seconds, self.independent) for name, sums in parts.items()}
        busy = metrics.occupancy(self.pools, self.independent)
        if busy is not None:
            found[ALL].metrics["occupancy"] = busy
        return found

    def _pools(self) -> dict[str, PoolReport]:
        return {
            pool.name: metrics.pool([pools[n] for pools in self.pools], self.independent)
            for n, pool in enumerate(self.scenario.pools)
        }

    def _comparisons(self, groups: dict[str, Group]) -> list[Comparison]:
        found = []
        for name, references in self.scenario.reference.items():
            for metric, reference in references.items():
                if metric not in groups[name].metrics:
                    continue
                bound = SIGMAS * reference.sigma1 / self.counted**0.5
                bound += reference.sim_ci95 if reference.kind == "simulated" else 0
                measured = groups[name].metrics[metric].value
                found.append(Comparison(name, metric, measured, reference.value, bound))
        return found

    def _warnings(self, groups: dict[str, Group]) -> list[str]:
        found = []
        if not self.independent and hours_of_tables(self.scenario) > 0:
            found.append(ONE_DAY)
        elif any(not one.settled for group in groups.values() for one in group.metrics.values()):
            found.append(UNSETTLED)
        unserved = groups[ALL].counts["unserved"]
        if unserved:
            found.append(f"{unserved} counted contacts were never served: nobody could or would take them")
        return found
