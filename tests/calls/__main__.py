"""`python -m tests.calls`: every scenario without a fault, under every family of faults, and with somebody hanging up
at every moment of it.

`--shard 2/4` plays the second quarter of the table. With `--log FILE` a run that was stopped goes on where it was. The
order is shuffled by the seed, so that a part of a run is a fair sample of the table.
"""

import argparse
import os
import random
import secrets
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from simulator.fault_families import FAMILIES
from tests.calls.playing import CLEAN, Case, spread
from tests.calls.pool import Played, in_a_process, open_process
from tests.calls.results import Results
from tests.calls.table import SCENARIOS

SHOWN = 1_500  # characters of what is wrong
EVERY = 60.0  # s between lines of progress


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def shard(text: str) -> tuple[int, int]:
    """`2/4` as (2, 4). Raises argparse.ArgumentTypeError."""
    mine, _, of = text.partition("/")
    if mine.isdecimal() and of.isdecimal() and 1 <= int(mine) <= int(of):
        return int(mine), int(of)
    raise argparse.ArgumentTypeError(f"{text!r} is no part of the table; say for instance 1/4")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.calls", description=__doc__)
    parser.add_argument("--seed", type=int, help="else that of the log, else a new one")
    parser.add_argument("--only", choices=sorted(SCENARIOS), help="one scenario")
    parser.add_argument("--fault", choices=[CLEAN, *FAMILIES], help="one fault, and no hanging up")
    parser.add_argument("--share", type=int, help="so many cases of each scenario, evenly spread")
    parser.add_argument("--shard", type=shard, default=(1, 1), help="a part of the table, as 1/4")
    parser.add_argument("--log", help="a file of results; what is in it is not played again")
    parser.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
    return parser.parse_args()


def table(chosen: argparse.Namespace, clean: Iterable[Played], seed: int) -> list[Case]:
    """What is to be played after the clean runs."""
    cases = []
    for one in clean:
        of_one = one.others
        if chosen.fault is not None:
            of_one = [case for case in of_one if case.fault == chosen.fault]
        cases += spread(of_one, chosen.share or len(of_one))
    random.Random(seed).shuffle(cases)
    mine, of = chosen.shard
    return cases[mine - 1 :: of]


def main() -> int:
    """Play them all; 1 when anything is wrong."""
    chosen = arguments()
    results = Results(chosen.log, chosen.seed, secrets.randbelow(1_000_000))
    _say(f"seed {results.seed}")
    began, names = time.monotonic(), [chosen.only] if chosen.only else list(SCENARIOS)
    with ProcessPoolExecutor(chosen.processes, initializer=open_process, initargs=(results.seed,)) as pool:
        clean = list(pool.map(in_a_process, [Case(name) for name in names]))
        for one in clean:
            _take(one, results)
        cases = table(chosen, clean, results.seed)
        _play(pool, [case for case in cases if case not in results], results)
    _summary(results, names)
    played, wrong = len(results.all), sum(bool(one.wrong) for one in results.all)
    seconds = time.monotonic() - began
    _say(f"\n{played} calls, {wrong} of them wrong, in {seconds:.0f} s (seed {results.seed})")
    return 1 if wrong else 0


def _play(pool: ProcessPoolExecutor, cases: Sequence[Case], results: Results) -> None:
    began = told = time.monotonic()
    for n, future in enumerate(as_completed([pool.submit(in_a_process, case) for case in cases]), 1):
        _take(future.result(), results)
        now = time.monotonic()
        if now - told >= EVERY:
            told, minutes = now, (now - began) / n * (len(cases) - n) / 60
            wrong = sum(bool(one.wrong) for one in results.all)
            _say(f"{n}/{len(cases)} played, {wrong} wrong, about {minutes:.0f} min to go")


def _take(result: Played, results: Results) -> None:
    results.add(result)
    if result.wrong:
        _say(f"WRONG  {result.case}")
        for line in result.wrong[:4]:
            _say(f"       {line[:SHOWN]}")


def _summary(results: Results, names: Sequence[str]) -> None:
    for name in names:
        mine = [one for one in results.all if one.case.scenario == name]
        struck = sum(one.applied > 0 for one in mine)
        wrong = sum(bool(one.wrong) for one in mine)
        verdict = f"{wrong} WRONG" if wrong else "ok"
        _say(f"{name:<66} {len(mine):>4} cases, {struck:>4} struck  {verdict}")


if __name__ == "__main__":
    sys.exit(main())
