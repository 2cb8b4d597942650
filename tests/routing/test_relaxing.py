"""Skills asked for less and less: the steps a contact gets from its queue's rule."""

from typing import Any

import pytest

from app.core.errors import InvalidInput
from app.routing.relaxing import demand_steps, parse_relax_steps

NEEDS = {"lang:en": 4, "returns": 2}


def steps(*rule: dict[str, Any], required: dict[str, int] | None = None) -> list[dict[str, Any]]:
    return demand_steps(NEEDS if required is None else required, parse_relax_steps(list(rule)))


def test_without_a_rule_a_skill_is_never_relaxed() -> None:
    assert steps() == [{"skills": NEEDS, "for": None}]


def test_a_contact_that_needs_nothing_has_no_steps() -> None:
    assert steps({"after": 30, "lower_by": 1}, required={}) == []


def test_levels_sink_at_the_named_instants_and_never_below_one() -> None:
    assert steps({"after": 30, "lower_by": 1}, {"after": 90, "lower_by": 4}) == [
        {"skills": {"lang:en": 4, "returns": 2}, "for": 30},
        {"skills": {"lang:en": 3, "returns": 1}, "for": 60},
        {"skills": {"lang:en": 1, "returns": 1}, "for": None},
    ]


def test_after_the_last_skill_is_dropped_anyone_of_the_queue_will_do() -> None:
    assert steps({"after": 20, "drop": ["returns"]}, {"after": 50, "drop": ["lang:en"]}) == [
        {"skills": NEEDS, "for": 20},
        {"skills": {"lang:en": 4}, "for": 30},
    ]


def test_a_step_that_changes_nothing_for_this_contact_is_left_out() -> None:
    assert steps({"after": 20, "drop": ["lang:ja"]}, {"after": 50, "drop": ["lang:en"]}) == [
        {"skills": NEEDS, "for": 50},
        {"skills": {"returns": 2}, "for": None},
    ]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({}, "relax_steps"),
        ([7], "relax_steps[0]"),
        ([{"after": 0, "lower_by": 1}], "relax_steps[0].after"),
        ([{"after": True, "lower_by": 1}], "relax_steps[0].after"),
        ([{"after": 9}], "relax_steps[0]"),
        ([{"after": 9, "lower_by": 1, "drop": ["x"]}], "relax_steps[0]"),
        ([{"after": 9, "lower_by": 0}], "relax_steps[0].lower_by"),
        ([{"after": 9, "drop": []}], "relax_steps[0].drop"),
        ([{"after": 9, "lower_by": 1}, {"after": 9, "lower_by": 1}], "relax_steps[1].after"),
    ],
)
def test_a_wrong_rule_is_refused_by_the_name_of_its_part(rule: object, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_relax_steps(rule)
    assert caught.value.errors[0].field == field
