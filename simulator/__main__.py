"""`python -m simulator --port 8010 --config FILE.json`: the phone network as a process of its own."""

import argparse
import sys
import time
from pathlib import Path

import uvicorn

from simulator.app import create_app
from simulator.clock import RealClock, SteppedClock
from simulator.config import ConfigError, load_config
from simulator.load_command import load_main
from simulator.network import Simulator

DEFAULT_PORT = 8010


def main() -> int:
    """Serve until stopped, or drive a load; exit code 2 when the configuration is wrong."""
    if sys.argv[1:2] == ["load"]:
        return load_main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="JSON file: account, numbers, callers")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how many times as fast as real time (default 1)"
    )
    parser.add_argument(
        "--stepped", action="store_true", help="time stands still but for POST /sim/clock {advance: seconds}"
    )
    parser.add_argument("--seed", type=int, help="seed of SIDs and jitter (default: a new one)")
    parser.add_argument("--journal", type=Path, help="also append the journal to this JSONL file")
    arguments = parser.parse_args()
    try:
        config = load_config(arguments.config)
        clock = SteppedClock(time.time()) if arguments.stepped else RealClock(arguments.speed)
    except (ConfigError, ValueError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 2
    simulator = Simulator(config, clock, seed=arguments.seed, journal_path=arguments.journal)
    uvicorn.run(
        create_app(simulator),
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        ws="websockets-sansio",
        timeout_graceful_shutdown=2,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
