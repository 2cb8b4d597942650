"""The published cases: read as they stand, with their reference values.

A case has classes with `lam_per_hour`, `aht` and `patience` (all exponential), pools, a table rank[class][pool]
(0: cannot serve) and `reference`. Its agents are connected at once and have no wrap-up.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import FieldError, InvalidInput
from app.routing.simulation.scenario import (
    MOST_AGENTS,
    ContactClass,
    Exponential,
    Name,
    Poisson,
    Pool,
    Positive,
    Reference,
    Rules,
    Scenario,
    Seconds,
)

CONTACTS = 60_000  # of which a sixth is warm-up


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)


class _Class(_Part):
    name: Name
    lam_per_hour: Positive
    aht: Positive
    patience: Positive | None = None
    priority: Annotated[int, Field(ge=1, le=9)] = 5


class _Pool(_Part):
    name: Name
    n: Annotated[int, Field(ge=1, le=MOST_AGENTS)]


class Case(_Part):
    """One case of the published examples; further fields of it are passed over."""

    id: Name
    title: str = ""
    classes: Annotated[list[_Class], Field(min_length=1)]
    pools: Annotated[list[_Pool], Field(min_length=1)]
    rank: list[list[Annotated[int, Field(ge=0)]]]
    max_waiting: Annotated[int, Field(ge=0)] | None = None
    target_seconds: Seconds = 20
    reference: dict[str, dict[str, Reference]] = {}


def is_case(raw: Mapping[str, Any]) -> bool:
    """Whether this is a published case, not a scenario."""
    return "rank" in raw and "id" in raw


def as_scenario(case: Case) -> Scenario:
    """The same floor, written as a scenario. Raises InvalidInput when the table of ranks has the wrong size."""
    if [len(row) for row in case.rank] != [len(case.pools)] * len(case.classes):
        want = f"{len(case.classes)} rows (classes) of {len(case.pools)} numbers (pools)"
        raise InvalidInput("the case does not fit together", errors=[FieldError("rank", f"must be {want}")])
    return Scenario(
        name=case.id,
        title=case.title,
        classes=[
            ContactClass(
                name=row.name,
                arrivals=Poisson(kind="poisson", per_hour=row.lam_per_hour),
                handle_time=Exponential(kind="exponential", mean=row.aht),
                patience=None if row.patience is None else Exponential(kind="exponential", mean=row.patience),
                priority=row.priority,
            )
            for row in case.classes
        ],
        pools=[
            Pool(
                name=pool.name,
                agents=pool.n,
                queues={
                    row.name: case.rank[kind][column]
                    for kind, row in enumerate(case.classes)
                    if case.rank[kind][column] > 0
                },
            )
            for column, pool in enumerate(case.pools)
        ],
        rules=Rules(max_waiting=case.max_waiting),
        target_seconds=case.target_seconds,
        contacts=CONTACTS,
        reference=case.reference,
    )
