"""What routing costs, as a table. `python -m bench.routing [engine] [router] [--events N]`; both parts by default.

`engine`: single steps of the pure engine (the step and `next_deadline`) in CPU time of this thread, so that what else
the machine does is not counted. Floors of 10 to 10,000 agents, then 1,000 to 100,000 waiting contacts; 200 queues,
skills, steps, delays, several channels, offers to be answered. Mean and percentiles are those of events, ticks have a
column of their own; the largest step is mostly Python's garbage collector walking through the floor.

Gate of the design: 10,000 agents, 200 queues, 5,000 waiting: 99 % of steps within 2 ms, 1,000 steps/s on one core.

`router`: the loop with its database, in `bench/router.py`.
"""

import argparse
import asyncio
import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bench.engine import Event, Floor, Load
from bench.load import percentile

PARTS = ("engine", "router")
EVENTS = 10_000  # turns of the steady stretch of each floor
GATE_AGENTS, GATE_WAITING = 10_000, 5_000
GATE_P99_MS, GATE_PER_SECOND = 2.0, 1_000
FEW, MANY = 1_000, 100_000  # waiting contacts whose ratio is told
TURNS_PER_AGENT = 0.04  # a second: every agent has something to do each 25 s


def load(agents: int, queues: int, waiting: int, queues_per_agent: int = 5) -> Load:
    """A floor whose time passes in step with its size."""
    return Load(agents, queues, waiting, queues_per_agent, turns_per_second=agents * TURNS_PER_AGENT)


FLOORS = [
    load(10, 5, 10, 3),
    load(100, 20, 100),
    load(1_000, 200, FEW),
    load(GATE_AGENTS, 200, GATE_WAITING),
    load(1_000, 200, 10_000),
    load(1_000, 200, MANY),
    load(10_000, 200, MANY),
]


class TimedFloor(Floor):
    """Counts the CPU time of this thread alone."""

    def step(self, event: Event) -> None:
        started = time.thread_time()
        effects = self.engine.step(self.t, event)
        self.engine.next_deadline()
        self.clock.add(event["type"], time.thread_time() - started)
        for effect in effects:
            self._note(effect)


@dataclass(frozen=True, slots=True)
class Row:
    """One floor, measured; milliseconds. Ticks are apart: they are many and mostly small."""

    load: Load
    waiting: int
    connected: int
    steps: int
    per_second: float
    mean: float
    p50: float
    p99: float
    tick_p99: float
    worst: float
    effects: dict[str, int]


def measure(size: Load, turns: int) -> Row:
    """Fill a floor, then time a stretch in which as many contacts end as arrive."""
    floor = TimedFloor(size, seed=7)
    floor.fill()
    gc.collect()
    gc.freeze()  # as the router does when it has read the tables: the floor need not be walked through again
    floor.clock.took.clear()
    floor.effects.clear()
    for _ in range(turns):
        floor.turn()
    gc.unfreeze()
    ticks = floor.clock.took.pop("tick", [0.0])
    took = [one for times in floor.clock.took.values() for one in times]
    return Row(
        load=size,
        waiting=floor.waiting,
        connected=len(floor.connected),
        steps=len(took) + len(ticks),
        per_second=(len(took) + len(ticks)) / (sum(took) + sum(ticks)),
        mean=sum(took) / len(took) * 1e3,
        p50=percentile(took, 0.50) * 1e3,
        p99=percentile(took, 0.99) * 1e3,
        tick_p99=percentile(ticks, 0.99) * 1e3,
        worst=max(*took, *ticks) * 1e3,
        effects=dict(floor.effects),
    )


def table(rows: list[Row]) -> Iterator[str]:
    """One line for each floor."""
    yield "  agents queues  waiting connected    steps   steps/s   mean ms    p50 ms    p99 ms  tick p99    max ms"
    for row in rows:
        yield (
            f"{row.load.agents:8,} {row.load.queues:6} {row.waiting:8,} {row.connected:9,} {row.steps:8,}"
            f" {row.per_second:9,.0f} {row.mean:9.3f} {row.p50:9.3f} {row.p99:9.3f} {row.tick_p99:9.3f}"
            f" {row.worst:9.3f}"
        )


def verdicts(rows: list[Row]) -> Iterator[str]:
    """The gate, and how the cost grows with the number of waiting contacts."""
    gate = next(row for row in rows if (row.load.agents, row.load.waiting) == (GATE_AGENTS, GATE_WAITING))
    reached = max(gate.p99, gate.tick_p99) <= GATE_P99_MS and gate.per_second >= GATE_PER_SECOND
    yield (
        f"gate, {GATE_AGENTS:,} agents and {GATE_WAITING:,} waiting: p99 {gate.p99:.3f} ms (<= {GATE_P99_MS:g}),"
        f" {gate.per_second:,.0f} steps/s (>= {GATE_PER_SECOND:,}): {'reached' if reached else 'MISSED'}"
    )
    few, many = (
        next(row for row in rows if (row.load.agents, row.load.waiting) == (1_000, waiting))
        for waiting in (FEW, MANY)
    )
    yield (
        f"1,000 agents, {FEW:,} -> {MANY:,} waiting: mean x {many.mean / few.mean:.2f},"
        f" p50 x {many.p50 / few.p50:.2f}, p99 x {many.p99 / few.p99:.2f}"
    )


def engine_part(turns: int) -> None:
    """Measure every floor and print the table."""
    print("routing engine, one core, CPU time of each step:")
    rows = []
    for size in FLOORS:
        rows.append(measure(size, turns))
        effects: dict[str, Any] = rows[-1].effects
        missing = {"offer", "connect"} - effects.keys()
        assert not missing, f"the floor did not work: {missing} never happened"
    print("\n".join([*table(rows), *verdicts(rows)]))


def main() -> None:
    """Run the parts that were named, or both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--events", type=int, default=EVENTS)
    arguments = parser.parse_args()
    if "engine" in (arguments.parts or PARTS):
        engine_part(arguments.events)
    if "router" in (arguments.parts or PARTS):
        router = import_module("bench.router")  # loads the whole product, which the engine does without
        asyncio.run(router.main(list(router.PARTS)))


if __name__ == "__main__":
    main()
