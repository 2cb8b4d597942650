"""`switchboard`, the command line. `switchboard --help` lists the commands; `app/commands/` is what they do."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path


def main(words: Sequence[str] | None = None) -> None:
    """Run one command, by default the one this process was called with.

    Exit status 0 on success, 1 when it failed, 2 when it was called wrongly.
    """
    arguments = parser().parse_args(words)
    module, _, name = arguments.command.partition(":")
    # Only the module of this command is loaded: the whole product takes seconds, the engine alone a blink.
    run: Callable[[argparse.Namespace], int] = getattr(import_module(module), name)
    try:
        status = run(arguments)
        sys.stdout.flush()
        sys.exit(status)
    except KeyboardInterrupt:
        sys.exit(0)
    except BrokenPipeError:
        # nobody reads on (`| head`): what is left in the buffer has nowhere to go when the interpreter flushes it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
    whole = argparse.ArgumentParser(prog="switchboard", description="the contact service and its tools")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    _add_service(commands)
    _add_faq(commands)
    _add_routing(commands)
    _add_simulate(commands)
    _add_simulate_calls(commands)
    return whole


Commands = argparse._SubParsersAction  # its public way in, `add_subparsers`, names no public type


def _add(
    commands: "Commands[argparse.ArgumentParser]", name: str, run: str, text: str
) -> argparse.ArgumentParser:
    """A command that is the function `run`, "module:name"."""
    sub = commands.add_parser(name, help=text, description=text)
    sub.set_defaults(command=run)
    return sub


def _add_service(commands: "Commands[argparse.ArgumentParser]") -> None:
    module = "app.commands.service"
    serve = _add(commands, "serve", f"{module}:serve", "serve the web application")
    serve.add_argument("--all", action="store_true", help="run the worker in the same process")
    serve.add_argument("--host", help="address to listen on (default: SWITCHBOARD_HOST)")
    _add(commands, "worker", f"{module}:worker", "run the router, the jobs and the timers")
    _add(commands, "migrate", f"{module}:migrate", "bring the database to the newest schema")
    _add(commands, "demo", f"{module}:demo", "run everything with the demo centre until Ctrl-C")
    settings = _add(commands, "settings", f"{module}:show_settings", "list all settings")
    settings.add_argument("--json", action="store_true")
    _add(commands, "check-objects", f"{module}:check_objects", "try the store of recordings and files")
    text = "examine the Twilio account and our public address, and say what mends what is wrong"
    doctor = _add(commands, "doctor", "app.commands.doctor.command:run", text)
    doctor.add_argument("--twilio", action="store_true", help="examine the Twilio account")
    doctor.add_argument("--json", action="store_true")
    _add(commands, "openapi", f"{module}:openapi", "print the OpenAPI document")


def _add_faq(commands: "Commands[argparse.ArgumentParser]") -> None:
    module = "app.commands.faq"
    group = commands.add_parser("faq", help="search, measure and calibrate the FAQ")
    faq = group.add_subparsers(required=True, metavar="WHAT")
    find = _add(faq, "search", f"{module}:search", "search as a customer would")
    find.add_argument("text")
    find.add_argument("--lang", choices=["zh-Hant", "zh-Hans", "en"], default="zh-Hant")
    measure = _add(
        faq, "evaluate", f"{module}:evaluate", "measure the search on judged questions (JSON lines)"
    )
    text = "fit the confidence to judged questions, so that the machine may answer by itself"
    fit = _add(faq, "calibrate", f"{module}:calibrate", text)
    measure.add_argument("--faqs", type=Path, required=True)
    for judged in (measure, fit):
        judged.add_argument("--queries", type=Path, required=True)
        judged.add_argument("--qrels", type=Path, required=True)
    fit.add_argument("--target", type=float, default=0.95, help="share right of the answered (default 0.95)")
    fit.add_argument("--dry-run", action="store_true", help="only say what would be stored")
    for command in (find, measure, fit):
        command.add_argument("--json", action="store_true")
    mode = _add(faq, "answering", f"{module}:answering", "show or set when the machine may answer by itself")
    mode.add_argument("mode", nargs="?", choices=["off", "calibrated", "on"])
    files = "app.commands.faq_files"
    take_in = _add(faq, "import", f"{files}:take_in", "take a file of articles in, all or nothing")
    take_in.add_argument("file", type=Path)
    take_in.add_argument("--dry-run", action="store_true", help="only say what would be done")
    take_in.add_argument("--json", action="store_true")
    give_out = _add(faq, "export", f"{files}:give_out", "write every article to a file or to standard output")
    give_out.add_argument("--output", type=Path, help="a .csv or .jsonl file")
    for command in (take_in, give_out):
        command.add_argument("--format", choices=["csv", "jsonl"], help="default: by the name of the file")
    _add(faq, "rebuild", f"{module}:rebuild", "build the search index anew")


def _add_routing(commands: "Commands[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("routing", help="the routing engine by itself")
    routing = group.add_subparsers(required=True, metavar="WHAT")
    text = "speak the engine's three calls, one JSON object a line, on standard input and output"
    _add(routing, "conform", "app.commands.routing:conform", text)


def _add_simulate(commands: "Commands[argparse.ArgumentParser]") -> None:
    text = "simulate a floor: waits, service level and occupancy with their margins of error"
    simulate = _add(commands, "simulate", "app.commands.simulate:run", text)
    simulate.add_argument(
        "scenario", type=Path, nargs="?", help="JSON file (docs/simulate.md), or a published case"
    )
    simulate.add_argument("--case", help="which of the file's `cases`, by id")
    simulate.add_argument(
        "--seed", type=int, default=1, help="another seed is another random day (default 1)"
    )
    simulate.add_argument("--contacts", type=int, help="stop after so many arrivals")
    simulate.add_argument("--hours", type=float, help="stop arrivals after so many hours")
    simulate.add_argument("--replications", type=int, help="repeat with seed + 1, + 2 and so on")
    simulate.add_argument("--json", action="store_true")
    simulate.add_argument(
        "--check", action="store_true", help="fail when a metric is outside its reference bound"
    )
    simulate.add_argument("--schema", action="store_true", help="print the JSON Schema of scenarios and end")


def _add_simulate_calls(commands: "Commands[argparse.ArgumentParser]") -> None:
    text = "let callers of all kinds ring a running service that uses the phone simulator, and judge what came of it"
    calls = _add(commands, "simulate-calls", "app.commands.simulate_calls:run", text)
    calls.add_argument("--rate", type=float, default=12.0, help="calls a minute, on average (default 12)")
    calls.add_argument("--minutes", type=float, default=5.0, help="for how long new calls come (default 5)")
    calls.add_argument("--seed", type=int, default=1, help="another seed is another crowd (default 1)")
    calls.add_argument(
        "--simulator", help="address of the phone simulator (default: that of `switchboard demo`)"
    )
    calls.add_argument("--json", action="store_true")
