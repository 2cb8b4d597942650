"""The nodes that look things up, collect, branch, ask web services and lead out of the flow; on paper, without a
telephone."""

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import pytest

from app.selfservice.flow import resume, start
from app.selfservice.locales import Locale
from app.selfservice.state import Facts, FoundArticle, OrderFact, PathKind, TopicSource
from app.selfservice.statejson import from_json, to_json
from app.selfservice.turns import (
    Close,
    Collect,
    Enqueue,
    NoInput,
    Request,
    RequestResult,
    SearchResult,
    Way,
    Zone,
)
from app.selfservice.validation import validate
from app.selfservice.values import picked
from tests.selfservice.calls import MONDAY_MORNING, NOW, Call
from tests.selfservice.small_flows import flow, number, request, text

ORDERS = (
    OrderFact("VG-2026-1044", "shipped", date(2026, 3, 1)),
    OrderFact("VG-2026-0977", "delivered", date(2026, 2, 14)),
)
FACTS = Facts(Locale.EN, MONDAY_MORNING, known=True, name="Emily", orders=ORDERS)


def call(*nodes: dict[str, Any], facts: Facts = FACTS, **changes: Any) -> Call:
    """A call on a flow of these nodes."""
    return Call(facts, flow(*nodes, **changes))


def codes(*nodes: dict[str, Any]) -> set[tuple[str, str | None]]:
    """What is wrong with a flow of these nodes: code and field, unreachable nodes aside."""
    return {(f.code, f.field) for f in validate(flow(*nodes)) if f.code != "unreachable_node"}


class TestLookup:
    """Branches on what is known."""

    NODE: ClassVar = {"kind": "lookup", "id": "known", "what": "customer", "found": "done", "none": "sorry"}
    ORDER: ClassVar = {"kind": "lookup", "id": "known", "what": "order", "found": "told", "none": "sorry"}
    TOLD: ClassVar = {
        "kind": "say", "id": "told", "next": "done",
        "prompt": text("Order {order_number} was {order_status}, placed {order_day}."),
    }  # fmt: skip

    def test_a_known_customer_goes_one_way_and_a_stranger_the_other(self) -> None:
        assert call(self.NODE).node == "done"
        assert call(self.NODE, facts=Facts(Locale.EN, MONDAY_MORNING)).node == "sorry"

    def test_the_newest_order_is_told(self) -> None:
        told = call(self.ORDER, self.TOLD)
        assert "Order VG-2026-1044 was on its way, placed on March 1." in told.heard
        assert [e.choice for e in told.turn.log if e.kind is PathKind.LOOKED_UP] == ["found"]

    def test_the_order_asked_for_is_found_by_its_last_digits(self) -> None:
        by_number = {**self.ORDER, "value": "order"}
        told = call(number(next="known"), by_number, self.TOLD).press("0977")
        assert "Order VG-2026-0977 was delivered" in told.heard

    def test_somebody_elses_order_is_not_found(self) -> None:
        by_number = {**self.ORDER, "value": "order"}
        assert call(number(next="known"), by_number, self.TOLD).press("5555").node == "sorry"


class TestNumber:
    """Asks for a number by keys or words."""

    def test_the_number_is_kept_and_only_its_end_is_shown(self) -> None:
        entered = call(number()).press("12345678")
        assert entered.turn.state.values == {"order": "12345678"}
        shown = [e.detail for e in entered.turn.state.path if e.kind is PathKind.ENTERED]
        assert shown == ["***678"]

    def test_all_digits_are_waited_for(self) -> None:
        action = call(number()).turn.action
        assert isinstance(action, Collect)
        assert action.num_digits == 8

    @pytest.mark.parametrize("said", ["一二三四", "one two three four", "my number is 1 2 3 4", "１２３４"])
    def test_a_number_is_understood_however_it_is_said(self, said: str) -> None:
        assert call(number()).say(said).turn.state.values == {"order": "1234"}

    def test_a_number_of_wrong_length_is_asked_again_and_then_given_to_people(self) -> None:
        wrong = call(number()).press("123")
        assert wrong.heard.startswith("That doesn't look right.")
        assert wrong.press("1", "2").queued.queue == "help"

    def test_a_card_number_is_never_kept(self) -> None:
        asked = call(number(max_digits=20)).press("4111111111111111")
        assert asked.node == "order_asked"
        assert asked.turn.state.values == {}

    def test_zero_alone_is_a_person(self) -> None:
        assert call(number()).press("0").queued.reason == "asked_for_agent"


class TestBranch:
    """Branches on a value."""

    CASES: ClassVar = [{"equals": "VIP", "next": "done"}, {"equals": "12345", "next": "sorry"}]
    NODE: ClassVar = {
        "kind": "branch",
        "id": "split",
        "value": "order",
        "cases": CASES,
        "otherwise": "people",
    }

    @pytest.mark.parametrize(("keys", "node"), [("12345", "sorry"), ("54321", "people")])
    def test_the_equal_case_is_taken(self, keys: str, node: str) -> None:
        assert call(number(next="split"), self.NODE).press(keys).node == node


class TestRequest:
    """Asks a web service."""

    def test_the_request_is_made_of_escaped_values(self) -> None:
        given = replace(FACTS, orders=(OrderFact("A/1?x=1&y", "paid", date(2026, 3, 1)),))
        found = {"kind": "lookup", "id": "known", "what": "order", "found": "asked", "none": "sorry"}
        asked = call(found, request(url="https://shop.example.com/o/{order_number}"), facts=given)
        action = asked.turn.action
        assert isinstance(action, Request)
        assert action.url == "https://shop.example.com/o/A%2F1%3Fx%3D1%26y"

    def test_the_answer_fills_texts_and_decides_branches(self) -> None:
        told = {"kind": "say", "id": "told", "prompt": text("It is {status}."), "next": "split"}
        split = {
            "kind": "branch", "id": "split", "value": "status", "otherwise": "sorry",
            "cases": [{"equals": "sent", "next": "done"}],
        }  # fmt: skip
        asked = call(number(next="asked"), request(next="told"), told, split).press("1234")
        assert asked.heard == "One moment please, I'm looking that up."
        after = asked.do(RequestResult(True, {"status": "sent", "other": "dropped"}))
        assert (after.node, after.heard) == ("done", "It is sent. Done.")
        assert "other" not in after.turn.state.values

    def test_a_fault_leads_the_other_way(self) -> None:
        asked = call(number(next="asked"), request()).press("1234")
        assert asked.do(RequestResult(False)).node == "people"

    def test_while_it_is_waited_for_a_person_can_be_asked_for(self) -> None:
        waiting = call(number(next="asked"), request()).press("1234")
        assert isinstance(waiting.do(NoInput()).turn.action, Request)
        assert waiting.press("0").queued.reason == "asked_for_agent"

    def test_a_late_answer_repeats_what_is_asked_now(self) -> None:
        asked = call(number())
        assert asked.do(RequestResult(True, {"status": "x"})).node == "order_asked"

    def test_fields_are_picked_by_place(self) -> None:
        answer = {"order": {"status": "sent", "items": [{"name": "tea"}], "paid": True, "total": 12.5}}
        places = {
            "a": "order.status", "b": "order.items.0.name", "c": "order.paid", "d": "order.total",
            "e": "order.items", "f": "nothing.here",
        }  # fmt: skip
        found = {"a": "sent", "b": "tea", "c": "true", "d": "12.5", "e": "", "f": ""}
        assert picked(answer, places) == found
        assert picked(["x"], {"a": "0", "b": "9"}) == {"a": "x", "b": ""}


class TestWaysOut:
    """Callback, voicemail, a message."""

    CALLBACK: ClassVar = {
        "kind": "callback",
        "id": "later",
        "queue": "help",
        "priority": 2,
        "otherwise": "sorry",
    }
    VOICEMAIL: ClassVar = {"kind": "voicemail", "id": "tape", "queue": "help", "otherwise": "sorry"}
    MESSAGE: ClassVar = {"kind": "message", "id": "written", "text": text("See you, {name}."), "next": "done"}

    def test_who_can_be_called_is_promised_a_call(self) -> None:
        queued = call(self.CALLBACK, facts=replace(FACTS, can_call_back=True)).queued
        assert (queued.way, queued.queue, queued.priority) == (Way.CALLBACK, "help", 2)
        assert queued.prompts[-1].text.startswith("Thank you. We will call you back")

    def test_who_cannot_be_called_goes_the_other_way(self) -> None:
        assert call(self.CALLBACK).node == "sorry"

    def test_a_voicemail_only_where_the_channel_has_one(self) -> None:
        assert call(self.VOICEMAIL, facts=replace(FACTS, can_leave_message=True)).queued.way is Way.VOICEMAIL
        assert call(self.VOICEMAIL).node == "sorry"

    def test_a_message_is_written_where_it_can_be(self) -> None:
        assert call(self.MESSAGE, facts=replace(FACTS, can_text=True)).turn.texts == ("See you, Emily.",)
        assert call(self.MESSAGE).turn.texts == ()

    def test_who_reads_anyway_reads_it_at_once(self) -> None:
        read = call(self.MESSAGE, facts=replace(FACTS, can_text=True, is_written=True))
        assert read.turn.texts == ()
        assert read.heard.startswith("See you, Emily.")


class TestPace:
    """Slower, and again."""

    @pytest.mark.parametrize("said", ["slower please", "可以說慢一點嗎", "too fast"])
    def test_it_is_said_again_and_slowly_from_then_on(self, said: str) -> None:
        asked = call(number()).say(said)
        action = asked.turn.action
        assert isinstance(action, Collect)
        assert asked.node == "order_asked"
        assert all(prompt.slow for prompt in action.prompts)
        closed = asked.press("1234").turn.action
        assert isinstance(closed, Close)
        assert all(prompt.slow for prompt in closed.prompts)

    def test_nobody_else_is_spoken_to_slowly(self) -> None:
        action = call(number()).turn.action
        assert isinstance(action, Collect)
        assert not any(prompt.slow for prompt in action.prompts)


class TestWritten:
    """The same flow where choices are buttons."""

    READS = replace(FACTS, is_written=True)
    MENU: ClassVar = {
        "kind": "menu", "id": "menu", "prompt": text("For tea, press 1."), "written": text("What would you like?"),
        "options": [{"key": "1", "label": text("Tea"), "next": "done"}], "otherwise": "people",
    }  # fmt: skip

    def test_a_menu_is_a_question_with_buttons_and_one_for_a_person(self) -> None:
        action = call(self.MENU, facts=self.READS).turn.action
        assert isinstance(action, Collect)
        assert [prompt.text for prompt in action.prompts] == ["What would you like?"]
        assert [(c.key, c.label) for c in action.choices] == [("1", "Tea"), ("0", "Talk to a person")]

    def test_on_the_telephone_it_is_spoken(self) -> None:
        spoken = call(self.MENU)
        assert spoken.heard == "For tea, press 1."

    def test_titles_are_buttons(self) -> None:
        ask = {
            "kind": "ask", "id": "ask", "found": "done", "unsure": "choose", "none": "people",
            "otherwise": "people",
        }  # fmt: skip
        choose = {"kind": "choose", "id": "choose", "next": "done", "none": "people", "otherwise": "people"}
        found = [FoundArticle("a", "Returns?", ("x",)), FoundArticle("b", "Refunds?", ("x",))]
        asked = call(ask, choose, facts=self.READS).say("money").find(Zone.CHOOSE, *found)
        action = asked.turn.action
        assert isinstance(action, Collect)
        assert [c.label for c in action.choices] == [
            "Returns?", "Refunds?", "None of these", "Talk to a person",
        ]  # fmt: skip
        single = call(ask, choose, facts=self.READS).say("money").find(Zone.CHOOSE, found[0])
        assert single.heard == "Are you asking about: Returns?"


class TestTopic:
    """What a contact is about, how that is known, and how surely."""

    TOPICS: ClassVar = {"tea": {"label": text("Tea"), "queue": "teas", "skills": ["tea"]}}
    ASK: ClassVar = {
        "kind": "ask",
        "id": "ask",
        "found": "people",
        "unsure": "people",
        "none": "people",
        "otherwise": "people",
    }

    def queued(self, asked: Call) -> tuple[Any, ...]:
        state, action = asked.turn.state, asked.queued
        return state.topic, state.topic_source, state.topic_confidence, action.queue, action.skills

    def test_a_menu_leaves_no_doubt(self) -> None:
        menu = {
            **TestWritten.MENU,
            "options": [{"key": "1", "label": text("Tea"), "topic": "tea", "next": "human"}],
        }
        human = {"kind": "queue", "id": "human"}
        asked = call(menu, human, topics=self.TOPICS).press("1")
        assert self.queued(asked) == ("tea", TopicSource.MENU, 1.0, "teas", ("tea",))

    def test_words_are_as_sure_as_the_search_says(self) -> None:
        human = {"kind": "queue", "id": "human"}
        asked = call({**self.ASK, "none": "human"}, human, topics=self.TOPICS).say("green or black")
        found = resume(asked.flow, asked.turn.state, SearchResult((), Zone.NONE, "tea", 0.62), now=NOW)
        state = found.state
        assert (state.topic, state.topic_source, state.topic_confidence) == ("tea", TopicSource.WORDS, 0.62)
        assert isinstance(found.action, Enqueue)
        assert (found.action.queue, found.action.skills) == ("teas", ("tea",))

    def test_the_last_contact_counts_where_the_flow_says_so_and_nothing_else_is_known(self) -> None:
        known = replace(FACTS, recent_topic="tea")
        human = {"kind": "queue", "id": "human"}
        asked = call(human, facts=known, topics=self.TOPICS, history_days=7)
        assert self.queued(asked) == ("tea", TopicSource.HISTORY, 0.4, "teas", ("tea",))
        assert call(human, facts=known, topics=self.TOPICS).turn.state.topic is None


class TestProblems:
    """What stands in the way of publishing."""

    @pytest.mark.parametrize(
        ("node", "expected"),
        [
            (request(url="ftp://shop.example.com/x"), ("wrong_address", "url")),
            (request(url="https://{order}.example.com/"), ("wrong_address", "url")),
            (request(url="https://user:secret@shop.example.com/"), ("wrong_address", "url")),
            (request(url="https://[shop"), ("wrong_address", "url")),
            (request(url="http://shop.example.com/"), ("not_encrypted", "url")),
            (request(url="https://shop.example.com/{nothing}"), ("unknown_variable", "url")),
            (request(method="POST", body={"order": "{nothing}"}), ("unknown_variable", "body.order")),
            (request(failed=None), ("missing_target", "failed")),
            ({"kind": "branch", "id": "b", "value": "x", "cases": [], "otherwise": "done"}, ("unknown_value", "value")),
            (number(min_digits=9, max_digits=8), ("no_number_fits", "max_digits")),
            (number(value="name"), ("reserved_value", "value")),
            (number(prompt={"en": "Number?"}), ("missing_prompt", "prompt")),
            (number(otherwise=None), ("step_without_default_queue", "otherwise")),
            ({"kind": "callback", "id": "b", "queue": "help"}, ("missing_target", "otherwise")),
            ({"kind": "message", "id": "b", "text": text("{nothing}"), "next": "done"}, ("unknown_variable", "text")),
        ],
    )  # fmt: skip
    def test_it_is_named(self, node: dict[str, Any], expected: tuple[str, str]) -> None:
        assert expected in codes(node)

    def test_a_whole_flow_has_none(self) -> None:
        told = {"kind": "say", "id": "told", "prompt": text("It is {status}."), "next": "done"}
        assert codes(number(next="asked"), request(next="told"), told) == set()


def test_state_of_every_kind_survives_storage() -> None:
    asked = call(number(next="asked"), request(), facts=replace(FACTS, can_text=True, recent_topic="tea"))
    state = asked.say("slower").press("1234").turn.state
    assert from_json(to_json(state)) == state


def test_a_state_of_before_these_fields_is_still_read() -> None:
    state = start(flow(number()), Facts(Locale.EN, MONDAY_MORNING), now=NOW).state
    old = to_json(state)
    for name in ("values", "is_slow", "topic_source", "topic_confidence"):
        del old[name]
    facts = old["facts"]
    assert isinstance(facts, dict)
    for name in ("can_call_back", "can_leave_message", "can_text", "is_written", "orders", "recent_topic"):
        del facts[name]
    assert from_json(old) == state
