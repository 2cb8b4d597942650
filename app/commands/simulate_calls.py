"""`simulate-calls`: a crowd of callers rings a running service. The phone simulator drives them and judges; this
command asks it over HTTP, as anybody else would."""

import argparse
import contextlib
import json
import math
import sys
import time
from typing import Any

import httpx

from app.commands.environment import with_settings
from app.commands.progress import Progress
from app.core.settings import Settings

LOOK_EVERY = 0.5  # s
LAST_CALLS = 900.0  # s the last calls may take to end by themselves
TIMEOUT = 15.0
MEANINGS = {
    "O1": "something was left over",
    "O2": "a customer heard silence for too long",
    "O3": "an agent had two calls at once",
    "O4": "a customer heard what was not meant for customers",
    "O5": "something was recorded that must not be",
    "O7": "somebody was dialled twice",
    "O9": "an invalid document, request or address",
    "O10": "webhooks were answered too slowly",
    "O11": "a forged request was not refused",
}


@with_settings
def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Let the calls come, show how far it is, and print what became of them and what the oracles say.

    Exit status 1 when an oracle is violated or a call was refused, 2 when there is no simulator or an argument is
    wrong.
    """
    if not (math.isfinite(arguments.rate) and math.isfinite(arguments.minutes)):
        return _wrong("--rate and --minutes must be numbers")
    if arguments.rate <= 0 or arguments.minutes <= 0:
        return _wrong("--rate and --minutes must be greater than 0")
    address = arguments.simulator or f"http://127.0.0.1:{settings.simulator_port}"
    try:
        with httpx.Client(base_url=address, timeout=TIMEOUT, trust_env=False) as http:
            state = _drive(http, arguments)
            violations = http.get("/sim/oracles").raise_for_status().json()["violations"]
    except httpx.HTTPStatusError as error:
        return _wrong(f"the phone simulator refuses: {error.response.text}")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return _wrong(f"no phone simulator at {address} ({error}); `switchboard demo` starts one")
    if arguments.json:
        print(json.dumps({**state, "violations": violations}, ensure_ascii=False, indent=2))
    else:
        _tell(state, violations)
    return 1 if violations or state["report"]["refused"] else 0


def _wrong(message: str) -> int:
    sys.stderr.write(f"switchboard: {message}\n")
    return 2


def _drive(http: httpx.Client, arguments: argparse.Namespace) -> dict[str, Any]:
    seconds = arguments.minutes * 60
    plan = {"calls": max(1, round(arguments.rate * arguments.minutes)), "seconds": seconds}
    state: dict[str, Any] = (
        http.post("/sim/load", json={**plan, "seed": arguments.seed}).raise_for_status().json()
    )
    progress, until = Progress(), time.monotonic() + seconds + LAST_CALLS
    try:
        while not state["is_over"] and time.monotonic() < until:
            time.sleep(LOOK_EVERY)
            state = http.get("/sim/load").raise_for_status().json()
            planned = max(1, state["planned"])
            over = state["report"]["dialled"] - state["report"]["live"]
            progress((state["share"] + min(1.0, over / planned)) / 2)
    except KeyboardInterrupt:
        with contextlib.suppress(httpx.HTTPError):
            http.delete("/sim/load")
        raise
    finally:
        progress.clear()
    return state


def _tell(state: dict[str, Any], violations: list[dict[str, Any]]) -> None:
    report = state["report"]
    print(f"{report['dialled']} calls, {report['met']} heard a person, {report['refused']} refused", end="")
    print(f", {report['live']} still live" if report["live"] else "")
    if report["wait_median"] is not None:
        print(
            f"wait for a person: median {report['wait_median']:.0f} s, longest {report['wait_worst']:.0f} s"
        )
    else:
        print("nobody was at work: start a shift in the console, and callers meet you")
    for kind, number in sorted(report["by_kind"].items(), key=lambda item: -item[1]):
        print(f"  {number:>5}  {kind}")
    if not violations:
        print(
            "every oracle holds: nothing left over, nobody in silence, nothing dialled twice, every document valid"
        )
        return
    print(f"{len(violations)} VIOLATIONS")
    for found in violations[:20]:
        meaning = MEANINGS.get(found["oracle"], "")
        print(f"  {found['oracle']} {meaning}: {found['message']} ({found['call_sid'] or 'no call'})")
