"""O1: nothing is left over. O3: nobody has two calls at once."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.journal import Entry, EntryKind
from simulator.oracles.facts import CallFacts, calls_of
from simulator.oracles.violation import Violation

if TYPE_CHECKING:
    from simulator.network import Simulator

GRACE = 60.0  # virtual s after the last one left


def live_leftovers(sim: "Simulator") -> list[Violation]:
    """O1 and O2 of this moment."""
    now = sim.clock.now()
    live = [call for call in sim.calls.values() if call.live]
    found = [Violation("O1", f"the call is still {call.status.value}", call.sid, now) for call in live]
    silences = ((call, sim.audio.too_silent(call)) for call in live)
    found.extend(Violation("O2", complaint, call.sid, now) for call, complaint in silences if complaint)
    rooms = [c for c in sim.conferences.by_sid.values() if c.ended is None and c.participants]
    found.extend(Violation("O1", f"the conference {room.name} is still open", None, now) for room in rooms)
    for queue in sim.queues.by_sid.values():
        found.extend(Violation("O1", f"still waits in {queue.name}", e.call.sid, now) for e in queue.entries)
    return found


def leftovers(entries: Sequence[Entry]) -> list[Violation]:
    """O1 over a journal: what is open at its end although the last person left more than 60 s before."""
    if not entries:
        return []
    calls, end = calls_of(entries), entries[-1].t
    people = [c for c in calls.values() if c.is_customer or c.to.startswith("client:")]
    gone = [c.ended for c in people if c.ended is not None]
    if (
        any(c.ended is None and c.direction == "inbound" for c in people)
        or not gone
        or end - max(gone) <= GRACE
    ):
        return []
    found = [
        Violation("O1", f"the call is still {c.status}", c.sid, end)
        for c in calls.values()
        if c.ended is None
    ]
    rooms: dict[str, str] = {}
    waiting: dict[str, str] = {}
    for entry in entries:
        if entry.kind is EntryKind.CONFERENCE and entry.title == "created":
            rooms[entry.detail["conference_sid"]] = entry.detail["name"]
        elif entry.kind is EntryKind.CONFERENCE and entry.title == "ended":
            rooms.pop(entry.detail["conference_sid"], None)
        elif entry.kind is EntryKind.QUEUE and entry.call_sid and entry.title in ("entered", "left"):
            if entry.title == "entered":
                waiting[entry.call_sid] = entry.detail["name"]
            else:
                waiting.pop(entry.call_sid, None)
    found.extend(
        Violation("O1", f"the conference {name} is still open", None, end) for name in rooms.values()
    )
    found.extend(Violation("O1", f"still waits in {name}", sid, end) for sid, name in waiting.items())
    return found


def two_legs(entries: Sequence[Entry]) -> list[Violation]:
    """O3: two answered legs of one softphone that overlap."""
    by_agent: dict[str, list[CallFacts]] = {}
    for call in calls_of(entries).values():
        agent = call.from_ if call.direction == "inbound" else call.to
        if agent.startswith("client:") and call.answered is not None:
            by_agent.setdefault(agent, []).append(call)
    found: list[Violation] = []
    for agent, legs in by_agent.items():
        legs.sort(key=lambda leg: leg.answered or 0.0)
        for before, leg in pairwise(legs):
            if leg.answered is not None and (before.ended is None or before.ended > leg.answered):
                found.append(Violation("O3", f"{agent} has two live legs", leg.sid, leg.answered))
    return found
