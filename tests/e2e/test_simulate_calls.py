"""A crowd of callers from the command line, against the running product."""

import asyncio
import sys
from pathlib import Path

import orjson

from tests.support.centre import Centre

ROOT = Path(__file__).resolve().parents[2]


async def command(centre: Centre, *words: str) -> tuple[int, str, str]:
    """Run `simulate-calls`: exit status, what it printed, what it complained of."""
    arguments = ["simulate-calls", "--simulator", centre.simulator_url, *words]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await child.communicate()
    return child.returncode or 0, out.decode(), error.decode()


async def test_every_planned_call_is_made_ended_and_told_of(centre: Centre) -> None:
    status, out, error = await command(centre, "--rate", "30", "--minutes", "0.3", "--seed", "4", "--json")
    told = orjson.loads(out)
    report = told["report"]
    assert status == (1 if told["violations"] else 0), error
    assert told["is_over"]
    assert report["dialled"] == told["planned"] > 0
    assert (report["live"], report["refused"]) == (0, 0)
    assert sum(report["by_kind"].values()) == report["dialled"]
    known = "select count(*) from voice_calls where call_sid like 'CA%'"
    assert await centre.value(known) == report["dialled"]


async def test_wrong_numbers_and_a_missing_simulator_are_named(centre: Centre) -> None:
    status, _, error = await command(centre, "--rate", "0")
    assert status == 2
    assert "--rate" in error
    status, _, error = await command(centre, "--simulator", "http://127.0.0.1:9")
    assert status == 2
    assert "no phone simulator" in error
