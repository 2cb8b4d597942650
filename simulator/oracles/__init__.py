"""What must hold after every scenario, whatever went wrong: O1 to O13.

| oracle | what | needs |
|---|---|---|
| O1 | nothing live is left: no call, room or queue member 60 s after the last one left | journal |
| O2 | no customer in silence for more than 30 s | watched as it happens |
| O3 | an agent never has two live legs | journal |
| O4 | the customer never hears a coach, a consulted party, or agents among themselves | journal |
| O5 | nothing recorded in a pause, and nothing on a recording its party did not hear | journal |
| O6 | the product's state is the network's, times within 1 s | report |
| O7 | as many legs as were meant, none dialled twice | journal, report |
| O8 | one outcome, one wrap-up at most, one survey answer at most | report |
| O9 | every document, request and URL valid | watched as it happens |
| O10 | 99 of 100 webhooks answered within 1 real second | journal |
| O11 | forged requests are refused with 403 and leave no row | journal, report |
| O12 | callers are served in the router's order | journal, report |
| O13 | offered = answered + abandoned + voicemail + callback + waiting | report |

`Simulator.oracles(report)` checks a run that is there; `check_journal(entries, report)` a journal, also of a file.
A `ProductReport` is the product's own account of what happened; without it the oracles that need it are silent.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.journal import Entry
from simulator.oracles.leftovers import leftovers, live_leftovers, two_legs
from simulator.oracles.privacy import overheard, recorded
from simulator.oracles.report import ProductReport, ReportedContact
from simulator.oracles.serving import doubled_legs, forged, slow_webhooks
from simulator.oracles.truth import compare
from simulator.oracles.violation import Violation

if TYPE_CHECKING:
    from simulator.network import Simulator

__all__ = ["ProductReport", "ReportedContact", "Violation", "check_journal", "find_violations"]
JOURNAL_ORACLES = (two_legs, overheard, recorded, doubled_legs, slow_webhooks, forged)


def check_journal(entries: Sequence[Entry], report: ProductReport | None = None) -> list[Violation]:
    """Everything wrong in a journal; O2 and O9 are in it as lines of kind `error`."""
    found = [violation for oracle in JOURNAL_ORACLES for violation in oracle(entries)]
    found += leftovers(entries)
    found += [
        Violation(e.detail["oracle"], e.title.partition(": ")[2], e.call_sid, e.t)
        for e in entries
        if "oracle" in e.detail
    ]
    return found + (compare(entries, report) if report else [])


def find_violations(sim: "Simulator", report: ProductReport | None = None) -> list[Violation]:
    """All violations so far, and what is wrong at this moment (O1 and O2 once everybody has hung up)."""
    entries = list(sim.journal)
    found = list(sim.violations) + live_leftovers(sim)
    known = {(v.oracle, v.call_sid) for v in found}
    for oracle in JOURNAL_ORACLES:
        found += [v for v in oracle(entries) if (v.oracle, v.call_sid) not in known]
    return found + (compare(entries, report) if report else [])
