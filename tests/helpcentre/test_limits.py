"""Limits: so many in a window, each address for itself, and never more memory than is fixed."""

import pytest

from app.helpcentre import limits
from app.helpcentre.limits import Limiter, address_key


class Clock:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_are_free_and_the_next_one_is_told_when() -> None:
    clock = Clock()
    limiter = Limiter(2, 60.0, clock=clock)
    assert limiter.take("a") == 0
    clock.now += 10
    assert limiter.take("a") == 0
    assert limiter.take("a") == 50
    assert limiter.take("b") == 0, "each address for itself"
    clock.now += 50
    assert limiter.take("a") == 0
    assert limiter.take("a") == 10


def test_asking_in_vain_does_not_lengthen_the_wait() -> None:
    clock = Clock()
    limiter = Limiter(1, 60.0, clock=clock)
    limiter.take("a")
    for _ in range(30):
        clock.now += 1
        limiter.take("a")
    clock.now += 30
    assert limiter.take("a") == 0


def test_the_address_not_seen_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KEYS", 3)
    limiter = Limiter(1, 60.0, clock=Clock())
    for key in "abcd":
        limiter.take(key)
    assert limiter.take("d") > 0
    assert limiter.take("a") == 0


def test_a_customer_of_ipv6_has_one_network() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:1") != address_key("2001:db8:0:1::1")
    assert address_key("::ffff:192.0.2.1") == address_key("192.0.2.1") != address_key("192.0.2.2")
    assert address_key(None) == address_key("nonsense") == "unknown"
