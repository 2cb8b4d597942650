"""Random times from seeded streams: the same seed gives the same numbers everywhere.

The streams are those of the published cases: Python's `random.Random` with the seed
seed * 1000003 + class * 17 + j, j = 1 arrivals, 2 handle times, 3 patience, and here 4 to 6 for what agents do.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import assert_never

from app.routing.simulation.scenario import (
    HOUR,
    Arrivals,
    Constant,
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    MeasuredInFile,
    Poisson,
    Recorded,
    RecordedInFile,
)

ARRIVALS, HANDLE_TIMES, PATIENCE, RINGING, ANSWERS, LAST_AGENTS = range(1, 7)


def stream(seed: int, number: int, purpose: int) -> random.Random:
    """The stream of one class (by number) for one purpose."""
    return random.Random(seed * 1_000_003 + number * 17 + purpose)


def durations(distribution: Distribution, chance: random.Random) -> Callable[[], float]:
    """A function that gives the next duration in seconds."""
    match distribution:
        case Constant(value=value):
            return repeat(value).__next__
        case Exponential(mean=mean):
            rate = 1 / mean
            return lambda: _unit(chance) / rate
        case Lognormal(mean=mean, cv=cv):
            variance = math.log1p(cv * cv)
            middle = math.log(mean) - variance / 2
            return lambda: chance.lognormvariate(middle, math.sqrt(variance))
        case Empirical(values=values):
            return lambda: chance.choice(values)
        case MeasuredInFile():
            raise ValueError("the file has not been read")
        case _:
            assert_never(distribution)


def instants(arrivals: Arrivals, chance: random.Random) -> Iterator[float]:
    """The instants of arrival in seconds, in order; without end for rates that repeat."""
    match arrivals:
        case Poisson() if len(arrivals.rates) == 1 and arrivals.is_endless:
            return _steady(arrivals.rates[0] / HOUR, chance)
        case Poisson():
            return _by_table(arrivals, chance)
        case Recorded(times=times):
            return iter(sorted(times))
        case RecordedInFile():
            raise ValueError("the file has not been read")
        case _:
            assert_never(arrivals)


def _unit(chance: random.Random) -> float:
    """Exponential with mean 1; the form is that of the published traces, digit for digit."""
    return -math.log(1 - chance.random())


def _steady(rate: float, chance: random.Random) -> Iterator[float]:
    at = 0.0
    while True:
        at += _unit(chance) / rate
        yield at


def _by_table(arrivals: Poisson, chance: random.Random) -> Iterator[float]:
    """Steps of the unit process, put where the summed rate reaches them (inversion; no draw is thrown away)."""
    steps = _summed([rate * arrivals.interval / HOUR for rate in arrivals.rates])
    whole, length = steps[-1], arrivals.interval * len(arrivals.rates)
    at = 0.0
    while True:
        at += _unit(chance)
        rounds, rest = divmod(at, whole)
        if rounds and not arrivals.repeat:
            return
        entry = bisect_right(steps, rest) - 1
        share = (rest - steps[entry]) / (steps[entry + 1] - steps[entry])
        yield rounds * length + (entry + share) * arrivals.interval


def _summed(amounts: Sequence[float]) -> list[float]:
    sums = [0.0]
    for amount in amounts:
        sums.append(sums[-1] + amount)
    return sums
