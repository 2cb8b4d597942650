"""Random floors with every rule in play: after every step the rules hold, and the report adds up."""

import json
import random
from typing import Any

import pytest

from app.routing.engine import Engine
from app.routing.simulation.driver import run
from app.routing.simulation.loading import read
from app.routing.simulation.simulate import simulate
from app.routing.simulation.text import as_text
from tests.routing.simulation.scenes import Json, constant, exponential, kind, poisson, pool, recorded, scene
from tests.routing.simulation.test_invariants import Watched

CHANNELS = ("voice", "chat", "email")


def duration(chance: random.Random, longest: int = 200) -> Json:
    mean = chance.choice((1, longest // 10, longest // 2, longest))
    return chance.choice(
        (
            constant(mean),
            exponential(mean),
            {"kind": "lognormal", "mean": mean, "cv": chance.choice((0.3, 2))},
            {"kind": "empirical", "values": [chance.randint(0, longest) for _ in range(5)]},
        )
    )


def some_kind(chance: random.Random, name: str, queue: str) -> Json:
    times = recorded(*(chance.randint(0, 3600) for _ in range(60)))  # whole seconds: many at the same instant
    more: Json = {"queue": queue, "channel": chance.choice(CHANNELS), "priority": chance.randint(1, 9)}
    if chance.random() < 0.5:
        more["patience"] = duration(chance)
    if chance.random() < 0.3:
        more["ttl"] = chance.choice((0, 10, 60))
    if chance.random() < 0.4:
        levels = [chance.randint(1, 4) for _ in range(chance.randint(1, 2))]
        more["steps"] = [{"skills": {"es": level}, "for": chance.choice((0, 10, 30))} for level in levels]
    if chance.random() < 0.3:
        more["last_agent"] = {"share": chance.random(), "seconds": chance.choice((0, 10, 60))}
    more["age_credit"] = chance.choice((0, 0, 60, -60))
    rate: Any = chance.choice((20, 100, [0, 200, 50]))
    return kind(name, chance.choice((poisson(rate), times)), duration(chance), **more)


def some_pool(chance: random.Random, name: str, queues: list[str]) -> Json:
    served = {
        queue: chance.choice(
            (chance.randint(0, 3), {"rank": chance.randint(0, 3), "delay": chance.choice((5, 30))})
        )
        for queue in queues
    }
    by_hour = chance.random() < 0.4
    found = pool(name, None if by_hour else chance.randint(1, 4), served, units=chance.choice((1, 2, 10)))
    if by_hour:
        found["agents_by_hour"] = [*(chance.randint(0, 3) for _ in range(3)), 1]
    if chance.random() < 0.4:
        found |= {
            "slots": {chance.choice(CHANNELS): chance.randint(0, 2)},
            "exclusive": [chance.choice(CHANNELS)],
        }
    return found | {"skills": {"es": chance.randint(0, 4)}}


def some_scene(chance: random.Random) -> Json:
    queues = [f"q{n}" for n in range(chance.randint(1, 3))]
    classes = [some_kind(chance, f"c{n}", chance.choice(queues)) for n in range(chance.randint(1, 4))]
    used = sorted({row["queue"] for row in classes})
    pools = [some_pool(chance, "p0", used)]
    pools += [some_pool(chance, f"p{n}", chance.sample(used, 1)) for n in range(1, chance.randint(1, 3))]
    rules: Json = {"wrapup": chance.choice((0, 10)), "reject_delay": chance.choice((0, 5))}
    rules |= {"max_waiting": chance.choice((None, 0, 5)), "channel_cost": {"voice": chance.choice((1, 5))}}
    found = scene(*classes, pools=pools, rules=rules)
    if chance.random() < 0.5:
        rules |= {"auto_accept": False, "reservation_timeout": 15}
        missed = {"refused": chance.choice((0, 0.2)), "unanswered": chance.choice((0, 0.2))}
        found["answering"] = {"ring_time": exponential(5), "back_after": chance.choice((5, 60)), **missed}
    return found | chance.choice(({"contacts": chance.randint(30, 120)}, {"hours": chance.choice((1, 3))}))


@pytest.mark.parametrize("seed", range(24))
def test_random_floor_keeps_every_rule_and_its_report_adds_up(seed: int) -> None:
    scenario = read(some_scene(random.Random(seed)))
    records = run(scenario, seed, Watched())
    assert list(records.wait_ended) == pytest.approx(
        list(run(scenario, seed, Engine()).wait_ended), nan_ok=True
    )
    for spans in (*records.busy, *records.staffed):
        assert all(start >= end for end, start in zip(spans.ends, spans.starts[1:], strict=False))
    report = simulate(scenario, seed)
    assert json.loads(json.dumps(report.as_json(), allow_nan=False))["counted"] == report.counted
    assert "service level" in as_text(report)
    groups = [group.counts for group in report.groups.values()]
    ends = ("served", "abandoned", "blocked", "expired", "unserved")
    assert all(counts["offered"] == sum(counts[end] for end in ends) for counts in groups)
    assert groups[0]["offered"] == report.counted == sum(counts["offered"] for counts in groups[1:])
    assert sum(one.contacts for one in report.pools.values()) == groups[0]["served"]
