"""Every text a flow has of its own, with the values it may use. Pure."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from app.selfservice.definition import FlowDefinition
from app.selfservice.nodes import (
    AnswerNode,
    AskNode,
    ChooseNode,
    CloseNode,
    ConfirmNode,
    GreetingNode,
    HangupNode,
    LeavingNode,
    MenuNode,
    MessageNode,
    NumberNode,
    RequestNode,
    SayNode,
    Text,
)
from app.selfservice.values import names

OWN_VALUES: Final = frozenset({"name", "company", "opening"})  # of every text
RESERVED: Final = OWN_VALUES | {"daypart", "title", "topic", "locale"}
REQUEST_VALUES: Final = frozenset({"topic", "locale"})  # of web requests, beside what was collected


class OwnText(NamedTuple):
    """One text: its node (None: the flow), its field, and the values it may use."""

    node: str | None
    field: str
    text: Text
    values: frozenset[str]


def all_texts(flow: FlowDefinition) -> Iterator[OwnText]:
    """Every text of the flow, in the order of its nodes."""
    nothing: frozenset[str] = frozenset()
    yield OwnText(None, "name", flow.name, nothing)
    yield OwnText(None, "company", flow.company, nothing)
    for key, topic in flow.topics.items():
        yield OwnText(None, f"topics.{key}.label", topic.label, nothing)
    usual = OWN_VALUES | names(flow)
    for node in flow.nodes:
        match node:
            case GreetingNode():
                own = [("known", node.known), ("unknown", node.unknown), ("withheld", node.withheld)]
                allowed = usual | {"daypart"}
            case AnswerNode():
                own, allowed = [("intro", node.intro)], usual | {"title"}
            case ChooseNode():
                own, allowed = [("intro", node.intro)], usual
            case MessageNode():
                own, allowed = [("text", node.text)], usual
            case MenuNode():
                own, allowed = [("prompt", node.prompt), ("written", node.written)], usual
            case (
                SayNode()
                | AskNode()
                | ConfirmNode()
                | NumberNode()
                | RequestNode()
                | CloseNode()
                | HangupNode()
            ):
                own, allowed = [("prompt", node.prompt)], usual
            case _ if isinstance(node, LeavingNode):
                own, allowed = [("prompt", node.prompt)], usual
            case _:
                continue
        yield from (OwnText(node.id, field, text, allowed) for field, text in own if text is not None)
        if isinstance(node, MenuNode):
            for option in node.options:
                yield OwnText(node.id, f"options.{option.key}.label", option.label, nothing)
