"""Two states of an article side by side, field by field. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every field that differs between two entries as JSON: `{field, before, after}`, by name.

    Fields are named as in a request, `contents.zh-Hant.answer`; lists are compared whole; a language only one side has
    is null on the other.
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        {"field": field, "before": old.get(field), "after": new.get(field)}
        for field in sorted(old.keys() | new.keys())
        if old.get(field) != new.get(field)
    ]


def _leaves(value: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _leaves(inner, f"{at}{name}.")
        else:
            yield f"{at}{name}", inner
