"""O6, O7, O8, O11, O12, O13: the product's account against the journal."""

from collections.abc import Sequence

from simulator.journal import Entry, EntryKind
from simulator.oracles.facts import CallFacts, calls_of
from simulator.oracles.report import ProductReport, ReportedContact
from simulator.oracles.violation import Violation

TOLERANCE = 1.0  # s


def compare(entries: Sequence[Entry], report: ProductReport) -> list[Violation]:
    """Everything in which the product and the network disagree."""
    end = entries[-1].t if entries else 0.0
    calls = calls_of(entries)
    found: list[Violation] = []
    for contact in report.contacts:
        found += _state(contact, calls.get(contact.call_sid), end)
        found += _once(contact, end)
    told = {contact.call_sid for contact in report.contacts} | report.turned_away
    if report.contacts:
        found += [
            Violation("O6", "the product knows nothing of this call", call.sid, end)
            for call in calls.values()
            if call.direction == "inbound" and not call.from_.startswith("client:") and call.sid not in told
        ]
    found += _legs(report, calls, end) + _rows(report, end) + _order(report, entries, end)
    return found + _counts(report, end)


def _state(contact: ReportedContact, call: CallFacts | None, end: float) -> list[Violation]:
    if call is None:
        return [Violation("O6", "the network knows no such call", contact.call_sid, end)]
    wrong: list[str] = []
    if contact.is_closed is not (call.ended is not None):
        wrong.append(f"closed is {contact.is_closed}, the call is {call.status}")
    pairs = {"answered": (contact.answered_at, call.answered), "ended": (contact.ended_at, call.ended)}
    for name, (told, seen) in pairs.items():
        if told is not None and (seen is None or abs(told - seen) > TOLERANCE):
            wrong.append(f"{name} at {told}, the network says {seen}")
    return [Violation("O6", message, contact.call_sid, end) for message in wrong]


def _once(contact: ReportedContact, end: float) -> list[Violation]:
    wrong: list[str] = []
    if contact.is_closed and len(contact.outcomes) != 1:
        wrong.append(f"has {len(contact.outcomes)} outcomes")
    if contact.wrap_ups > 1:
        wrong.append(f"has {contact.wrap_ups} wrap-ups")
    if contact.survey_answers > 1:
        wrong.append(f"has {contact.survey_answers} survey answers")
    return [Violation("O8", message, contact.call_sid, end) for message in wrong]


def _legs(report: ProductReport, calls: dict[str, CallFacts], end: float) -> list[Violation]:
    made = sum(call.direction == "outbound-api" for call in calls.values())
    if report.legs_meant is None or report.legs_meant == made:
        return []
    return [Violation("O7", f"{made} legs were made, {report.legs_meant} were meant", None, end)]


def _rows(report: ProductReport, end: float) -> list[Violation]:
    tables = report.rows_before_attack.keys() | report.rows_after_attack.keys()
    return [
        Violation("O11", f"forged requests changed {table} from {before} to {after} rows", None, end)
        for table in sorted(tables)
        if (before := report.rows_before_attack.get(table, 0))
        != (after := report.rows_after_attack.get(table, 0))
    ]


def _order(report: ProductReport, entries: Sequence[Entry], end: float) -> list[Violation]:
    """Callers taken out of the queue to talk, in the order the router gave them away."""
    if report.served is None:
        return []
    taken = [
        entry.call_sid
        for entry in entries
        if entry.kind is EntryKind.QUEUE
        and entry.title == "left"
        and entry.detail["result"] in ("redirected", "bridged")
    ]
    meant = [sid for sid in report.served if sid in taken]
    seen = [sid for sid in taken if sid in meant]
    if meant == seen:
        return []
    first = (
        next(i for i, (a, b) in enumerate(zip(meant, seen, strict=False)) if a != b) if meant and seen else 0
    )
    return [
        Violation("O12", f"the router's caller number {first + 1} was not the next served", meant[first], end)
    ]


def _counts(report: ProductReport, end: float) -> list[Violation]:
    counts = report.counts
    if counts is None:
        return []
    parts = counts.answered + counts.abandoned + counts.voicemail + counts.callback + counts.waiting
    if counts.offered == parts:
        return []
    return [Violation("O13", f"{counts.offered} were offered, but the parts add up to {parts}", None, end)]
