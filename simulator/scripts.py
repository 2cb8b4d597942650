"""What a scripted person does once connected: wait, listen, press keys, speak, hang up. Written as JSON steps:

    {"wait": 2}                  let 2 virtual seconds pass
    {"hear": "請按", "within": 30}  wait until a caption holds the text (within 60 s unless told otherwise)
    {"asked": true}              wait until a Gather or Record listens
    {"met": true, "within": 300}  wait until another person can be heard
    {"press": "1"}               press keys
    {"say": "我要退款"}           speak
    {"beep": true}               the tone of a voicemail box; what is heard from now on is its message
    {"hangup": true}             hang up

A step that waits in vain (the text never comes, nobody listens) makes the person hang up, as people do.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.calls import Call
from simulator.journal import EntryKind

if TYPE_CHECKING:
    from simulator.network import Simulator

# Whether a script (or a fault) acts, and not a test or a person: such inputs follow from others.
BY_SCRIPT: ContextVar[bool] = ContextVar("BY_SCRIPT", default=False)
PATIENCE = 60.0  # virtual s a step waits unless told otherwise
VOICEMAIL_GREETING = "The person you have called is not available. Please leave a message after the tone."
VOICEMAIL_SECONDS = 30.0  # virtual s a box records before it hangs up
ACTIONS = ("wait", "hear", "asked", "met", "press", "say", "beep", "hangup")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person does. `argument` is text or seconds; `within` is the patience of `hear`, `asked`, `met`."""

    action: str
    argument: str | float | bool = True
    within: float = PATIENCE

    def as_json(self) -> dict[str, Any]:
        """As it is written in a script."""
        more = {"within": self.within} if self.action in ("hear", "asked", "met") else {}
        return {self.action: self.argument, **more}


def parse_steps(data: object, where: str) -> tuple[Step, ...]:
    """Steps from decoded JSON; raises ValueError beginning with the place that is wrong."""
    if not isinstance(data, list):
        raise ValueError(f"{where}: must be a list of steps")
    return tuple(_step(item, f"{where}[{i}]") for i, item in enumerate(data))


def _step(data: object, where: str) -> Step:
    if not isinstance(data, Mapping):
        raise ValueError(f"{where}: must be an object like {{'press': '1'}}")
    names = [name for name in data if name != "within"]
    if len(names) != 1 or names[0] not in ACTIONS:
        raise ValueError(f"{where}: must hold exactly one of {', '.join(ACTIONS)}")
    action: str = names[0]
    argument: Any = data[action]
    wanted: tuple[type, ...] = {"wait": (int, float), "hear": (str,), "press": (str,), "say": (str,)}.get(
        action, (bool,)
    )
    fits = isinstance(argument, wanted) and (bool in wanted or not isinstance(argument, bool))
    if not fits:
        raise ValueError(f"{where}.{action}: must be a {wanted[-1].__name__}")
    if action == "wait" and argument < 0:
        raise ValueError(f"{where}.wait: must be 0 or more")
    within = data.get("within", PATIENCE)
    if isinstance(within, bool) or not isinstance(within, int | float) or within <= 0:
        raise ValueError(f"{where}.within: must be a number of seconds greater than 0")
    return Step(action, argument, float(within))


def voicemail_steps(greeting: str | None) -> tuple[Step, ...]:
    """What a voicemail box does once it has answered."""
    return (
        Step("wait", 0.5),
        Step("say", greeting or VOICEMAIL_GREETING),
        Step("beep"),
        Step("wait", VOICEMAIL_SECONDS),
        Step("hangup"),
    )


async def act(sim: "Simulator", call: Call, steps: tuple[Step, ...]) -> None:
    """Let the person at `call` do these steps, until they are done or the call is over."""
    BY_SCRIPT.set(True)
    heard = call.first_n
    for step in steps:
        if not call.live:
            return
        match step.action:
            case "wait":
                await sim.clock.sleep(float(step.argument))
            case "hear":
                found = await _hear(sim, call, str(step.argument), heard, step.within)
                if found is None:
                    sim.people.hang_up(call)
                    return
                heard = found
            case "asked" | "met":
                if not await _awaited(sim, call, step):
                    sim.people.hang_up(call)
                    return
            case "press" if call.live:
                sim.people.press(call, str(step.argument))
            case "say" if call.live:
                await sim.clock.sleep(sim.people.say(call, str(step.argument)))
            case "beep":
                sim.people.beep(call)
            case "hangup":
                sim.people.hang_up(call)


async def _awaited(sim: "Simulator", call: Call, step: Step) -> bool:
    def fact() -> bool:
        there = call.collector is not None if step.action == "asked" else call.met_at is not None
        return there or not call.live

    return await sim.noticed(fact, step.within)


async def _hear(sim: "Simulator", call: Call, text: str, after: int, within: float) -> int | None:
    """The number of the first caption holding `text` after line `after`; None when it does not come in time."""
    found: list[int] = []
    scanned = after

    def fact() -> bool:
        nonlocal scanned
        found.extend(e.n for e in sim.journal.of(call.sid, EntryKind.HEARS, after=scanned) if text in e.title)
        scanned = sim.journal.last_n
        return bool(found) or not call.live

    await sim.noticed(fact, within)
    return found[0] if found else None
