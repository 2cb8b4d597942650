"""What must hold after every scenario, whatever went wrong on the line."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.network import Simulator


@dataclass(frozen=True, slots=True)
class Violation:
    """Something an oracle found. `oracle` is O1, O2, O3 or O9; `t` is virtual seconds."""

    oracle: str
    message: str
    call_sid: str | None
    t: float


def find_violations(sim: "Simulator") -> list[Violation]:
    """All violations so far, and what is wrong at this moment.

    O1 nothing live is left (meaningful once everybody has hung up), O2 no customer in silence for more than
    30 s, O3 no agent with two live legs, O9 all documents and requests valid.
    """
    now = sim.clock.now()
    found = list(sim.violations)
    live = [call for call in sim.calls.values() if call.live]
    found.extend(Violation("O1", f"the call is still {call.status.value}", call.sid, now) for call in live)
    silences = ((call, sim.audio.too_silent(call)) for call in live)
    found.extend(Violation("O2", complaint, call.sid, now) for call, complaint in silences if complaint)
    rooms = [c for c in sim.conferences.by_sid.values() if c.ended is None and c.participants]
    found.extend(Violation("O1", f"the conference {room.name} is still open", None, now) for room in rooms)
    for queue in sim.queues.by_sid.values():
        found.extend(Violation("O1", f"still waits in {queue.name}", e.call.sid, now) for e in queue.entries)
    return found
