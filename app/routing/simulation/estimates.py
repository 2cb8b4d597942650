"""A ratio of sums with its 95 % interval, autocorrelation considered.

Waits of contacts that follow each other are alike, so the spread of single waits says too little about the mean. Two
ways out: sums by batch (batch means) or by replication. In both the ratio R = sum(x) / sum(y) has the standard error
of the residuals x - R y of its parts (the delta method). Batches that still follow their neighbours are merged in
pairs until they do not (von Neumann's lag-1 test, one-sided 5 %); what is left of it widens the interval by
(1 + r) / (1 - r), as of a first-order autoregression. See Law, Simulation Modeling and Analysis, on output analysis.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

BATCHES = 64  # to begin with
FEWEST_BATCHES = 8  # fewer tell too little about each other
SIGNIFICANT = 1.645  # normal quantile of 0.95
MOST_CORRELATION = 0.9


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` and `high` are the 95 % interval, None when there is too little to tell; `batches`: parts it rests on.

    `settled` is False when even the largest batches follow their neighbours: the run is too short.
    """

    value: float
    low: float | None
    high: float | None
    batches: int
    settled: bool = True


def ratio(
    above: Sequence[float], below: Sequence[float], *, independent: bool, most: float = math.inf
) -> Estimate | None:
    """sum(above) / sum(below) with its interval within 0..most; None when there is nothing to divide by.

    `independent`: the parts are replications, never merged.
    """
    whole = math.fsum(below)
    if whole <= 0:
        return None
    value = math.fsum(above) / whole
    spread = _half_width(value, list(above), list(below), independent)
    if spread is None:
        return Estimate(value, None, None, len(above))
    half, batches, settled = spread
    return Estimate(value, max(0.0, value - half), min(most, value + half), batches, settled)


def percentile(waits: Sequence[Sequence[float]], share: float, *, independent: bool) -> Estimate | None:
    """The smallest value that at least `share` of all values do not exceed; its interval by inverting the share."""
    ordered = sorted(value for part in waits for value in part)
    if not ordered:
        return None
    value = _at(ordered, share)
    below = [float(len(part)) for part in waits]
    above = [float(sum(one <= value for one in part)) for part in waits]
    spread = _half_width(math.fsum(above) / len(ordered), above, below, independent)
    if spread is None:
        return Estimate(value, None, None, len(waits))
    half, batches, settled = spread
    return Estimate(value, _at(ordered, share - half), _at(ordered, share + half), batches, settled)


def _at(ordered: Sequence[float], share: float) -> float:
    place = math.ceil(share * len(ordered) - 1e-9) - 1
    return ordered[min(max(place, 0), len(ordered) - 1)]


def _half_width(
    value: float, above: list[float], below: list[float], independent: bool
) -> tuple[float, int, bool] | None:
    """Half the interval, the number of parts, whether they are independent enough; None for too few parts."""
    while True:
        parts = len(above)
        if parts < 2:
            return None
        residuals = [x - value * y for x, y in zip(above, below, strict=True)]
        follows = 0.0 if independent else _lag_one(residuals)
        settled = follows <= SIGNIFICANT / math.sqrt(parts)
        if settled or parts < 2 * FEWEST_BATCHES:
            break
        above, below = _merged(above), _merged(below)
    variance = math.fsum(one * one for one in residuals) / (parts - 1) * parts
    follows = min(max(follows, 0.0), MOST_CORRELATION)
    error = math.sqrt(variance * (1 + follows) / (1 - follows)) / math.fsum(below)
    return students_t(parts - 1) * error, parts, settled


def _lag_one(residuals: Sequence[float]) -> float:
    middle = math.fsum(residuals) / len(residuals)
    off = [one - middle for one in residuals]
    whole = math.fsum(one * one for one in off)
    if whole <= 0:
        return 0.0
    return math.fsum(one * other for one, other in pairwise(off)) / whole


def _merged(sums: list[float]) -> list[float]:
    """Neighbours added; an odd one out joins the last pair."""
    merged = [sums[n] + sums[n + 1] for n in range(0, len(sums) - 1, 2)]
    if len(sums) % 2:
        merged[-1] += sums[-1]
    return merged


@cache
def students_t(degrees: int, share: float = 0.975) -> float:
    """The quantile of Student's t distribution, by halving on its distribution function."""
    low, high = 0.0, 1000.0
    while high - low > 1e-10 * (1 + high):
        middle = (low + high) / 2
        if _t_below(middle, degrees) < share:
            low = middle
        else:
            high = middle
    return high


def _t_below(t: float, degrees: int) -> float:
    """P(T <= t) for t >= 0 (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(degrees))
    cosine = math.cos(angle)
    odd = degrees % 2
    term = total = cosine if odd else 1.0
    if degrees == 1:
        total = 0.0
    for n in range(3 if odd else 2, degrees - 1, 2):
        term *= cosine * cosine * (n - 1) / n
        total += term
    inner = 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
    return (1 + inner) / 2
