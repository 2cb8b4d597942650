"""Runs again what people did: the inputs in a journal, at the same virtual moments, on a stepped clock.

With the seed of the first run and a peer that behaves the same, the second journal equals the first. The first line of
every journal (`input`/`run`) says the seed and when the run began.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.clock import SteppedClock
from simulator.endpoints import Behaviour
from simulator.faults import FaultRule
from simulator.journal import Entry, EntryKind
from simulator.scripts import parse_steps
from simulator.texts import Handset

if TYPE_CHECKING:
    from simulator.calls import Call
    from simulator.network import Simulator

RUN = "run"


@dataclass(frozen=True, slots=True)
class Input:
    """Something done from outside, `after` seconds from the beginning of the run at `began`."""

    began: float
    t: float
    action: str
    detail: dict[str, Any]


def seed_of(entries: Iterable[Entry]) -> int | None:
    """The seed a journal's run had, None when it had none."""
    for entry in entries:
        if entry.kind is EntryKind.INPUT and entry.title == RUN:
            seed: int | None = entry.detail["seed"]
            return seed
    return None


def inputs_of(entries: Iterable[Entry]) -> list[Input]:
    """All inputs of a journal, in order. Raises ValueError when its beginning is missing."""
    found: list[Input] = []
    began: float | None = None
    for entry in entries:
        if entry.kind is not EntryKind.INPUT:
            continue
        if entry.title == RUN:
            began = entry.t
        elif entry.detail.get("scripted"):
            continue
        elif began is None:
            raise ValueError("the journal does not begin with the line input/run")
        else:
            found.append(Input(began, entry.t, entry.title, dict(entry.detail)))
    return found


def schedule(sim: "Simulator", inputs: Iterable[Input]) -> None:
    """Let these things happen as the clock is moved on; what scripts do follows from them. The clock is a stepped
    one, best begun at the moment the first run began: then both journals show the same times."""
    clock = sim.clock
    if not isinstance(clock, SteppedClock):
        raise TypeError("a run can be repeated on a stepped clock only")
    start = clock.now()
    for item in inputs:
        clock.call_last_at(item.t + (start - item.began), _doing(sim, item))


def _doing(sim: "Simulator", item: Input) -> Callable[[], None]:
    return lambda: _do(sim, item.action, item.detail)


def _do(sim: "Simulator", action: str, detail: dict[str, Any]) -> None:
    people = sim.people
    match action:
        case "dial":
            people.dial(detail["from"], detail["to"], parse_steps(detail["script"], "script"))
        case "connect":
            people.connect(detail["identity"], detail["params"], detail["application_sid"])
        case "endpoint":
            following = [Behaviour.from_json(item) for item in detail["following"]]
            sim.endpoints.put(detail["address"], Behaviour.from_json(detail["behaviour"]), following)
        case "forget endpoint":
            sim.endpoints.forget(detail["address"])
        case "fault":
            sim.faults.add(FaultRule.from_json(detail["rule"]))
        case "text":
            sim.texts.write(detail["from"], detail["to"], detail["body"])
        case "handset":
            sim.texts.behaves(detail["address"], Handset(detail["handset"]))
        case "no faults":
            sim.faults.clear()
        case _:
            call = _call(sim, detail["call"])
            if call is not None and (call.live or action == "hang_up"):
                _at(sim, call, action, detail)


def _at(sim: "Simulator", call: "Call", action: str, detail: dict[str, Any]) -> None:
    people = sim.people
    match action:
        case "press":
            people.press(call, detail["digits"])
        case "say":
            people.say(call, detail["text"], detail["confidence"])
        case "hang_up":
            people.hang_up(call)
        case "answer":
            people.answer(call)
        case "reject":
            people.reject(call)
        case "mute":
            people.mute(call, on=detail["on"])


def _call(sim: "Simulator", number: int) -> "Call | None":
    return next((call for call in sim.calls.values() if call.number == number), None)
