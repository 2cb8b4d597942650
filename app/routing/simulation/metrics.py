"""Estimates from sums: every metric of a class, and the occupancy of a pool."""

import math
from collections.abc import Sequence
from itertools import chain

from app.routing.simulation.estimates import Estimate, percentile, ratio
from app.routing.simulation.report import PERCENTILES, Group, PoolReport
from app.routing.simulation.sums import GroupSums, PoolSums, added

COUNTS = ("offered", "served", "abandoned", "blocked", "expired", "unserved")


def group(sums: GroupSums, seconds: Sequence[float], independent: bool) -> Group:
    """The metrics of one class; those without anything to count are left out."""
    shares = {
        "p_wait": (sums.waited, sums.accepted),
        "service_level": (sums.in_time, sums.offered),
        "service_level_excl_short_abandons": (sums.in_time, added(sums.served, sums.abandoned_late)),
        "abandon": (sums.abandoned, sums.offered),
        "blocked": (sums.blocked, sums.offered),
        "expired": (sums.expired, sums.offered),
        "unserved": (sums.unserved, sums.offered),
    }
    means = {
        "mean_wait": (sums.wait, sums.accepted),
        "mean_wait_served": (sums.wait_served, sums.served),
        "mean_queue": (sums.queued, seconds),
    }
    found = {name: ratio(*pair, independent=independent) for name, pair in means.items()}
    found |= {name: ratio(*pair, independent=independent, most=1.0) for name, pair in shares.items()}
    found |= {
        name: percentile(sums.waits, share, independent=independent) for name, share in PERCENTILES.items()
    }
    counts = {name: int(sum(getattr(sums, name))) for name in COUNTS}
    return Group(counts, {name: one for name, one in found.items() if one is not None})


def occupancy(pools: Sequence[Sequence[PoolSums]], independent: bool) -> Estimate | None:
    """Of the agents of some pools together; `pools` holds, for each replication, the sums of these pools."""
    busy, staffed = [], []
    for replication in pools:
        busy.append([sum(parts) for parts in zip(*(pool.busy for pool in replication), strict=True)])
        staffed.append([sum(parts) for parts in zip(*(pool.staffed for pool in replication), strict=True)])
    return ratio(list(chain(*busy)), list(chain(*staffed)), independent=independent, most=1.0)


def pool(sums: Sequence[PoolSums], independent: bool) -> PoolReport:
    """One pool over its replications."""
    by_agent = [[part.by_agent[n] for part in sums] for n in range(len(sums[0].by_agent))]
    shares = []
    for parts in by_agent:
        staffed = sum(one[1] for one in parts)
        if staffed > 0:
            shares.append(sum(one[0] for one in parts) / staffed)
    return PoolReport(
        agents=len(by_agent),
        contacts=int(sum(sum(part.served) for part in sums)),
        occupancy=occupancy([[part] for part in sums], independent),
        mean_wait_served=_of_pool(sums, "wait_served", independent),
        served_in_time=_of_pool(sums, "in_time", independent, most=1.0),
        least=min(shares, default=None),
        most=max(shares, default=None),
    )


def _of_pool(
    sums: Sequence[PoolSums], above: str, independent: bool, most: float = math.inf
) -> Estimate | None:
    """A sum of the contacts a pool served, for each of them."""
    tops = [one for part in sums for one in getattr(part, above)]
    return ratio(tops, [one for part in sums for one in part.served], independent=independent, most=most)
