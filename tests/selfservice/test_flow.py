"""The rules of the interpreter, on the flow the demo company answers with."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.selfservice.collecting import MAX_HINTS
from app.selfservice.flow import MAX_STEPS, resume, summary
from app.selfservice.locales import Locale
from app.selfservice.state import Facts, FoundArticle, Outcome, PathKind, UnsolvedReason
from app.selfservice.turns import (
    Close,
    Collect,
    Digits,
    Enqueue,
    HungUp,
    NoInput,
    Search,
    SearchResult,
    Speech,
    Zone,
    input_from,
)
from tests.selfservice.calls import CLOSED, FACTS, MONDAY_MORNING, NOW, PARCEL, POINTS, RETURN, Call


class TestGreeting:
    def test_known_caller_is_greeted_by_name_and_time_of_day(self) -> None:
        assert Call().heard.startswith("林雅婷您好，早安，感謝您來電青禾選物。")

    def test_english_greeting_leaves_out_a_name_an_english_voice_cannot_read(self) -> None:
        heard = Call(replace(FACTS, locale=Locale.EN)).heard
        assert heard.startswith("Good morning, and welcome back to Verdant Goods.")

    def test_english_caller_is_greeted_by_name(self) -> None:
        facts = Facts(Locale.EN, MONDAY_MORNING.replace(hour=14), known=True, name="Emily  Carter")
        assert Call(facts).heard.startswith(
            "Good afternoon, Emily Carter. Thank you for calling Verdant Goods."
        )

    def test_unknown_caller_is_greeted_without_a_name(self) -> None:
        heard = Call(Facts(Locale.ZH_HANS, MONDAY_MORNING.replace(hour=20), name="王芳")).heard
        assert heard.startswith("晚上好，感谢您致电青禾选物。")

    def test_withheld_number_is_asked_to_have_the_order_number_ready(self) -> None:
        assert "訂單編號" in Call(replace(FACTS, known=False, withheld=True)).heard

    def test_a_locale_the_flow_lacks_falls_back_to_its_default(self) -> None:
        flow = Call().flow.model_copy(update={"locales": (Locale.ZH_HANT,)})
        assert Call(replace(FACTS, locale=Locale.EN), flow).turn.state.locale is Locale.ZH_HANT


class TestKeys:
    @pytest.mark.parametrize("way", [(), ("1",), ("2",), ("3",), ("9",)])
    def test_zero_is_always_a_human(self, way: tuple[str, ...]) -> None:
        queued = Call().press(*way, "0").queued
        assert queued.reason is UnsolvedReason.ASKED_FOR_AGENT

    def test_zero_in_a_branch_goes_to_the_queue_of_that_branch(self) -> None:
        assert Call().press("2", "0").queued.queue == "returns"

    def test_zero_works_while_the_answer_is_being_confirmed(self) -> None:
        call = Call().press("3").say("包裹多久到").find(Zone.ANSWER, PARCEL).press("0")
        assert (call.queued.queue, call.queued.topic) == ("orders", "delivery")

    def test_star_repeats_the_menu_without_the_greeting(self) -> None:
        call = Call()
        menu = call.heard.split(" ", 1)[1]
        assert call.press("*").heard == menu

    def test_star_repeats_the_answer(self) -> None:
        call = Call().press("3").say("包裹多久到").find(Zone.ANSWER, PARCEL)
        first = call.heard
        assert call.press("*").heard == first

    def test_full_width_keys_are_keys(self) -> None:
        assert Call().press("２").node == "ask_returns"

    def test_repeating_is_no_failed_attempt(self) -> None:
        assert isinstance(Call().press("*", "*", "*", "*").turn.action, Collect)

    def test_keys_win_over_speech(self) -> None:
        assert input_from("2", "訂單", "0.99") == Digits("2")

    def test_empty_fields_are_no_input(self) -> None:
        assert input_from("", " ", None) == NoInput()
        assert input_from(None, None) == NoInput()

    @pytest.mark.parametrize(
        ("sent", "read"), [("0.5", 0.5), ("", None), ("nan", None), ("x", None), ("7", 1.0)]
    )
    def test_confidence_may_be_missing_or_broken(self, sent: str, read: float | None) -> None:
        assert input_from(None, "訂單", sent) == Speech("訂單", read)


class TestReprompts:
    def test_silence_and_wrong_keys_are_told_apart(self) -> None:
        assert "沒有聽到" in Call().do(NoInput()).heard
        assert "沒有這個選項" in Call().press("7").heard
        assert "沒有聽清楚" in Call().say("今天天氣真好").heard

    def test_second_reprompt_is_worded_differently(self) -> None:
        call = Call().do(NoInput())
        first = call.heard
        assert call.do(NoInput()).heard != first

    def test_third_silence_goes_to_the_default_queue(self) -> None:
        call = Call().do(NoInput(), NoInput())
        assert isinstance(call.turn.action, Collect)
        assert call.do(NoInput()).queued.reason is UnsolvedReason.NO_INPUT
        assert "請不要掛斷" in call.heard

    def test_third_wrong_input_goes_to_the_default_queue(self) -> None:
        assert Call().press("7", "8", "7").queued.reason is UnsolvedReason.WRONG_INPUT

    def test_an_answered_step_starts_afresh_when_the_caller_comes_back(self) -> None:
        call = Call().do(NoInput(), NoInput()).press("9", "1")
        assert call.node == "main_menu"
        assert isinstance(call.do(NoInput(), NoInput()).turn.action, Collect)

    def test_unsure_speech_at_a_menu_is_asked_again(self) -> None:
        assert Call().say("訂單", 0.39).node == "main_menu"
        assert Call().say("訂單", 0.4).node == "ask_orders"
        assert Call().say("訂單", None).node == "ask_orders"

    def test_unsure_speech_is_still_a_question_where_one_is_wanted(self) -> None:
        assert isinstance(Call().press("3").say("包裹多久到", 0.1).turn.action, Search)

    def test_empty_speech_is_silence(self) -> None:
        assert "沒有聽到" in Call().say("  ").heard

    def test_holding_the_line_in_the_orders_branch_is_no_fault(self) -> None:
        queued = Call().press("1").do(NoInput()).queued
        assert (queued.queue, queued.reason) == ("orders", UnsolvedReason.MENU_CHOICE)


class TestSpeechAtTheMenu:
    @pytest.mark.parametrize(
        ("words", "node"),
        [
            ("呃…我要查訂單，謝謝", "ask_orders"),
            ("订单", "ask_orders"),
            ("一", "ask_orders"),
            ("按二", "ask_returns"),
            ("我選第二個", "ask_returns"),
            ("嗯，我想退貨", "ask_returns"),
            ("Returns, please.", "ask_returns"),
            ("Where is my order?", "ask_orders"),
            ("number three please", "ask_question"),
            ("ENGLISH", "language"),
            ("３", "ask_question"),
            ("我有問題想問", "ask_question"),
        ],
    )
    def test_words_choose(self, words: str, node: str) -> None:
        assert Call().say(words).node == node

    @pytest.mark.parametrize(
        "words", ["零", "真人", "轉接客服", "我要找真人", "I want to talk to a person", "Agent!"]
    )
    def test_asking_for_a_person_in_words_is_key_zero(self, words: str) -> None:
        assert Call().say(words).queued.reason is UnsolvedReason.ASKED_FOR_AGENT

    @pytest.mark.parametrize(
        "words", ["再說一次", "請再說一遍好嗎", "Pardon?", "Can you repeat that, please?"]
    )
    def test_asking_for_repetition_in_words_is_star(self, words: str) -> None:
        call = Call().say(words)
        assert (call.node, call.turn.state.attempts) == ("main_menu", {})

    def test_two_choices_at_once_are_asked_again(self) -> None:
        assert Call().say("訂單 商品").node == "main_menu"


class TestQuestion:
    def test_a_sure_search_answers_and_asks_whether_it_helped(self) -> None:
        call = Call().press("3").say("包裹多久到").find(Zone.ANSWER, PARCEL)
        assert "多久可以收到包裹" in call.heard
        assert "離島要五到七天。" in call.heard
        assert "解決您的問題嗎" in call.heard

    @pytest.mark.parametrize("yes", ["有", "有幫助", "好的謝謝", "yes it did", "是的", "沒問題", "ok", "一"])
    def test_helped_is_solved(self, yes: str) -> None:
        call = Call().press("3").say("包裹多久到").find(Zone.ANSWER, PARCEL).say(yes)
        assert isinstance(call.turn.action, Close)
        assert call.turn.action.outcome is Outcome.SOLVED
        assert summary(call.flow, call.turn.state).unsolved_reason is None

    @pytest.mark.parametrize(
        "no", ["沒有", "沒有幫助", "還是不行", "no, it didn't", "not really", "不是很清楚", "二"]
    )
    def test_did_not_help_goes_to_the_queue_of_the_article_s_topic(self, no: str) -> None:
        queued = Call().press("1").say("怎麼退貨").find(Zone.ANSWER, RETURN).say(no).queued
        assert (queued.queue, queued.topic) == ("returns", "returns")
        assert queued.skills == ("lang:zh", "returns")
        assert queued.reason is UnsolvedReason.ANSWER_DID_NOT_HELP

    def test_yes_and_no_at_once_is_asked_again(self) -> None:
        call = Call().press("3").say("包裹").find(Zone.ANSWER, PARCEL).say("是不是呢 yes no")
        assert call.node == "helped"

    @pytest.mark.parametrize("which", ["2", "二", "第二個", "退貨", "怎麼申請退貨", "就是退貨那個"])
    def test_a_middling_search_reads_titles_back_and_the_caller_chooses(self, which: str) -> None:
        call = Call().press("3").say("東西").find(Zone.CHOOSE, PARCEL, RETURN, POINTS)
        assert "多久可以收到包裹，請按一。" in call.heard
        assert "如何申請退貨，請按二。" in call.heard
        assert "請在七天內到會員中心申請。" in call.say(which).heard

    @pytest.mark.parametrize("none", ["9", "都不是", "none of these"])
    def test_none_of_the_titles_goes_to_a_human(self, none: str) -> None:
        call = Call().press("3").say("東西").find(Zone.CHOOSE, PARCEL, RETURN)
        assert (
            call.press("9") if none == "9" else call.say(none)
        ).queued.reason is UnsolvedReason.NO_ANSWER_FOUND

    def test_a_title_s_own_question_mark_does_not_break_the_sentence(self) -> None:
        asked = FoundArticle("a-refund", "退款什麼時候會入帳？", ("七到十四個工作天。",), "refund")
        call = Call().press("3").say("東西").find(Zone.CHOOSE, asked, RETURN)
        assert "退款什麼時候會入帳，請按一。" in call.heard

    def test_a_single_title_is_asked_as_yes_or_no(self) -> None:
        call = Call().press("3").say("東西").find(Zone.CHOOSE, RETURN)
        assert "請問您想詢問的是「如何申請退貨」嗎" in call.heard
        assert "請在七天內到會員中心申請。" in call.say("是").heard

    def test_nothing_found_goes_to_a_human_with_the_classified_topic(self) -> None:
        queued = Call().press("3").say("發票打錯").find(Zone.NONE, topic="payment").queued
        assert (queued.queue, queued.topic) == ("orders", "payment")
        assert queued.reason is UnsolvedReason.NO_ANSWER_FOUND

    def test_a_search_that_failed_is_said_so(self) -> None:
        call = Call().press("3").say("發票打錯").find(Zone.UNAVAILABLE)
        assert "暫時無法查詢" in call.heard
        assert call.queued.reason is UnsolvedReason.UNAVAILABLE

    @pytest.mark.parametrize("zone", list(Zone))
    def test_a_search_without_results_never_answers(self, zone: Zone) -> None:
        assert isinstance(Call().press("3").say("發票").find(zone).turn.action, Enqueue)

    def test_an_article_nobody_can_read_aloud_is_no_answer(self) -> None:
        call = Call().press("3").say("發票").find(Zone.ANSWER, replace(PARCEL, steps=()))
        assert call.queued.reason is UnsolvedReason.NO_ANSWER_FOUND

    def test_the_answer_is_spoken_in_its_own_language(self) -> None:
        facts = replace(FACTS, locale=Locale.EN)
        call = Call(facts).press("3").say("parcel").find(Zone.ANSWER, replace(PARCEL, locale=Locale.ZH_HANT))
        assert isinstance(call.turn.action, Collect)
        spoken = [(p.locale, p.text) for p in call.turn.action.prompts]
        assert spoken[:2] == [
            (Locale.ZH_HANT, "關於「多久可以收到包裹」，為您說明如下。"),
            (Locale.ZH_HANT, "本島一到三個工作天。"),
        ]
        assert spoken[-1][0] is Locale.EN

    def test_titles_are_read_back_in_a_voice_that_can_read_them(self) -> None:
        english = replace(POINTS, title="When points expire", locale=Locale.EN)
        call = Call().press("3").say("點數").find(Zone.CHOOSE, PARCEL, english)
        assert isinstance(call.turn.action, Collect)
        assert (Locale.EN, "For When points expire, press 2.") in [
            (p.locale, p.text) for p in call.turn.action.prompts
        ]

    def test_the_question_is_masked_before_it_is_searched_or_kept(self) -> None:
        call = Call().press("3").say("我的訂單 A123456789 電話０９１２-３４５-６７８ 信箱 amy@example.com")
        assert isinstance(call.turn.action, Search)
        kept = f"{call.turn}"
        for secret in ("123456789", "３４５", "amy"):
            assert secret not in kept

    def test_input_while_searching_searches_again(self) -> None:
        call = Call().press("3").say("發票打錯")
        assert call.press("5").turn.action == Search("發票打錯", Locale.ZH_HANT)

    def test_a_late_search_result_repeats_the_step(self) -> None:
        call = Call()
        assert call.do(SearchResult((PARCEL,), Zone.ANSWER)).node == "main_menu"


class TestRouting:
    @pytest.mark.parametrize(("tier", "priority"), [("standard", 5), ("silver", 4), ("gold", 3), ("vip", 1)])
    def test_tier_betters_the_priority(self, tier: str, priority: int) -> None:
        assert Call(replace(FACTS, tier=tier)).press("4").queued.priority == priority

    def test_vip_has_a_queue_of_its_own_and_keeps_the_skills(self) -> None:
        queued = Call(replace(FACTS, tier="vip")).press("2").do(NoInput()).queued
        assert (queued.queue, queued.skills) == ("vip", ("lang:zh", "returns"))

    def test_language_is_a_skill(self) -> None:
        assert Call().press("9", "2", "4").queued.skills == ("lang:en", "products")

    def test_zero_at_the_main_menu_goes_to_the_fallback_queue(self) -> None:
        assert Call().press("0").queued.queue == "orders"

    def test_language_choice_changes_everything_said_from_then_on(self) -> None:
        call = Call().press("9")
        assert "For English, press 2." in call.heard
        assert call.press("2").heard.startswith("Okay, let's continue in English. For orders")


class TestHours:
    def test_out_of_hours_the_caller_learns_when_and_may_still_ask(self) -> None:
        call = Call(CLOSED)
        assert "專人將於明天上午九點恢復服務" in call.heard
        assert call.node == "ask_question"
        assert isinstance(call.say("包裹多久到").find(Zone.ANSWER, PARCEL).press("1").turn.action, Close)

    def test_out_of_hours_who_asks_for_a_person_comes_to_the_queue_that_takes_a_message(self) -> None:
        assert isinstance(Call(CLOSED).press("0").turn.action, Enqueue)

    def test_closing_time_during_the_call_is_noticed(self) -> None:
        call = Call()
        turn = resume(call.flow, call.turn.state, Digits("4"), now=NOW, facts=CLOSED)
        assert isinstance(turn.action, Close)
        assert turn.action.outcome is Outcome.OUT_OF_HOURS


class TestEnds:
    def test_hang_up_is_abandoned(self) -> None:
        call = Call().press("1").do(HungUp())
        assert call.turn.action == Close((), Outcome.ABANDONED)

    def test_input_after_the_hand_over_changes_nothing(self) -> None:
        call = Call().press("4")
        before = call.turn
        call.press("1").say("訂單")
        assert call.turn.state == before.state
        assert call.queued == before.action
        assert call.turn.log == ()

    def test_hang_up_while_queued_is_abandoned(self) -> None:
        assert Call().press("4").do(HungUp()).turn.state.outcome is Outcome.ABANDONED

    def test_after_thirty_steps_a_human_takes_over(self) -> None:
        call = Call().press(*["*"] * (MAX_STEPS - 2))
        assert isinstance(call.turn.action, Collect)
        assert isinstance(call.press("*").turn.action, Enqueue)

    def test_a_node_that_vanished_from_the_flow_leads_to_a_human(self) -> None:
        call = Call()
        turn = resume(call.flow, replace(call.turn.state, node="gone"), Digits("1"), now=NOW)
        assert isinstance(turn.action, Enqueue)
        assert turn.action.reason is UnsolvedReason.UNAVAILABLE


class TestPath:
    def test_the_agent_sees_what_was_chosen_asked_and_heard(self) -> None:
        call = Call().press("3").say("包裹多久到").find(Zone.ANSWER, PARCEL).press("2")
        seen = summary(call.flow, call.turn.state)
        assert [(entry.kind, entry.text) for entry in seen.path][1:] == [
            (PathKind.MENU, "問問題"),
            (PathKind.QUESTION, "包裹多久到"),
            (PathKind.ANSWER, "多久可以收到包裹"),
            (PathKind.HELPED, "沒有幫助"),
            (PathKind.QUEUED, "配送"),
        ]
        assert (seen.topic_label, seen.article_id) == ("配送", "a-parcel")
        assert seen.unsolved_reason is UnsolvedReason.ANSWER_DID_NOT_HELP

    def test_labels_are_the_author_s_words_whatever_the_caller_speaks(self) -> None:
        call = Call(replace(FACTS, locale=Locale.EN)).press("2")
        assert call.turn.log[0].text == "退換貨與退款"

    def test_each_turn_logs_its_own_entries_only(self) -> None:
        call = Call().press("1")
        assert [entry.kind for entry in call.turn.log] == [PathKind.MENU]

    def test_hints_are_few_and_without_commas(self) -> None:
        action = Call().turn.action
        assert isinstance(action, Collect)
        assert 0 < len(action.hints) <= MAX_HINTS
        assert not any("," in hint for hint in action.hints)


def test_times_are_said_by_day() -> None:
    later = replace(CLOSED, opens_at=datetime(2026, 3, 2, 14, 30))  # noqa: DTZ001 - a wall clock
    assert "今天下午兩點半" in Call(later).heard
    assert "today at 2:30 PM" in Call(replace(later, locale=Locale.EN)).heard
