"""The ways through a flow: which nodes lead where, which can be reached, and which never end."""

from collections.abc import Callable, Iterable
from typing import assert_never

from app.selfservice.definition import (
    AnswerNode,
    AskingNode,
    AskNode,
    ChooseNode,
    CloseNode,
    ConfirmNode,
    EndNode,
    FlowDefinition,
    GreetingNode,
    HangupNode,
    HoursNode,
    LanguageNode,
    MenuNode,
    PassingNode,
    QueueNode,
    SayNode,
    SetNode,
)

Edge = tuple[str, str]  # field of the node, target


def edges(node: AskingNode | PassingNode | EndNode) -> list[Edge]:
    """The links of a node that are set, by field name."""
    match node:
        case MenuNode():
            options = [(f"options.{option.key}", option.next) for option in node.options]
            return [*options, *_set(("otherwise", node.otherwise))]
        case AskNode():
            zones = (("found", node.found), ("unsure", node.unsure), ("none", node.none))
            return [*zones, *_set(("silence", node.silence), ("otherwise", node.otherwise))]
        case ConfirmNode():
            return [("yes", node.yes), ("no", node.no), *_set(("otherwise", node.otherwise))]
        case ChooseNode():
            return [("next", node.next), ("none", node.none), *_set(("otherwise", node.otherwise))]
        case LanguageNode() | AnswerNode():
            return [("next", node.next), *_set(("otherwise", node.otherwise))]
        case HoursNode():
            return [("open", node.open), ("closed", node.closed)]
        case GreetingNode() | SayNode() | SetNode():
            return [("next", node.next)]
        case QueueNode():
            return _set(("closed", node.closed))
        case CloseNode() | HangupNode():
            return []
        case _:
            assert_never(node)


def _set(*links: tuple[str, str | None]) -> list[Edge]:
    return [(field, target) for field, target in links if target is not None]


def reachable(flow: FlowDefinition) -> set[str]:
    """Ids of the nodes a contact can come to, from the start or by key 0."""
    return _spread((flow.start, flow.human), lambda node_id: _targets(flow, node_id))


def dead_ends(flow: FlowDefinition) -> list[str]:
    """Ids of nodes from which no way leads to a queue or an end."""
    sources: dict[str, list[str]] = {}
    for node in flow.by_id.values():
        for _, target in edges(node):
            sources.setdefault(target, []).append(node.id)
    ends = [node.id for node in flow.by_id.values() if isinstance(node, EndNode)]
    good = _spread(ends, lambda node_id: sources.get(node_id, []))
    return [node_id for node_id in flow.by_id if node_id not in good]


def silent_circles(flow: FlowDefinition) -> list[str]:
    """Ids of nodes that lead back to themselves through nodes that ask nothing."""

    def passing(node_id: str) -> list[str]:
        node = flow.by_id.get(node_id)
        return [] if node is None or isinstance(node, AskingNode) else _targets(flow, node_id)

    return [node_id for node_id in flow.by_id if node_id in _spread(passing(node_id), passing)]


def _targets(flow: FlowDefinition, node_id: str) -> list[str]:
    node = flow.by_id.get(node_id)
    return [target for _, target in edges(node)] if node is not None else []


def _spread(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        node_id = waiting.pop()
        if node_id not in seen:
            seen.add(node_id)
            waiting.extend(following(node_id))
    return seen
