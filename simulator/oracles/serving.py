"""O7 (no leg dialled twice), O10 (webhooks answered in time), O11 (forged requests refused), over the journal."""

import math
from collections.abc import Sequence
from urllib.parse import parse_qs

from simulator.journal import Entry, EntryKind
from simulator.oracles.violation import Violation

HANDLER_MS = 1_000.0  # real ms
REFUSED = "403"
QUANTILE = 0.99
SAMPLES = 100  # fewer have no 99th percentile to speak of


def doubled_legs(entries: Sequence[Entry]) -> list[Violation]:
    """O7: two legs made for one order: the same `leg` parameter in To or in the status callback."""
    seen: dict[str, str] = {}
    found: list[Violation] = []
    for entry in entries:
        if entry.kind is not EntryKind.REST or entry.detail.get("operation") not in (
            "CreateCall",
            "CreateParticipant",
        ):
            continue
        if entry.detail["status"] not in (201, 504):
            continue
        order = _order_of(dict(entry.detail["form"]))
        if order is None:
            continue
        if order in seen:
            found.append(Violation("O7", f"the leg {order} was dialled twice", entry.call_sid, entry.t))
        seen[order] = entry.call_sid or ""
    return found


def _order_of(form: dict[str, str]) -> str | None:
    for name in ("To", "StatusCallback"):
        query = form.get(name, "").partition("#")[0].partition("?")[2]
        if values := parse_qs(query).get("leg"):
            return values[0]
    return None


def slow_webhooks(entries: Sequence[Entry]) -> list[Violation]:
    """O10: the 99th percentile of the answer times is above a second."""
    times = sorted(
        entry.detail["ms"]
        for entry in entries
        if entry.kind is EntryKind.WEBHOOK and str(entry.detail["status"]).isdecimal()
    )
    if len(times) < SAMPLES:
        return []
    worst = times[min(len(times) - 1, math.ceil(QUANTILE * len(times)) - 1)]
    if worst < HANDLER_MS:
        return []
    return [Violation("O10", f"99 of 100 webhooks take up to {worst} ms", None, entries[-1].t)]


def forged(entries: Sequence[Entry]) -> list[Violation]:
    """O11: a forged request that was not refused with 403."""
    return [
        Violation("O11", f"{e.detail['forged']} was answered {e.detail['status']}", e.call_sid, e.t)
        for e in entries
        if e.kind is EntryKind.WEBHOOK and e.detail.get("forged") and e.detail["status"] != REFUSED
    ]
