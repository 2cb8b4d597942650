"""`python -m tests.faults [--seed N] [--rounds N] [--only NAME]`: every fault many times, with a table at the end."""

import argparse
import asyncio
import secrets
import statistics
import sys

from tests.faults.scenarios import SCENARIOS, Report, run
from tests.faults.server import Server

LONG = 15  # times the rounds of a short run


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _line(report: Report) -> str:
    took = sorted(report.recoveries)
    p50, worst = (f"{statistics.median(took):.2f} s", f"{took[-1]:.2f} s") if took else ("-", "-")
    verdict = "ok" if not report.wrong else f"{len(report.wrong)} WRONG"
    return f"{report.fault:<18} {report.faults:>6} {report.contacts:>9} {p50:>9} {worst:>9}  {verdict}"


def main() -> int:
    """Play them all; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--rounds", type=int, help="times each fault happens")
    parser.add_argument("--only", choices=sorted(SCENARIOS), help="one scenario")
    arguments = parser.parse_args()
    _say(f"seed {arguments.seed}")
    reports = []
    with Server(slack=5.0) as server:
        for name, plan in SCENARIOS.items():
            if arguments.only in (None, name):
                rounds = arguments.rounds or plan.rounds * LONG
                reports.append(asyncio.run(run(name, server, seed=arguments.seed, rounds=rounds)))
                _say(_line(reports[-1]))
    _say(
        f"\n{'fault':<18} {'times':>6} {'contacts':>9} {'back p50':>9} {'worst':>9}  (seed {arguments.seed})"
    )
    for report in reports:
        _say(_line(report))
        for one in report.wrong[:20]:
            _say(f"    {one}")
    return 1 if any(report.wrong for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
