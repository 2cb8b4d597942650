"""`python -m simulator load`: a busy hour of callers against a running simulator."""

import argparse
import asyncio
import json
import sys

import httpx

from simulator.load import MIX, Drive, busy_hour


def load_main(arguments: list[str]) -> int:
    """Drive the load and print the report as JSON; exit code 1 when calls were refused, 2 for bad arguments."""
    parser = argparse.ArgumentParser(prog="python -m simulator load", description=__doc__)
    parser.add_argument("--control", default="http://127.0.0.1:8010", help="address of the simulator")
    parser.add_argument("--calls", type=int, default=120, help="how many calls to expect (default 120)")
    parser.add_argument(
        "--minutes", type=float, default=60.0, help="virtual minutes they come in (default 60)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same hour (default 1)")
    parser.add_argument("--only", help="one behaviour instead of the mix: " + ", ".join(MIX))
    parser.add_argument(
        "--patience", type=float, default=120.0, help="real seconds to wait for the last calls"
    )
    options = parser.parse_args(arguments)
    try:
        drive = asyncio.run(_drive(options))
    except (ValueError, httpx.HTTPError) as error:
        sys.stderr.write(f"simulator load: {error}\n")
        return 2
    sys.stdout.write(json.dumps(drive.report().as_json(), indent=1) + "\n")
    return 1 if drive.refused else 0


async def _drive(options: argparse.Namespace) -> Drive:
    async with httpx.AsyncClient(base_url=options.control, timeout=10.0, trust_env=False) as http:
        directory = (await http.get("/sim/directory")).raise_for_status().json()
        clock = (await http.get("/sim/clock")).raise_for_status().json()
    if clock["speed"] is None:
        raise ValueError("the simulator's clock is stepped: start it without --stepped for a load run")
    plan = busy_hour(
        seed=options.seed,
        numbers=[item["number"] for item in directory["numbers"]],
        calls=options.calls,
        seconds=options.minutes * 60,
        mix={options.only: 1.0} if options.only else MIX,
        callers=[item["number"] for item in directory["callers"] if item["number"]],
    )
    drive = Drive(plan)
    await drive.over_http(options.control, speed=clock["speed"], patience=options.patience)
    return drive
