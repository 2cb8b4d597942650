"""The table is played in parts that together are the whole, and a run that was stopped goes on."""

import argparse
from pathlib import Path

import pytest

from tests.calls.__main__ import shard, table
from tests.calls.playing import Case
from tests.calls.pool import Played
from tests.calls.results import Results


def chosen(**other: object) -> argparse.Namespace:
    return argparse.Namespace(**{"fault": None, "share": None, "shard": (1, 1), **other})


CASES = [Case("a", f"fault {n}") for n in range(17)]
CLEAN = [Played(Case("a"), [], others=CASES)]


def test_the_shards_together_are_the_whole_table_once() -> None:
    parts = [table(chosen(shard=(n, 4)), CLEAN, seed=3) for n in range(1, 5)]
    assert sorted(str(case) for part in parts for case in part) == sorted(str(case) for case in CASES)
    assert table(chosen(), CLEAN, seed=3) == table(chosen(), CLEAN, seed=3) != CASES


@pytest.mark.parametrize("text", ["0/4", "5/4", "x", "1/", "1/-2"])
def test_a_part_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1/4"):
        shard(text)


def test_a_run_goes_on_with_its_seed_and_plays_nothing_twice(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    first = Results(path, None, 42)
    point = Case("a", "somebody hangs up", ("hang_up_after", "UpdateCall", 1, "agent"))
    first.add(Played(point, [], 1))
    first.add(Played(CASES[0], ["it is wrong"]))
    again = Results(path, None, 7)
    assert again.seed == 42
    assert [case in again for case in (point, CASES[0], CASES[1])] == [True, True, False]
    assert [(one.case, one.wrong, one.applied) for one in again.all] == [
        (point, [], 1),
        (CASES[0], ["it is wrong"], 0),
    ]
    with pytest.raises(SystemExit, match="of seed 42"):
        Results(path, 7, 0)
