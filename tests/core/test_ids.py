"""Identifiers: time-ordered (RFC 9562, version 7) and never twice."""

import time
from concurrent.futures import ThreadPoolExecutor

from app.core.ids import new_id, new_secret


def test_ids_of_one_process_grow() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_ids_of_several_threads_are_all_different() -> None:
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda _: [new_id() for _ in range(2_000)], range(4)))
    assert all(part == sorted(part) for part in parts)
    assert len({made for part in parts for made in part}) == 8_000


def test_an_id_says_what_it_is_and_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_secrets_are_long_and_different() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret()) == 43
