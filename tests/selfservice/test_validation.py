"""Each planted fault is found, at its node, with a way out; the demo flow has none."""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from app.selfservice.definition import FlowDefinition
from app.selfservice.demo_flow import demo_flow
from app.selfservice.validation import Severity, validate

Document = dict[str, Any]
Spoil = Callable[[Document, dict[str, Document]], object]


def document() -> Document:
    loaded: Document = json.loads(
        files("app.selfservice").joinpath("demo_flow.json").read_text(encoding="utf-8")
    )
    return loaded


def test_the_demo_flow_is_sound() -> None:
    skills = {"lang:zh", "lang:en", "orders", "returns", "products"}
    assert validate(demo_flow(), queues={"orders", "returns", "products", "vip"}, skills=skills) == []


def test_the_demo_flow_survives_saving() -> None:
    assert FlowDefinition.load(demo_flow().model_dump_json(exclude_defaults=True)) == demo_flow()


def test_a_changed_copy_knows_its_own_nodes() -> None:
    flow = demo_flow()
    assert "main_menu" in flow.by_id
    assert flow.model_copy(update={"nodes": flow.nodes[:1]}).by_id.keys() == {"greeting"}


def say(next_node: str) -> Document:
    return {
        "id": "extra",
        "kind": "say",
        "prompt": {"en": "x", "zh-Hant": "x", "zh-Hans": "x"},
        "next": next_node,
    }


TEXT: Document = {"prompt": {"en": "x", "zh-Hant": "x", "zh-Hans": "x"}, "closed": None}

FAULTS: list[tuple[str, str | None, Spoil]] = [
    ("unknown_target", "main_menu", lambda d, n: n["main_menu"]["options"][0].update(next="nowhere")),
    ("unknown_target", None, lambda d, n: d.update(start="nowhere")),
    ("unreachable_node", "extra", lambda d, n: d["nodes"].append(say("to_agent"))),
    ("no_exit", "to_agent", lambda d, n: n["to_agent"].update(kind="say", next="to_agent", **TEXT)),
    ("circle_without_question", "extra", lambda d, n: d["nodes"].append(say("extra"))),
    ("missing_prompt", "main_menu", lambda d, n: n["main_menu"]["prompt"].pop("zh-Hans")),
    ("missing_prompt", "ask_orders", lambda d, n: n["ask_orders"]["prompt"].update(en="  ")),
    ("missing_prompt", "main_menu", lambda d, n: n["main_menu"]["options"][1]["label"].pop("en")),
    ("unknown_variable", "closed_notice", lambda d, n: n["closed_notice"]["prompt"].update(en="At {time}")),
    ("menu_without_default_queue", "main_menu", lambda d, n: n["main_menu"].pop("otherwise")),
    ("step_without_default_queue", "helped", lambda d, n: n["helped"].pop("otherwise")),
    ("default_is_no_queue", "main_menu", lambda d, n: n["main_menu"].update(otherwise="solved")),
    ("human_is_no_queue", "solved", lambda d, n: d.update(human="solved")),
    ("menu_without_options", "main_menu", lambda d, n: n["main_menu"].update(options=[])),
    ("duplicate_key", "main_menu", lambda d, n: n["main_menu"]["options"][1].update(key="1")),
    (
        "duplicate_word",
        "main_menu",
        lambda d, n: n["main_menu"]["options"][0]["words"]["en"].append("Refund!"),
    ),
    ("choice_without_words", "main_menu", lambda d, n: n["main_menu"]["options"][0]["words"].pop("zh-Hant")),
    ("unknown_topic", "to_products", lambda d, n: n["to_products"].update(topic="weather")),
    ("unknown_queue", "to_products", lambda d, n: n["to_products"].update(queue="weather")),
    ("unknown_skill", None, lambda d, n: d["topics"]["orders"].update(skills=["flying"])),
    ("duplicate_node", "solved", lambda d, n: d["nodes"].append(dict(n["solved"]))),
    ("default_locale_missing", None, lambda d, n: d.update(locales=["en", "zh-Hans"])),
    ("unknown_locale", "language", lambda d, n: d.update(locales=["en", "zh-Hant"])),
]


@pytest.mark.parametrize(("code", "node", "spoil"), FAULTS)
def test_a_planted_fault_is_found_at_its_node(code: str, node: str | None, spoil: Spoil) -> None:
    broken = document()
    nodes = {n["id"]: n for n in broken["nodes"]}
    spoil(broken, nodes)
    if nodes["to_agent"]["kind"] == "say":
        nodes["to_agent"].pop("closed")
    findings = validate(
        FlowDefinition.load(json.dumps(broken)),
        queues={"orders", "returns", "products", "vip"},
        skills={"lang:zh", "lang:en", "orders", "returns", "products"},
    )
    found = [finding for finding in findings if finding.code == code and finding.node == node]
    assert found, [(finding.code, finding.node) for finding in findings]
    assert all(finding.message and finding.way_out and finding.field for finding in found)


def test_errors_come_before_warnings() -> None:
    broken = document()
    broken["nodes"].append(say("nowhere"))
    severities = [finding.severity for finding in validate(FlowDefinition.load(json.dumps(broken)))]
    assert severities == sorted(severities, key=lambda severity: severity is Severity.WARNING)
    assert {Severity.ERROR, Severity.WARNING} == set(severities)


@pytest.mark.parametrize("key", ["0", "*", "12", "a"])
def test_keys_that_always_mean_the_same_cannot_be_taken(key: str) -> None:
    broken = document()
    next(n for n in broken["nodes"] if n["id"] == "main_menu")["options"][0]["key"] = key
    with pytest.raises(ValidationError, match="key"):
        FlowDefinition.load(json.dumps(broken))
