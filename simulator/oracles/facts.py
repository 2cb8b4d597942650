"""The life of every call, read from a journal."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.calls import TERMINAL, CallStatus
from simulator.journal import Entry, EntryKind

CUSTOMER = "customer"
FINAL = {status.value for status in TERMINAL}


@dataclass(slots=True)
class CallFacts:
    """One call of the run; times are virtual seconds, None = never."""

    sid: str
    direction: str
    from_: str
    to: str
    created: float
    answered: float | None = None
    ended: float | None = None
    status: str = "queued"
    labels: set[str] = field(default_factory=set)

    @property
    def is_customer(self) -> bool:
        """Whether a customer is at it: somebody who called us, or a leg labelled so."""
        return (self.direction == "inbound" and not self.from_.startswith("client:")) or any(
            label.startswith(CUSTOMER) for label in self.labels
        )


def calls_of(entries: Iterable[Entry]) -> dict[str, CallFacts]:
    """All calls by SID, in the order they were made."""
    found: dict[str, CallFacts] = {}
    for entry in entries:
        sid = entry.call_sid
        if sid is None:
            continue
        if entry.kind is EntryKind.CALL and entry.title == "created":
            detail = entry.detail
            found[sid] = CallFacts(sid, detail["direction"], detail["from"], detail["to"], entry.t)
        call = found.get(sid)
        if call is None:
            continue
        if entry.kind is EntryKind.CALL and entry.title == CallStatus.IN_PROGRESS:
            call.status, call.answered = entry.title, entry.t
        elif entry.kind is EntryKind.CALL and entry.title in FINAL:
            call.status, call.ended = entry.title, entry.t
        elif entry.kind is EntryKind.CONFERENCE and entry.detail.get("label"):
            call.labels.add(entry.detail["label"])
    return found
