"""The flows of the demo shop: one answers the telephone, one the chat of the shop's page."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from app.selfservice.definition import FlowDefinition

_CHAT_STEPS: Final = (
    "greeting",
    "hours",
    "ask_question",
    "choose",
    "answer",
    "helped",
    "solved",
    "to_agent",
    "closed_notice",
)
_CHAT_QUESTION: Final = {
    "zh-Hant": "請直接輸入您的問題，例如：多久可以收到包裹？",
    "zh-Hans": "请直接输入您的问题，例如：多久可以收到包裹？",
    "en": "Please type your question, for example: how long does delivery take?",
}


@cache
def demo_flow() -> FlowDefinition:
    """The telephone's flow, as published in version 1."""
    return FlowDefinition.load(_stored())


@cache
def demo_chat_flow() -> FlowDefinition:
    """The chat's flow: the question at once, without a menu; topics and queues are the telephone's."""
    flow: dict[str, Any] = json.loads(_stored())
    flow["key"] = "web_chat"
    flow["name"] = {"zh-Hant": "網站對話", "zh-Hans": "网站对话", "en": "Web chat"}
    steps = {step["id"]: step for step in flow["nodes"] if step["id"] in _CHAT_STEPS}
    steps["hours"]["open"] = "ask_question"
    steps["ask_question"]["prompt"] = _CHAT_QUESTION
    flow["nodes"] = list(steps.values())
    return FlowDefinition.load(json.dumps(flow).encode())


def _stored() -> bytes:
    return files(__package__).joinpath("demo_flow.json").read_bytes()
