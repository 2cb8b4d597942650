"""`simulate`. Needs no settings and no database."""

import argparse
import json
import sys

from app.commands.progress import Progress
from app.core.errors import InvalidInput
from app.routing.simulation.agents import BrokenRule
from app.routing.simulation.loading import load
from app.routing.simulation.scenario import Scenario
from app.routing.simulation.simulate import simulate
from app.routing.simulation.text import as_text


def run(arguments: argparse.Namespace) -> int:
    """Simulate the scenario of a file and print the report.

    Exit status 2 when the scenario is wrong, each wrong field on standard error; 1 when the engine broke its contract,
    or with --check when a metric is not as its reference value says.
    """
    if arguments.schema:
        print(json.dumps(Scenario.model_json_schema(by_alias=True), ensure_ascii=False, indent=2))
        return 0
    if arguments.scenario is None:
        sys.stderr.write("switchboard: name the scenario's file; docs/simulate.md tells what is in it\n")
        return 2
    progress = Progress()
    try:
        scenario = load(arguments.scenario, arguments.case, _changes(arguments))
        report = simulate(scenario, arguments.seed, progress)
    except InvalidInput as error:
        for fault in error.errors:
            sys.stderr.write(f"switchboard: {arguments.scenario}: {fault.field}: {fault.message}\n")
        return 2
    except BrokenRule as error:
        sys.stderr.write(f"switchboard: a fault of the routing engine: {error}\n")
        return 1
    finally:
        progress.clear()
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        sys.stdout.write(as_text(report))
    return 1 if arguments.check and not report.is_as_published else 0


def _changes(arguments: argparse.Namespace) -> dict[str, object]:
    """Fields of the scenario that the command line replaces."""
    changes: dict[str, object] = {}
    if arguments.contacts is not None:
        changes |= {"contacts": arguments.contacts, "hours": None}
    if arguments.hours is not None:
        changes |= {"hours": arguments.hours, "contacts": arguments.contacts}
    if arguments.replications is not None:
        changes["replications"] = arguments.replications
    return changes
