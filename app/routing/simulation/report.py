"""What a simulation answers, and its JSON form. Names and definitions are those of the published cases."""

from dataclasses import dataclass, field
from typing import Any

from app.routing.simulation.estimates import Estimate

PERCENTILES = {"wait_p50": 0.50, "wait_p80": 0.80, "wait_p90": 0.90, "wait_p95": 0.95, "wait_p99": 0.99}
DEFINITIONS = {
    "p_wait": "share of accepted contacts not connected at the instant they arrive",
    "mean_wait": "seconds in queue until connected, given up or expired; all accepted contacts",
    "mean_wait_served": "seconds in queue of connected contacts only (ASA)",
    "wait_pNN": "NN % of accepted contacts waited so many seconds or less",
    "service_level": "connected within target_seconds / all offered",
    "service_level_excl_short_abandons": "connected within target / (connected + abandoned after target)",
    "abandon": "abandoned / offered",
    "blocked": "refused because max_waiting was reached / offered",
    "expired": "time to live ran out / offered",
    "unserved": "still waiting when nothing could happen any more / offered; their wait counts until then",
    "mean_queue": "time average of the number of waiting contacts",
    "served_in_time": "of the contacts a pool was connected to, the share connected within target_seconds",
    "occupancy": "time agents have a contact in hand or wrap-up / time they are on duty",
}


@dataclass(frozen=True, slots=True)
class Group:
    """One class, or all together: counts of counted contacts, and estimates by metric."""

    counts: dict[str, int]
    metrics: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class PoolReport:
    """One pool: agents, contacts they were connected to and how long those had waited, which share of them was
    served within the target; occupancy of all, and of the least and the most busy one."""

    agents: int
    contacts: int
    mean_wait_served: Estimate | None
    served_in_time: Estimate | None
    occupancy: Estimate | None
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A metric beside what it should be. `bound`: 4 sigma for this number of counted contacts."""

    group: str
    metric: str
    measured: float
    reference: float
    bound: float

    @property
    def is_inside(self) -> bool:
        """Whether the measured value is near enough."""
        return abs(self.measured - self.reference) <= self.bound


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a simulation found. `groups` begins with "all"; times in seconds."""

    scenario: str
    title: str
    seed: int
    replications: int
    target_seconds: float
    contacts: int
    counted: int
    window_hours: float
    groups: dict[str, Group]
    pools: dict[str, PoolReport]
    offers: dict[str, int] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_as_published(self) -> bool:
        """Whether every metric with a reference value is inside its bound; true when there is none."""
        return all(one.is_inside for one in self.comparisons)

    def as_json(self) -> dict[str, Any]:
        """Plain values; an estimate is {value, low, high, batches}, with null where there is too little to tell."""
        return {
            "scenario": self.scenario,
            "title": self.title,
            "seed": self.seed,
            "replications": self.replications,
            "target_seconds": self.target_seconds,
            "contacts": self.contacts,
            "counted": self.counted,
            "window_hours": self.window_hours,
            "definitions": DEFINITIONS,
            "groups": {
                name: group.counts | {metric: _plain(one) for metric, one in group.metrics.items()}
                for name, group in self.groups.items()
            },
            "pools": {
                name: {
                    "agents": pool.agents,
                    "contacts": pool.contacts,
                    "mean_wait_served": _plain(pool.mean_wait_served),
                    "served_in_time": _plain(pool.served_in_time),
                    "occupancy": _plain(pool.occupancy),
                    "agent_occupancy": {"min": pool.least, "max": pool.most},
                }
                for name, pool in self.pools.items()
            },
            "offers": self.offers,
            "reference": [
                {
                    "group": one.group,
                    "metric": one.metric,
                    "measured": one.measured,
                    "reference": one.reference,
                    "bound": one.bound,
                    "inside": one.is_inside,
                }
                for one in self.comparisons
            ],
            "warnings": self.warnings,
        }


def _plain(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "batches": estimate.batches,
    }
