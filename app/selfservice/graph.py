"""The ways through a flow: which nodes lead where, which can be reached, and which never end."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, assert_never

from app.selfservice.definition import FlowDefinition
from app.selfservice.nodes import (
    AnswerNode,
    AskingNode,
    AskNode,
    BranchNode,
    CallbackNode,
    ChooseNode,
    CloseNode,
    ConfirmNode,
    EndNode,
    GreetingNode,
    HangupNode,
    HoursNode,
    LanguageNode,
    LookupNode,
    MenuNode,
    MessageNode,
    NumberNode,
    PassingNode,
    QueueNode,
    RequestNode,
    SayNode,
    SetNode,
    VoicemailNode,
)

Edge = tuple[str, str]  # field of the node, target


class Way(NamedTuple):
    """One way out of a node: its field, where it leads, and whether the node is whole without it."""

    field: str
    target: str | None
    is_needed: bool = True


def ways(node: AskingNode | PassingNode | EndNode) -> list[Way]:
    """Every way out of a node, set or not."""
    match node:
        case MenuNode():
            options = [Way(f"options.{option.key}", option.next) for option in node.options]
            return [*options, Way("otherwise", node.otherwise, False)]
        case NumberNode():
            return [Way("next", node.next), Way("otherwise", node.otherwise, False)]
        case AskNode():
            zones = [Way("found", node.found), Way("unsure", node.unsure), Way("none", node.none)]
            return [*zones, Way("silence", node.silence, False), Way("otherwise", node.otherwise, False)]
        case ConfirmNode():
            return [Way("yes", node.yes), Way("no", node.no), Way("otherwise", node.otherwise, False)]
        case ChooseNode():
            return [Way("next", node.next), Way("none", node.none), Way("otherwise", node.otherwise, False)]
        case LanguageNode() | AnswerNode():
            return [Way("next", node.next), Way("otherwise", node.otherwise, False)]
        case HoursNode():
            return [Way("open", node.open), Way("closed", node.closed)]
        case GreetingNode() | SayNode() | SetNode() | MessageNode():
            return [Way("next", node.next)]
        case LookupNode():
            return [Way("found", node.found), Way("none", node.none)]
        case BranchNode():
            cases = [Way(f"cases.{n}", case.next) for n, case in enumerate(node.cases)]
            return [*cases, Way("otherwise", node.otherwise)]
        case RequestNode():
            return [Way("next", node.next), Way("failed", node.failed)]
        case CallbackNode() | VoicemailNode():
            return [Way("otherwise", node.otherwise)]
        case QueueNode():
            return [Way("closed", node.closed, False)]
        case CloseNode() | HangupNode():
            return []
        case _:
            assert_never(node)


def edges(node: AskingNode | PassingNode | EndNode) -> list[Edge]:
    """The links of a node that are set, by field name."""
    return [(way.field, way.target) for way in ways(node) if way.target is not None]


def open_ways(node: AskingNode | PassingNode | EndNode) -> list[str]:
    """The fields of links that a node needs and that are not set."""
    return [way.field for way in ways(node) if way.is_needed and way.target is None]


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
