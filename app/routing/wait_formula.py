"""The formula behind every expected wait we tell, published so that anyone can check it. Pure.

With `a` agents' worth of staffed capacity working on the queue and a mean service time of `s` seconds (conversation
and wrap-up), contacts leave the line one every `s / a` seconds. Whoever stands at place `p` needs `p` of these
departures. Their sum has a gamma distribution of shape `p` (exact for exponential service: the wait of M/M/n given
that all agents are busy, Cooper 1981; a good approximation otherwise, since departures of many agents pool):

    expected = p · s / a        range = its 10th and 90th percentile

The percentiles use the Wilson-Hilferty cube-root approximation (1931), within 7 % for p = 1 and 1 % from p = 3.
"""

from dataclasses import dataclass
from math import sqrt

FEWEST_SAMPLES = 5  # service times; below this there is no honest figure
_Z = 1.2816  # standard normal quantile of 0.9


@dataclass(frozen=True, slots=True)
class ExpectedWait:
    """Seconds; the true wait is to lie between `low` and `high` in eight cases of ten."""

    expected: float
    low: float
    high: float


def expected_wait(
    position: int, *, capacity: float, service_seconds: float, samples: int
) -> ExpectedWait | None:
    """The wait of place `position` (from 1) before `capacity` agents' worth of work; None when data are thin or
    nobody is there."""
    if samples < FEWEST_SAMPLES or capacity <= 0 or service_seconds <= 0 or position < 1:
        return None
    departure = service_seconds / capacity
    return ExpectedWait(
        position * departure,
        _gamma_quantile(position, -_Z) * departure,
        _gamma_quantile(position, _Z) * departure,
    )


def _gamma_quantile(shape: int, z: float) -> float:
    return float(shape * max(0.0, 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3)
