"""Seeded traces of the published cases, and the driver that replays one through a router (contract, 4.5)."""

import heapq
import math
import random
from dataclasses import dataclass, field
from typing import Any, Protocol

Record = dict[str, Any]
Events = list[tuple[float, int, int]]  # instant, kind, contact number
DONE, ABANDON, TICK, ARRIVE = range(4)  # order at equal times


class Router(Protocol):
    """The three calls."""

    def reset(self, config: Record, t0: float) -> None: ...
    def step(self, t: float, event: Record) -> list[Record]: ...
    def next_deadline(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One contact of a trace; times in seconds."""

    at: float
    kind: int
    service: float
    patience: float


@dataclass(slots=True)
class Run:
    """What happened: who was served by whom and when, and who left."""

    pairs: list[tuple[int, str]] = field(default_factory=list)
    connected: dict[int, float] = field(default_factory=dict)
    abandoned: dict[int, float] = field(default_factory=dict)
    blocked: list[int] = field(default_factory=list)


def trace(case: Record, seed: int, n: int) -> list[Call]:
    """The first n contacts of all classes together, by arrival."""
    calls: list[Call] = []
    for kind, row in enumerate(case["classes"]):
        base = seed * 1_000_003 + kind * 17
        arrivals, service, patience = (random.Random(base + j) for j in (1, 2, 3))
        at = 0.0
        for _ in range(n):
            at += _exponential(arrivals, 3600 / row["lam_per_hour"])
            left = math.inf if row["patience"] is None else _exponential(patience, row["patience"])
            calls.append(Call(at, kind, _exponential(service, row["aht"]), left))
    return sorted(calls, key=lambda call: call.at)[:n]


def _exponential(rnd: random.Random, mean: float) -> float:
    return -math.log(1 - rnd.random()) * mean


def config(case: Record) -> Record:
    """The floor of a case; a rank of 0 in its table means: cannot serve."""
    agents = []
    for column, pool in enumerate(case["pools"]):
        ranks = {
            row["name"]: case["rank"][kind][column]
            for kind, row in enumerate(case["classes"])
            if case["rank"][kind][column] > 0
        }
        agents += [{"id": f"{pool['name']}-{n:03}", "queues": ranks} for n in range(1, pool["n"] + 1)]
    return {"agents": agents, "max_waiting": case["max_waiting"]}


def replay(router: Router, case: Record, calls: list[Call]) -> Run:
    """Drive the whole trace, ticks at every deadline included; no event may be refused."""
    router.reset(config(case), 0)
    run, classes = Run(), case["classes"]
    events: Events = [(call.at, ARRIVE, number) for number, call in enumerate(calls)]
    heapq.heapify(events)
    while events:
        at, kind, number = heapq.heappop(events)
        deadline = router.next_deadline()
        if deadline is not None and (deadline, TICK) < (at, kind):
            heapq.heappush(events, (at, kind, number))
            at, kind = deadline, TICK
        call = calls[number]
        event: Record = {"type": "tick"}
        if kind == ARRIVE:
            row = classes[call.kind]
            event = {"type": "contact.arrive", "contact": number, "queue": row["name"]}
            event["priority"] = row["priority"]
            if call.patience < math.inf:
                heapq.heappush(events, (at + call.patience, ABANDON, number))
        elif kind == DONE:
            event = {"type": "contact.done", "contact": number}
        elif kind == ABANDON:
            if number in run.connected:
                continue
            run.abandoned[number] = at
            event = {"type": "contact.abandon", "contact": number}
        for effect in router.step(at, event):
            _note(effect, at, calls, run, events)
    return run


def _note(effect: Record, at: float, calls: list[Call], run: Run, events: Events) -> None:
    number = effect["contact"]
    match effect["type"]:
        case "connect":
            assert number not in run.connected, "no contact is connected twice"
            run.connected[number] = at
            run.pairs.append((number, effect["agent"]))
            heapq.heappush(events, (at + calls[number].service, DONE, number))
        case "queue.full":
            run.blocked.append(number)
        case other:
            raise AssertionError(f"unexpected effect {other}")


def statistics(case: Record, calls: list[Call], run: Run, group: int | None = None) -> dict[str, float]:
    """The published metrics over all contacts but the first sixth; `group`: one class only."""
    first, target = len(calls) // 6, case["target_seconds"]
    counted = [n for n in range(first, len(calls)) if group is None or calls[n].kind == group]
    ends = {n: run.connected.get(n, run.abandoned.get(n, math.nan)) for n in counted}
    waits = [ends[n] - calls[n].at for n in counted]
    served = [run.connected[n] - calls[n].at for n in counted if n in run.connected]
    in_time = sum(wait <= target for wait in served)
    late_abandons = sum(run.abandoned[n] - calls[n].at > target for n in counted if n in run.abandoned)
    start, stop = calls[first].at, calls[-1].at
    mine = [n for n, call in enumerate(calls) if group is None or call.kind == group]
    queued = sum(
        _overlap(calls[n].at, run.connected.get(n, run.abandoned.get(n, stop)), start, stop) for n in mine
    )
    busy = sum(_overlap(at, at + calls[n].service, start, stop) for n, at in run.connected.items())
    return {
        "p_wait": sum(wait > 0 for wait in waits) / len(counted),
        "mean_wait": math.fsum(waits) / len(counted),
        "mean_wait_served": math.fsum(served) / len(served),
        "service_level": in_time / len(counted),
        "service_level_excl_short_abandons": in_time / (len(served) + late_abandons),
        "abandon": sum(n in run.abandoned for n in counted) / len(counted),
        "occupancy": busy / (case["agents"] * (stop - start)),
        "mean_queue": queued / (stop - start),
    }


def _overlap(start: float, end: float, low: float, high: float) -> float:
    return max(0.0, min(end, high) - max(start, low))
