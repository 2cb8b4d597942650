"""The sorted sequence and the deadline heap keep their order through long use."""

import random

import pytest

from app.routing.engine import Engine
from app.routing.ordered import SortedKeys
from tests.routing.engine.support import agent


def test_sorted_keys_stay_sorted_over_many_chunks() -> None:
    rnd, keys, truth = random.Random(1), SortedKeys[tuple[int]](), set[int]()
    for _ in range(20_000):
        value = rnd.randrange(8_000)
        if value in truth and rnd.random() < 0.6:
            keys.remove((value,))
            truth.remove(value)
        elif value not in truth:
            keys.add((value,))
            truth.add(value)
    assert [key[0] for key in keys] == sorted(truth)
    assert len(keys) == len(truth)
    for value in sorted(truth):
        keys.remove((value,))
    assert not keys


def test_removing_a_key_that_is_not_there_is_an_error() -> None:
    keys = SortedKeys[tuple[int]]()
    keys.add((2,))
    for value in (1, 3):
        with pytest.raises(KeyError):
            keys.remove((value,))


def test_deadlines_of_contacts_that_are_gone_never_come_back() -> None:
    engine = Engine()
    config = {"agents": [agent("A")], "auto_accept": False, "reservation_timeout": 3600}
    engine.reset(config, 0)
    for n in range(2_000):
        engine.step(n, {"type": "contact.arrive", "contact": n, "queue": "q", "ttl": 9_000})
        engine.step(n, {"type": "contact.abandon", "contact": n})
    assert engine.next_deadline() is None
