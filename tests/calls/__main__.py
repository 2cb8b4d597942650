"""`python -m tests.calls [--seed N] [--only NAME] [--fault NAME] [--share N]`: every scenario without a fault, under
every family of faults, and with somebody hanging up at every moment of it."""

import argparse
import asyncio
import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

import structlog

from simulator.fault_families import FAMILIES
from tests.calls.playing import CLEAN, Case, Result, families_of, play, points_of, spread
from tests.calls.scenarios import SCENARIOS
from tests.support.demo import demo_template
from tests.support.postgres import TestServer

SHOWN = 1_500  # characters of what is wrong


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def _fresh_database(server: TestServer) -> Iterator[str]:
    dsn = server.clone(demo_template(server))
    try:
        yield dsn
    finally:
        server.drop_database(dsn)


class _Player:
    """One process of the pool: a connection to the shared test server."""

    server: TestServer | None = None

    @classmethod
    def open(cls) -> None:
        """Called once in each process."""
        os.environ["SWITCHBOARD_FAQ_ENCODER"] = "none"
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        cls.server = TestServer().start()


def _play(seed: int, with_journal: bool, case: Case) -> Result:
    assert _Player.server is not None
    with _fresh_database(_Player.server) as dsn:
        try:
            result = asyncio.run(play(case, dsn, seed=seed))
        except Exception as error:
            return Result(case, [f"raised {error!r}"])
    return result if with_journal else Result(case, result.wrong, result.applied)


def main() -> int:
    """Play them all; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.calls", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--only", choices=sorted(SCENARIOS), help="one scenario")
    parser.add_argument("--fault", choices=[CLEAN, *FAMILIES], help="one fault, and no hanging up")
    parser.add_argument(
        "--share", type=int, default=10_000, help="so many cases of each scenario, evenly spread"
    )
    parser.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
    arguments = parser.parse_args()
    _say(f"seed {arguments.seed}")
    began, names = time.monotonic(), [arguments.only] if arguments.only else list(SCENARIOS)
    done: list[Result] = []
    with ProcessPoolExecutor(arguments.processes, initializer=_Player.open) as pool:
        for clean in pool.map(partial(_play, arguments.seed, True), [Case(name) for name in names]):
            name = clean.case.scenario
            cases = [*families_of(name)[1:], *points_of(clean)]
            if arguments.fault is not None:
                cases = [case for case in cases if case.fault == arguments.fault]
            chosen = spread(cases, arguments.share)
            results = [clean]
            _show(clean)
            for result in pool.map(partial(_play, arguments.seed, False), chosen):
                _show(result)
                results.append(result)
            done += results
            _tell(name, results)
    wrong = [result for result in done if result.wrong]
    seconds = time.monotonic() - began
    _say(f"\n{len(done)} calls, {len(wrong)} of them wrong, in {seconds:.0f} s (seed {arguments.seed})")
    return 1 if wrong else 0


def _show(result: Result) -> None:
    if result.wrong:
        _say(f"WRONG  {result.case}")
        for line in result.wrong[:4]:
            _say(f"       {line[:SHOWN]}")


def _tell(name: str, results: list[Result]) -> None:
    struck = sum(result.applied > 0 for result in results)
    wrong = sum(bool(result.wrong) for result in results)
    verdict = f"{wrong} WRONG" if wrong else "ok"
    _say(f"{name:<62} {len(results):>4} cases, {struck:>4} struck  {verdict}")


if __name__ == "__main__":
    sys.exit(main())
