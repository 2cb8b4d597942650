"""The table of calls. A scenario is one function, and that is all there is to adding one:

    @scenario(ends="handled")
    async def an_agent_transfers_to_another(stage: Stage) -> None:
        ...

It waits for what must come (`stage.waiting`, `mei.talks`, `stage.comes` …) and does what people do. Without a fault it
must run to its end, and the contacts then have the outcomes it names. Under every family of faults, and with somebody
hanging up at every moment of it, it is cut off where something does not come; what must hold afterwards is judge.py's.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.calls.stage import Stage

Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A call and how its contacts end (sorted) when nothing goes wrong."""

    name: str
    play: Play
    ends: tuple[str, ...]


SCENARIOS: dict[str, Scenario] = {}


def scenario(*, ends: str) -> Callable[[Play], Play]:
    """Put a function into the table; `ends`: the outcomes of all contacts, in words with a space between."""

    def add(play: Play) -> Play:
        name = play.__name__.replace("_", " ")
        if name in SCENARIOS:
            raise ValueError(f"there are two scenarios {name!r}")
        SCENARIOS[name] = Scenario(name, play, tuple(sorted(ends.split())))
        return play

    return add
