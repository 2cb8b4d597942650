"""Plays cases in a process of a pool, each on a fresh database of the demo centre."""

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from tests.calls.playing import CLEAN, Case, families_of, play, points_of
from tests.support.demo import demo_template
from tests.support.postgres import TestServer


@dataclass(slots=True)
class Played:
    """What came of a case; with all the other cases of the scenario when it was played without a fault."""

    case: Case
    wrong: list[str]
    applied: int = 0
    others: list[Case] = field(default_factory=list)


class _Player:
    """One process of the pool: a connection to the shared test server, and the seed of the run."""

    server: TestServer | None = None
    seed = 0


def open_process(seed: int) -> None:
    """Called once in each process."""
    os.environ["SWITCHBOARD_FAQ_ENCODER"] = "none"
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    _Player.server, _Player.seed = TestServer().start(), seed


def in_a_process(case: Case) -> Played:
    """Play it. What is raised is wrong, too."""
    with _fresh_database() as dsn:
        try:
            result = asyncio.run(play(case, dsn, seed=_Player.seed))
        except Exception as error:
            return Played(case, [f"raised {error!r}"])
    others = [*families_of(result), *points_of(result)] if case.fault == CLEAN else []
    return Played(case, result.wrong, result.applied, others)


@contextmanager
def _fresh_database() -> Iterator[str]:
    assert _Player.server is not None
    dsn = _Player.server.clone(demo_template(_Player.server))
    try:
        yield dsn
    finally:
        _Player.server.drop_database(dsn)
