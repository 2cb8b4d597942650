"""A busy hour of callers: who calls when and what each does, drawn from a seed, and driven on a network.

    plan = busy_hour(seed=7, numbers=["+886255500100"], calls=300, seconds=3600)
    drive = Drive(plan)
    drive.start(sim)                      # in-process, on any clock
    await drive.over_http("http://127.0.0.1:8010", speed=10)     # or against a running simulator
    drive.report()                        # LoadReport

`python -m simulator load --help` does it from the command line.
"""

import asyncio
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx

from simulator.control.http import call_state
from simulator.load_mix import BEHAVIOURS, MIX, Behaving
from simulator.scripts import Step

if TYPE_CHECKING:
    from simulator.network import Simulator

PEAK = 0.35  # of the way through, where most calls come
PEAK_WEIGHT = 0.6  # how much more at the peak than on average
FIRST_NUMBER = 900_500_000  # +886900500000 … are the callers of a load run
WITHHELD_SHARE = 0.03
HTTP_TIMEOUT = 15.0  # s
LOOK_EVERY = 0.5  # real s


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call to come: `at` virtual seconds after the beginning; `from_` None = withheld."""

    at: float
    from_: str | None
    to: str
    kind: str
    steps: tuple[Step, ...]


def busy_hour(
    *,
    seed: int,
    numbers: Sequence[str],
    calls: int,
    seconds: float = 3600.0,
    mix: Mapping[str, float] = MIX,
    callers: Sequence[str] = (),
) -> list[PlannedCall]:
    """A plan, the same for the same arguments.

    `calls` is the expected number: calls come as a Poisson stream whose rate swells to a peak. `mix` weighs the
    behaviours of load_mix.py by name; `callers` are numbers that are known to the product, used for half of the calls.
    Raises ValueError for an unknown behaviour, or without numbers.
    """
    unknown = set(mix) - set(BEHAVIOURS)
    if unknown:
        raise ValueError(f"mix: {min(unknown)} is not a behaviour (known: {', '.join(BEHAVIOURS)})")
    if not numbers:
        raise ValueError("numbers: at least one number to call is needed")
    rng = random.Random(f"{seed}/load")
    names, weights = list(mix), list(mix.values())
    plan: list[PlannedCall] = []
    at = 0.0
    highest = calls / seconds * (1 + PEAK_WEIGHT)
    while calls > 0:
        at += rng.expovariate(highest)
        if at >= seconds:
            break
        if rng.random() * (1 + PEAK_WEIGHT) > _swell(at / seconds):
            continue  # thinned: a stream of the highest rate, of which as many are kept as the curve says
        kind = rng.choices(names, weights)[0]
        steps = BEHAVIOURS[kind].steps(rng)
        plan.append(PlannedCall(at, _caller(rng, len(plan), callers), rng.choice(list(numbers)), kind, steps))
    return plan


def _swell(share: float) -> float:
    """The rate at a share of the time, 1 on average."""
    return 1 + PEAK_WEIGHT * math.cos(2 * math.pi * (share - PEAK))


def _caller(rng: random.Random, index: int, known: Sequence[str]) -> str | None:
    if rng.random() < WITHHELD_SHARE:
        return None
    if known and rng.random() < 0.5:
        return rng.choice(list(known))
    return f"+886{FIRST_NUMBER + index}"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of the calls. Waits are virtual seconds from dialling to hearing a person."""

    dialled: int
    live: int
    refused: int  # the network would not take the call
    met: int  # heard a person
    statuses: Mapping[str, int]
    by_kind: Mapping[str, int]
    wait_median: float | None
    wait_worst: float | None

    def as_json(self) -> dict[str, Any]:
        """For printing."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Drive:
    """A plan under way."""

    plan: Sequence[PlannedCall]
    sids: dict[str, PlannedCall] = field(default_factory=dict)
    refused: int = 0
    is_stopped: bool = False  # no further calls come; those in progress go on
    _states: dict[str, dict[str, Any]] = field(default_factory=dict)
    _sim: "Simulator | None" = None

    def start(self, sim: "Simulator") -> None:
        """Let the calls come on this network as its time goes on."""
        self._sim = sim
        for call in self.plan:
            sim.clock.call_later(call.at, lambda call=call: self._dial(call))  # type: ignore[misc]

    def _dial(self, planned: PlannedCall) -> None:
        sim = self._sim
        if sim is None or self.is_stopped:
            return
        try:
            from_ = planned.from_ or sim.config.knobs.withheld_number
            call = sim.people.dial(from_, planned.to, planned.steps)
        except LookupError:
            self.refused += 1
            return
        self.sids[call.sid] = planned

    async def over_http(self, control_url: str, *, speed: float = 1.0, patience: float = 120.0) -> None:
        """Let the calls come on a simulator that runs at `speed`, then wait until all are over, at most `patience`
        real seconds after the last began."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with httpx.AsyncClient(base_url=control_url, timeout=HTTP_TIMEOUT, trust_env=False) as http:
            for call in self.plan:
                await asyncio.sleep(max(0.0, began + call.at / speed - loop.time()))
                await self._dial_http(http, call)
            for _ in range(math.ceil(patience / LOOK_EVERY)):
                if not await self._look(http):
                    break
                await asyncio.sleep(LOOK_EVERY)

    async def _dial_http(self, http: httpx.AsyncClient, call: PlannedCall) -> None:
        script = [step.as_json() for step in call.steps]
        try:
            answer = await http.post("/sim/calls", json={"from": call.from_, "to": call.to, "script": script})
        except httpx.HTTPError:
            self.refused += 1
            return
        if answer.status_code == 201:
            self.sids[answer.json()["call_sid"]] = call
        else:
            self.refused += 1

    async def _look(self, http: httpx.AsyncClient) -> bool:
        """Ask where the calls stand that were not over; whether some still are not."""
        open_ = [sid for sid in self.sids if "ended" not in self._states.get(sid, {})]
        for sid in open_:
            answer = await http.get(f"/sim/calls/{sid}")
            if answer.status_code == 200:
                state: dict[str, Any] = answer.json()
                self._states[sid] = state if state["ended"] is not None else {"status": state["status"]}
        return any("ended" not in self._states.get(sid, {}) for sid in open_)

    def report(self) -> LoadReport:
        """What became of the calls so far."""
        if self._sim is not None:
            calls = self._sim.calls
            self._states = {sid: call_state(calls[sid]) for sid in self.sids if sid in calls}
        states = {sid: state for sid, state in self._states.items() if sid in self.sids}
        statuses: dict[str, int] = {}
        by_kind: dict[str, int] = {}
        for sid, planned in self.sids.items():
            status = str(states.get(sid, {}).get("status", "unknown"))
            statuses[status] = statuses.get(status, 0) + 1
            by_kind[planned.kind] = by_kind.get(planned.kind, 0) + 1
        waits = [s["met_at"] - s["since"] for s in states.values() if s.get("met_at") is not None]
        return LoadReport(
            dialled=len(self.sids),
            live=sum(statuses.get(status, 0) for status in ("queued", "ringing", "in-progress")),
            refused=self.refused,
            met=len(waits),
            statuses=statuses,
            by_kind=by_kind,
            wait_median=round(median(waits), 1) if waits else None,
            wait_worst=round(max(waits), 1) if waits else None,
        )


__all__ = ["BEHAVIOURS", "MIX", "Behaving", "Drive", "LoadReport", "PlannedCall", "busy_hour"]
