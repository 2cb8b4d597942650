"""Two states of a flow side by side, node by node. Where a node is drawn is no difference. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.selfservice.definition import FlowDefinition

_NOT_COMPARED = frozenset({"version", "schema_version", "nodes", "key"})


def differences(before: FlowDefinition, after: FlowDefinition) -> list[dict[str, Any]]:
    """Every field that differs: `{node, field, before, after}`. `node` is null for the flow's own fields.

    Fields are named as in the document, `prompt.zh-Hant`, with the choices of a menu by key, `options.2.next`. A step
    that only one side has is one line with the field '' and the whole node.
    """
    found = [{"node": None, **change} for change in _changes(_own(before), _own(after))]
    old, new = (_steps(flow) for flow in (before, after))
    for node_id in dict.fromkeys((*old, *new)):
        if node_id not in old or node_id not in new:
            sides = {"before": old.get(node_id), "after": new.get(node_id)}
            found.append({"node": node_id, "field": "", **sides})
        else:
            found += [{"node": node_id, **change} for change in _changes(old[node_id], new[node_id])]
    return found


def _own(flow: FlowDefinition) -> dict[str, Any]:
    return {k: v for k, v in flow.model_dump(mode="json").items() if k not in _NOT_COMPARED}


def _steps(flow: FlowDefinition) -> dict[str, dict[str, Any]]:
    return {node.id: node.model_dump(mode="json", exclude={"position", "id"}) for node in flow.by_id.values()}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for field in dict.fromkeys((*old, *new)):
        if old.get(field) != new.get(field):
            yield {"field": field, "before": old.get(field), "after": new.get(field)}


def _leaves(value: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, list) and inner and all(isinstance(x, dict) and "key" in x for x in inner):
            inner = {one["key"]: one for one in inner}
        if isinstance(inner, Mapping) and inner:
            yield from _leaves(inner, f"{at}{name}.")
        else:
            yield f"{at}{name}", inner
