"""Who hears whom, as it changes: intervals in the journal, from which any moment can be asked for afterwards.

A journal line `audio`/`hears` says that from now on a listener hears a speaker, `hears no more` that it ends. Coach,
hold and mute are in it already: the pair is there exactly while sound would pass (design of conferences: both in the
mix, speaker not muted, neither on hold, a coach heard by the coached party alone).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.calls import Call
from simulator.journal import Entry, EntryKind
from simulator.rooms import Conference, hears

if TYPE_CHECKING:
    from simulator.network import Simulator

BEGINS, ENDS = "hears", "hears no more"
Pair = tuple[str, str]  # CallSids of listener and speaker


@dataclass(frozen=True, slots=True)
class Interval:
    """A listener heard a speaker from `since` until `until` (virtual seconds; None = still)."""

    listener: str
    speaker: str
    since: float
    until: float | None

    def covers(self, t: float) -> bool:
        """Whether it includes the moment."""
        return self.since <= t and (self.until is None or t < self.until)


class Timeline:
    """The audio matrix of a run, read from journal lines (of memory or of a file)."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.intervals: list[Interval] = []
        began: dict[Pair, float] = {}
        for entry in entries:
            if entry.kind is not EntryKind.AUDIO:
                continue
            pair = (str(entry.detail["listener"]), str(entry.detail["speaker"]))
            if entry.title == BEGINS:
                began.setdefault(pair, entry.t)
            elif pair in began:
                self.intervals.append(Interval(*pair, began.pop(pair), entry.t))
        self.intervals.extend(Interval(*pair, since, None) for pair, since in began.items())

    def hears(self, listener: str, speaker: str, t: float) -> bool:
        """Whether the call `listener` heard the call `speaker` at `t`."""
        return any(i.listener == listener and i.speaker == speaker and i.covers(t) for i in self.intervals)

    def matrix(self, t: float) -> list[Pair]:
        """All (listener, speaker) pairs at `t`, sorted."""
        return sorted({(i.listener, i.speaker) for i in self.intervals if i.covers(t)})

    def seconds(self, listener: str, speaker: str, now: float) -> float:
        """How long one heard the other in all, until `now`."""
        return sum(
            (now if i.until is None else i.until) - i.since
            for i in self.intervals
            if i.listener == listener and i.speaker == speaker
        )


class Hearing:
    """Watches rooms and bridges, and writes the lines a Timeline is made of."""

    def __init__(self, sim: "Simulator") -> None:
        self._sim = sim
        self._pairs: dict[str, set[Pair]] = {}  # by ConferenceSid, or by the CallSid that dialled a bridge

    @property
    def now(self) -> set[Pair]:
        """All pairs of this moment."""
        return {pair for pairs in self._pairs.values() for pair in pairs}

    def room(self, conference: Conference) -> None:
        """Something changed in a conference."""
        present = conference.present
        pairs = {
            (listener.call.sid, speaker.call.sid)
            for listener in present
            for speaker in present
            if hears(listener, speaker) and not speaker.call.self_muted
        }
        self._settle(conference.sid, pairs)

    def bridge(self, parent: Call, other: Call | None) -> None:
        """Two legs of a Dial are connected, or (None) no longer."""
        pairs: set[Pair] = set()
        for listener, speaker in ((parent, other), (other, parent)):
            if listener is not None and speaker is not None and not speaker.self_muted:
                pairs.add((listener.sid, speaker.sid))
        self._settle(parent.sid, pairs if other is not None else set())

    def _settle(self, key: str, pairs: set[Pair]) -> None:
        before = self._pairs.get(key, set())
        for title, changed in ((ENDS, before - pairs), (BEGINS, pairs - before)):
            for listener, speaker in sorted(changed):
                heard_by = self._sim.calls.get(listener)
                if title == BEGINS and heard_by is not None and heard_by.met_at is None:
                    heard_by.met_at = self._sim.clock.now()
                self._sim.journal.add(EntryKind.AUDIO, title, listener=listener, speaker=speaker, where=key)
        if pairs:
            self._pairs[key] = pairs
        else:
            self._pairs.pop(key, None)
