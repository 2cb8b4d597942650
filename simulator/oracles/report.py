"""The product's own account of a run, for the oracles that compare it with what the network saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class ReportedContact:
    """One contact as the product knows it. Times are virtual seconds since the epoch, None = never."""

    call_sid: str
    is_closed: bool
    outcomes: tuple[str, ...] = ()
    wrap_ups: int = 0
    survey_answers: int = 0
    answered_at: float | None = None
    ended_at: float | None = None
    parties: frozenset[str] = frozenset()  # CallSids of everybody the product says was in it


@dataclass(frozen=True, slots=True)
class ReportedCounts:
    """What the product's metrics say."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    voicemail: int = 0
    callback: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class ProductReport:
    """Everything the product says. What is None is not compared."""

    contacts: tuple[ReportedContact, ...] = ()
    legs_meant: int | None = None  # legs the product ordered
    served: tuple[str, ...] | None = None  # CallSids of callers in the order the router gave them to agents
    counts: ReportedCounts | None = None
    turned_away: frozenset[str] = frozenset()  # CallSids of callers who were not let in, on purpose
    rows_before_attack: Mapping[str, int] = field(default_factory=dict)  # rows by table, without the counter
    rows_after_attack: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ProductReport":
        """From decoded JSON; raises ValueError naming a field that is not known or not of its shape."""
        _refuse_unknown(data, cls, "report")
        contacts = []
        for i, item in enumerate(data.get("contacts", [])):
            _refuse_unknown(item, ReportedContact, f"contacts[{i}]")
            more = {
                "parties": frozenset(item.get("parties", ())),
                "outcomes": tuple(item.get("outcomes", ())),
            }
            contacts.append(ReportedContact(**{**item, **more}))
        counts = data.get("counts")
        if counts is not None:
            _refuse_unknown(counts, ReportedCounts, "counts")
        served = data.get("served")
        return cls(
            contacts=tuple(contacts),
            legs_meant=data.get("legs_meant"),
            served=None if served is None else tuple(served),
            turned_away=frozenset(data.get("turned_away", ())),
            counts=None if counts is None else ReportedCounts(**counts),
            rows_before_attack=dict(data.get("rows_before_attack", {})),
            rows_after_attack=dict(data.get("rows_after_attack", {})),
        )


def _refuse_unknown(data: object, shape: type[Any], where: str) -> None:
    if not isinstance(data, Mapping):
        raise ValueError(f"{where}: must be an object")
    known = {f.name for f in fields(shape)}
    for name in data:
        if name not in known:
            raise ValueError(f"{where}.{name}: is not a known field (known: {', '.join(sorted(known))})")
