"""How what is asked of an agent becomes less while a contact waits: a queue's `relax_steps`. Pure.

A queue's rule is a list such as

    [{"after": 30, "lower_by": 1}, {"after": 60, "drop": ["lang:en"]}]

`after` counts seconds of the true wait, and grows from step to step. `lower_by` takes so many levels off every level
asked for, never below 1; `drop` stops asking for the skills it names. Each step builds on the one before. Without a
rule nothing is ever relaxed (R09).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import InvalidInput

LOWEST_LEVEL = 1
MAX_STEPS = 20
MAX_AFTER = 7 * 24 * 3600.0  # seconds

EngineStep = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RelaxStep:
    """From `after` seconds of waiting on: levels `lower_by` lower, skills `drop` not asked for."""

    after: float
    lower_by: int = 0
    drop: tuple[str, ...] = ()


def parse_relax_steps(raw: object, field: str = "relax_steps") -> tuple[RelaxStep, ...]:
    """A queue's rule as stored. Raises InvalidInput naming the part that is wrong."""
    if not isinstance(raw, list):
        raise InvalidInput.of(field, 'must be a list such as [{"after": 30, "lower_by": 1}]')
    if len(raw) > MAX_STEPS:
        raise InvalidInput.of(field, f"must not have more than {MAX_STEPS} steps")
    steps: list[RelaxStep] = []
    for n, item in enumerate(raw):
        step = _step(item, f"{field}[{n}]")
        if steps and step.after <= steps[-1].after:
            raise InvalidInput.of(f"{field}[{n}].after", "must be later than that of the step before")
        steps.append(step)
    return tuple(steps)


def _step(raw: object, field: str) -> RelaxStep:
    if not isinstance(raw, Mapping) or not set(raw) <= {"after", "lower_by", "drop"}:
        raise InvalidInput.of(field, "must be an object with after, and lower_by or drop")
    after = raw.get("after")
    if isinstance(after, bool) or not isinstance(after, int | float) or not 0 < after <= MAX_AFTER:
        raise InvalidInput.of(
            f"{field}.after", f"must be a number of seconds above 0, {MAX_AFTER:.0f} at most"
        )
    if ("lower_by" in raw) == ("drop" in raw):
        raise InvalidInput.of(field, "must have one of lower_by and drop")
    if "lower_by" in raw:
        lower_by = raw["lower_by"]
        if isinstance(lower_by, bool) or not isinstance(lower_by, int) or not 1 <= lower_by <= 4:
            raise InvalidInput.of(f"{field}.lower_by", "must be a whole number from 1 to 4")
        return RelaxStep(after, lower_by=lower_by)
    drop = raw["drop"]
    if not isinstance(drop, list) or not drop or not all(isinstance(one, str) and one for one in drop):
        raise InvalidInput.of(f"{field}.drop", "must be a list of skills")
    return RelaxStep(after, drop=tuple(dict.fromkeys(drop)))


def demand_steps(required: Mapping[str, int], relax: tuple[RelaxStep, ...]) -> list[EngineStep]:
    """The engine's steps of a contact that needs `required`: first all of it, then what each step leaves. Empty
    when nothing is required."""
    if not required:
        return []
    steps: list[EngineStep] = []
    wanted, since = dict(required), 0.0
    for step in relax:
        relaxed = {
            skill: max(level - step.lower_by, min(level, LOWEST_LEVEL))
            for skill, level in wanted.items()
            if skill not in step.drop
        }
        if relaxed != wanted:
            steps.append({"skills": wanted, "for": step.after - since})
            wanted, since = relaxed, step.after
    if wanted:
        steps.append({"skills": wanted, "for": None})
    return steps
