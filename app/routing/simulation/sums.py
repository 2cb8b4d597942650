"""Turns records into sums by batch. Every metric is a ratio of two such sums, so batches add up and can be merged.

A batch is a run of contacts that arrived one after the other, together with the stretch of time they span.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.core.errors import FieldError, InvalidInput
from app.routing.simulation.records import Outcome, Records, Spans
from app.routing.simulation.scenario import HOUR, Scenario

WARM_UP_PART = 6  # a run that ends by a number of contacts does not count the first sixth


@dataclass(frozen=True, slots=True)
class Window:
    """What is counted: contacts from `first` on; of time, what lies between the first and the last of `edges`."""

    first: int
    edges: list[float]  # one more than batches, seconds

    @property
    def batches(self) -> int:
        """How many there are."""
        return len(self.edges) - 1


@dataclass(slots=True)
class GroupSums:
    """The sums of one class, batch by batch; waits are seconds, `waits` those of accepted contacts one by one."""

    batches: int
    offered: list[float] = field(init=False)
    blocked: list[float] = field(init=False)
    accepted: list[float] = field(init=False)
    served: list[float] = field(init=False)
    abandoned: list[float] = field(init=False)
    abandoned_late: list[float] = field(init=False)
    expired: list[float] = field(init=False)
    unserved: list[float] = field(init=False)
    in_time: list[float] = field(init=False)
    waited: list[float] = field(init=False)
    wait: list[float] = field(init=False)
    wait_served: list[float] = field(init=False)
    queued: list[float] = field(init=False)
    waits: list[list[float]] = field(init=False)

    def __post_init__(self) -> None:
        for name in SUMS:
            setattr(self, name, [0.0] * self.batches)
        self.waits = [[] for _ in range(self.batches)]


SUMS = (
    "offered", "blocked", "accepted", "served", "abandoned", "abandoned_late", "expired", "unserved", "in_time",
    "waited", "wait", "wait_served", "queued",
)  # fmt: skip


@dataclass(slots=True)
class PoolSums:
    """Agent time of one pool in seconds, batch by batch, each agent's own in the whole window, and the counted
    contacts it was connected to, with their waits."""

    busy: list[float]
    staffed: list[float]
    by_agent: list[tuple[float, float]]  # busy, staffed
    served: list[float]
    in_time: list[float]
    wait_served: list[float]


def window_of(scenario: Scenario, records: Records, batches: int) -> Window:
    """What of these records is counted. Raises InvalidInput when nothing is."""
    arrived, warm = records.arrived, scenario.warm_up
    if not arrived:
        raise InvalidInput("nobody arrived", errors=[FieldError("hours", "no contact arrives in this time")])
    if warm is None:
        first = 0 if scenario.contacts is None else len(arrived) // WARM_UP_PART
    else:
        first = bisect_left(arrived, warm.hours * HOUR) if warm.hours is not None else warm.contacts or 0
    if first >= len(arrived):
        fault = FieldError("warm_up", f"only {len(arrived)} contacts arrive; none is left to be counted")
        raise InvalidInput("nothing is counted", errors=[fault])
    counted = len(arrived) - first
    batches = max(1, min(batches, counted // FEWEST_PER_BATCH))
    start, stop = arrived[first], arrived[-1]
    if scenario.hours is not None:
        stop = scenario.hours * HOUR
        if warm is None or warm.hours is not None:
            start = 0.0 if warm is None or warm.hours is None else warm.hours * HOUR
    inner = [arrived[first + n * counted // batches] for n in range(1, batches)]
    return Window(first, [start, *inner, stop])


FEWEST_PER_BATCH = 10


def group_sums(scenario: Scenario, records: Records, window: Window) -> list[GroupSums]:
    """One entry for each class, in the order of the scenario."""
    groups = [GroupSums(window.batches) for _ in scenario.classes]
    target, count = scenario.target_seconds, len(records.arrived)
    counted = count - window.first
    for n in range(count):
        group, outcome, arrived = groups[records.kind[n]], records.outcome[n], records.arrived[n]
        ended = records.ended_at if outcome == Outcome.WAITING else records.wait_ended[n]
        if ended > arrived:
            _add_span(group.queued, window.edges, arrived, ended)
        if n >= window.first:
            batch = (n - window.first) * window.batches // counted
            _count(group, batch, outcome, ended - arrived, target)
    return groups


def _count(group: GroupSums, batch: int, outcome: int, wait: float, target: float) -> None:
    group.offered[batch] += 1
    if outcome == Outcome.BLOCKED:
        group.blocked[batch] += 1
        return
    group.accepted[batch] += 1
    group.wait[batch] += wait
    group.waits[batch].append(wait)
    group.waited[batch] += wait > 0 or outcome != Outcome.SERVED
    match outcome:
        case Outcome.SERVED:
            group.served[batch] += 1
            group.wait_served[batch] += wait
            group.in_time[batch] += wait <= target
        case Outcome.ABANDONED:
            group.abandoned[batch] += 1
            group.abandoned_late[batch] += wait > target
        case Outcome.EXPIRED:
            group.expired[batch] += 1
        case _:
            group.unserved[batch] += 1


def pool_sums(scenario: Scenario, records: Records, window: Window) -> list[PoolSums]:
    """One entry for each pool, in the order of the scenario."""
    found: list[PoolSums] = []
    pool_of: list[int] = []  # by number of the agent
    for n, pool in enumerate(scenario.pools):
        first = len(pool_of)
        pool_of += [n] * pool.size
        busy, staffed, served, in_time, waits = ([0.0] * window.batches for _ in range(5))
        by_agent = []
        for agent in range(first, len(pool_of)):
            own_busy = _sum_spans(records.busy[agent], window.edges)
            own_staffed = _sum_spans(records.staffed[agent], window.edges)
            by_agent.append((sum(own_busy), sum(own_staffed)))
            busy, staffed = added(busy, own_busy), added(staffed, own_staffed)
        found.append(PoolSums(busy, staffed, by_agent, served, in_time, waits))
    count = len(records.arrived)
    for n in range(window.first, count):
        if records.agent[n] >= 0:
            batch = (n - window.first) * window.batches // (count - window.first)
            sums, wait = found[pool_of[records.agent[n]]], records.wait_ended[n] - records.arrived[n]
            sums.served[batch] += 1
            sums.wait_served[batch] += wait
            sums.in_time[batch] += wait <= scenario.target_seconds
    return found


def all_of(groups: Sequence[GroupSums]) -> GroupSums:
    """All classes together."""
    whole = GroupSums(groups[0].batches)
    for group in groups:
        for name in SUMS:
            setattr(whole, name, added(getattr(whole, name), getattr(group, name)))
        whole.waits = [mine + theirs for mine, theirs in zip(whole.waits, group.waits, strict=True)]
    return whole


def chained(parts: Sequence[GroupSums]) -> GroupSums:
    """The same group in several replications: their batches one after the other."""
    whole = GroupSums(sum(part.batches for part in parts))
    for name in (*SUMS, "waits"):
        setattr(whole, name, [value for part in parts for value in getattr(part, name)])
    return whole


def added(one: Iterable[float], other: Iterable[float]) -> list[float]:
    """Batch by batch."""
    return [a + b for a, b in zip(one, other, strict=True)]


def _sum_spans(spans: Spans, edges: Sequence[float]) -> list[float]:
    sums = [0.0] * (len(edges) - 1)
    for start, end in zip(spans.starts, spans.ends, strict=True):
        _add_span(sums, edges, start, end)
    return sums


def _add_span(sums: list[float], edges: Sequence[float], start: float, end: float) -> None:
    """Add a piece of time to the batches it lies in; what is outside the edges counts nowhere."""
    batch = max(0, bisect_right(edges, start) - 1)
    while batch < len(sums) and edges[batch] < end:
        length = min(end, edges[batch + 1]) - max(start, edges[batch])
        if length > 0:
            sums[batch] += length
        batch += 1
