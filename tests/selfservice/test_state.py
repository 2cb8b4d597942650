"""A stored state comes back as it was; anything else is refused by the name of the field."""

import json
from typing import Any

import pytest

from app.selfservice.statejson import InvalidStateError, from_json, to_json
from app.selfservice.turns import Zone
from tests.selfservice.calls import PARCEL, RETURN, Call


def stored() -> dict[str, Any]:
    call = Call().press("3").say("包裹").find(Zone.CHOOSE, PARCEL, RETURN).press("2", "2")
    loaded: dict[str, Any] = json.loads(json.dumps(to_json(call.turn.state)))
    assert from_json(loaded) == call.turn.state
    return loaded


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema", 2),
        ("steps", True),
        ("locale", "fr"),
        ("node", None),
        ("facts", []),
        ("skills", ["a", 1]),
        ("path", ["a"]),
        ("candidates", {}),
        ("attempts", {"menu": "one"}),
        ("reason", "because"),
    ],
)
def test_a_state_of_another_shape_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidStateError, match=f"'{field}.*start the flow again"):
        from_json({**stored(), field: value})


def test_a_nested_fault_is_named_with_its_place() -> None:
    data = stored()
    data["path"][1]["at"] = "yesterday"
    with pytest.raises(InvalidStateError, match=r"path\[1\]\.at"):
        from_json(data)


def test_the_state_of_a_long_call_stays_small() -> None:
    assert len(json.dumps(stored(), ensure_ascii=False)) < 4000
