"""Whatever a caller does, on whatever flow: it ends, never raises, and can be stored at any moment."""

import json
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.selfservice.definition import FlowDefinition
from app.selfservice.demo_flow import demo_flow
from app.selfservice.flow import MAX_STEPS, resume, start, summary
from app.selfservice.locales import Locale
from app.selfservice.state import Facts, FoundArticle, PathKind, UnsolvedReason
from app.selfservice.statejson import from_json, to_json
from app.selfservice.turns import (
    Close,
    Collect,
    Digits,
    Enqueue,
    FlowInput,
    HungUp,
    NoInput,
    Search,
    SearchResult,
    Speech,
    Zone,
)
from tests.selfservice.calls import FACTS, MONDAY_MORNING, NOW, PARCEL

texts = st.text(max_size=60) | st.sampled_from(
    ["是", "no", "訂單", "退貨", "English", "第一個", "嗯", "再說一次"]
)
articles = st.builds(
    FoundArticle,
    article_id=st.just("a"),
    title=st.text(max_size=40),
    steps=st.lists(st.text(max_size=30), max_size=4).map(tuple),
    topic=st.none() | st.sampled_from(["returns", "nowhere", ""]),
    locale=st.none() | st.sampled_from(list(Locale)),
)
inputs: st.SearchStrategy[FlowInput] = st.one_of(
    st.sampled_from("123456789*").map(Digits),
    st.text(max_size=5).map(Digits),
    st.builds(Speech, texts, st.none() | st.floats(0, 1)),
    st.just(NoInput()),
    st.builds(SearchResult, st.lists(articles, max_size=4).map(tuple), st.sampled_from(list(Zone))),
)
facts = st.builds(
    Facts,
    locale=st.sampled_from(list(Locale)),
    local_now=st.just(MONDAY_MORNING),
    is_open=st.booleans(),
    known=st.booleans(),
    withheld=st.booleans(),
    name=st.none() | st.text(max_size=50),
    tier=st.sampled_from(["standard", "gold", "vip", "unheard-of"]),
)


@given(facts, st.lists(inputs, min_size=MAX_STEPS, max_size=MAX_STEPS + 5))
@settings(max_examples=100, deadline=None)
def test_every_sequence_of_inputs_ends_within_thirty_steps(known: Facts, events: list[FlowInput]) -> None:
    flow = demo_flow()
    turn = start(flow, known, now=NOW)
    for event in events:
        before = turn.state
        turn = resume(flow, from_json(json.loads(json.dumps(to_json(turn.state)))), event, now=NOW)
        assert turn.state == resume(flow, before, event, now=NOW).state
        assert turn.state.steps <= MAX_STEPS
    assert isinstance(turn.action, Enqueue | Close)


@given(facts, st.lists(inputs, max_size=12))
@settings(max_examples=100, deadline=None)
def test_whoever_is_handed_over_has_a_queue_a_reason_and_something_to_hear(
    known: Facts, events: list[FlowInput]
) -> None:
    flow = demo_flow()
    turn = start(flow, known, now=NOW)
    for event in events:
        turn = resume(flow, turn.state, event, now=NOW)
        match turn.action:
            case Collect():
                assert turn.action.prompts
            case Search():
                assert turn.action.question
            case Enqueue():
                assert turn.action.queue in {"orders", "returns", "products", "vip"}
                assert 1 <= turn.action.priority <= 5
                assert turn.action.prompts
                assert isinstance(summary(flow, turn.state).unsolved_reason, UnsolvedReason)
                assert turn.state.path[-1].kind is PathKind.QUEUED
            case Close():
                assert turn.state.outcome is not None


@given(st.text() | st.text(alphabet="一二12 （)'@.-*有不", max_size=3000), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_a_step(text: str, confidence: float) -> None:
    flow = demo_flow()
    turn = start(flow, FACTS, now=NOW)
    ask = resume(flow, turn.state, Digits("3"), now=NOW)
    asked = resume(flow, ask.state, Speech(text, confidence), now=NOW)
    choose = replace(ask.state, node="choose", candidates=(PARCEL, PARCEL))
    helped = replace(ask.state, node="helped", candidates=(PARCEL,), chosen=0)
    for state in (turn.state, choose, helped):
        resume(flow, state, Speech(text, confidence), now=NOW)
    assert len(asked.state.question or "") <= 500


@st.composite
def flows(draw: st.DrawFn) -> FlowDefinition:
    """Flows nobody would publish: links to anywhere, circles, empty menus, texts missing."""
    ids = [f"n{i}" for i in range(draw(st.integers(1, 6)))]
    link = st.sampled_from([*ids, "nowhere"])
    text = {"en": "Text"}
    makers: list[Callable[[], dict[str, object]]] = [
        lambda: {"kind": "say", "prompt": draw(st.sampled_from([text, {}])), "next": draw(link)},
        lambda: {"kind": "hours", "open": draw(link), "closed": draw(link)},
        lambda: {"kind": "answer", "next": draw(link), "otherwise": draw(st.none() | link)},
        lambda: {"kind": "set", "queue": "q", "next": draw(link)},
        lambda: {"kind": "greeting", "next": draw(link)},
        lambda: {
            "kind": "menu",
            "prompt": text,
            "options": [
                {"key": key, "label": text, "next": draw(link)}
                for key in draw(st.sampled_from(["", "1", "12"]))
            ],
            "otherwise": draw(st.none() | link),
        },
        lambda: {
            "kind": "ask",
            "found": draw(link),
            "unsure": draw(link),
            "none": draw(link),
            "silence": draw(link),
        },
        lambda: {"kind": "choose", "next": draw(link), "none": draw(link)},
        lambda: {"kind": "confirm", "yes": draw(link), "no": draw(link)},
        lambda: {"kind": "language", "options": [{"key": "1", "locale": "zh-Hans"}], "next": draw(link)},
        lambda: {"kind": "queue", "closed": draw(st.none() | link)},
        lambda: {"kind": "close"},
    ]
    nodes = [{"id": node_id, **draw(st.sampled_from(makers))()} for node_id in ids]
    head = {
        "key": "wild",
        "version": 1,
        "name": text,
        "company": {},
        "locales": ["en"],
        "default_locale": "en",
    }
    document = {**head, "start": draw(link), "human": draw(link), "fallback": {"queue": "q"}, "nodes": nodes}
    return FlowDefinition.model_validate_json(json.dumps(document))


@given(flows(), st.lists(inputs, min_size=MAX_STEPS, max_size=MAX_STEPS), st.booleans())
@settings(max_examples=100, deadline=None)
def test_even_a_broken_flow_ends_and_never_raises(
    flow: FlowDefinition, events: list[FlowInput], is_open: bool
) -> None:
    turn = start(flow, replace(FACTS, is_open=is_open), now=NOW)
    for event in events:
        turn = resume(flow, turn.state, event, now=NOW)
    assert isinstance(turn.action, Enqueue | Close)


def test_hang_up_closes_every_step() -> None:
    flow = demo_flow()
    for node in flow.nodes:
        state = replace(start(flow, FACTS, now=NOW).state, node=node.id)
        assert isinstance(resume(flow, state, HungUp(), now=NOW).action, Close)
