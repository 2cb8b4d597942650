"""The generalised c-mu rule: what a freed agent takes among queues of equal rank (R31); off unless asked for."""

from typing import Any

import pytest

from app.routing.engine import Engine
from tests.routing.engine.support import Talk, agent, short

QUEUES = {"p": 1, "q": 1}


def desk(gcmu: Any, queues: Any = None, **more: Any) -> Talk:
    """A is busy with contact 0; x waits in p since 10, y in q since 20."""
    talk = Talk(agent("A", queues or QUEUES), gcmu=gcmu, **more)
    talk.arrive(0, "0", "p")
    talk.arrive(10, "x", "p")
    talk.arrive(20, "y", "q")
    return talk


def test_off_by_default_the_oldest_comes_first() -> None:
    assert desk(None).done(30, "0") == ["connect x A"]


@pytest.mark.parametrize(
    ("gcmu", "first"),
    [
        ({}, "x"),  # waits of 20 and 10 s
        ({"cost": {"q": 1.9}}, "x"),
        ({"cost": {"q": 2.1}}, "y"),
        ({"cost": {"q": 2}}, "x"),  # equal: the usual order
        ({"rate": {"A": {"q": 2.1}}}, "y"),
        ({"cost": {"q": 4}, "rate": {"A": {"p": 0.02, "q": 0.009}}}, "x"),  # 20 x 0.02 > 4 x 10 x 0.009
        ({"cost": {"p": 0}}, "y"),
        ({"rate": {"B": {"q": 100}}}, "x"),
    ],
)
def test_a_freed_agent_takes_the_largest_cost_times_wait_times_rate(gcmu: Any, first: str) -> None:
    assert desk(gcmu).done(30, "0") == [f"connect {first} A"]


def test_the_index_grows_with_the_wait() -> None:
    talk = desk({"cost": {"q": 3}})
    talk.at(20.1)
    assert talk.done(24, "0") == ["connect x A"], "14 against 3 x 4"
    assert desk({"cost": {"q": 3}}).done(26, "0") == ["connect y A"], "16 against 3 x 6"


def test_rank_comes_first() -> None:
    assert desk({"cost": {"q": 100}}, {"p": 1, "q": 2}).done(30, "0") == ["connect x A"]


def test_inside_a_queue_priority_and_age_decide_and_the_first_one_speaks_for_it() -> None:
    talk = desk({"cost": {"q": 3}})
    talk.arrive(29, "z", "q", priority=1)
    assert talk.done(30, "0") == ["connect x A"], "z has waited for 1 s only"
    assert talk.done(50, "x") == ["connect z A"]


def test_who_cannot_be_served_does_not_speak() -> None:
    talk = Talk(agent("A", QUEUES), gcmu={"cost": {"q": 100}})
    talk.arrive(0, "0", "p")
    talk.arrive(10, "x", "p")
    talk.arrive(10, "y", "q", steps=[{"skills": {"es": 1}, "for": None}])
    assert talk.done(30, "0") == ["connect x A"]


def test_every_agent_takes_something_while_anything_fits() -> None:
    talk = Talk(agent("A", QUEUES), agent("B", QUEUES), gcmu={"cost": {"q": 5}})
    for n in range(8):
        talk.arrive(n, n, "pq"[n % 2])
    order = [talk.done(10 + n, done)[0] for n, done in enumerate((0, 1))]
    assert order == ["connect 3 A", "connect 5 B"]
    assert talk.done(20, 3) == ["connect 7 A"]
    assert talk.done(21, 5) == ["connect 2 B"]


def test_the_rule_goes_on_after_a_restart() -> None:
    gcmu = {"cost": {"q": 2.1}, "rate": {"A": {"p": 1}}}
    talk = desk(gcmu)
    engine = Engine()
    engine.reset(talk.engine.snapshot(), 25)
    assert engine.snapshot()["gcmu"] == gcmu
    assert engine.step(25, {"type": "tick"}) == []
    said = engine.step(30, {"type": "contact.done", "contact": "0"})
    assert [short(effect) for effect in said] == ["connect y A"]


def test_a_wrong_rule_is_refused_with_the_field() -> None:
    with pytest.raises(ValueError, match=r"config\.gcmu\.rate\.A\.q must not be negative"):
        desk({"rate": {"A": {"q": -1}}})
