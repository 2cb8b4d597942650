"""Script, width, case, politeness and filler words make no difference to what a reply means."""

import time

import pytest

from app.selfservice.speech import best_choice, best_title, clip, command, normalise, said_key, yes_or_no
from app.selfservice.vocabulary import HUMAN_ALONE, NO, REPEAT_ALONE, YES


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("呃，那個……我要退貨，謝謝", "我要退货"),
        ("ＯＲＤＥＲＳ，　please！", "orders"),
        ("嗯嗯", ""),
        ("訂單吧", "订单"),
        ("It didn't help.", "it didnt help"),
        ("\u202e\x00訂\ud800單", "订 单"),
    ],
)
def test_normalising(heard: str, meant: str) -> None:
    assert normalise(heard) == meant


@pytest.mark.parametrize(
    ("heard", "key"),
    [
        ("一", "1"),
        ("兩", "2"),
        ("按三", "3"),
        ("第四個", "4"),
        ("我要選五", "5"),
        ("number six", "6"),
        ("SEVEN", "7"),
        ("press eight please", "8"),
        ("９", "9"),
        ("零", "0"),
        ("米字鍵", "*"),
        ("一百", None),
        ("twenty", None),
    ],
)
def test_keys_said_as_words(heard: str, key: str | None) -> None:
    assert said_key(normalise(heard)) == key


@pytest.mark.parametrize("words", [*YES, "對", "是是是", "嗯，對", "好的，謝謝", "Yes, it did. Thank you!"])
def test_yes(words: str) -> None:
    assert yes_or_no(normalise(words)) is True


@pytest.mark.parametrize(
    "words", [*NO, "不", "沒", "沒有幫助耶", "還是不太清楚", "No, thanks", "that's not right"]
)
def test_no(words: str) -> None:
    assert yes_or_no(normalise(words)) is False


@pytest.mark.parametrize("words", ["", "天氣", "yes no", "有沒有別的", "know", "我要退貨", "有人嗎"])
def test_neither_yes_nor_no(words: str) -> None:
    assert yes_or_no(normalise(words)) is None


def test_commands_are_known_in_both_scripts() -> None:
    assert all(command(normalise(words)) == "0" for words in [*HUMAN_ALONE, "轉接專人", "轉接专人"])
    assert all(command(normalise(words)) == "*" for words in [*REPEAT_ALONE, "麻煩再說一次"])


def test_a_question_about_customer_service_is_no_command() -> None:
    assert command(normalise("客服的電子郵件是什麼")) is None
    assert command(normalise("可以重複使用折價券嗎，我上次用過一次")) is None


def test_latin_words_match_whole_and_chinese_anywhere() -> None:
    choices = {"1": ["order"], "2": ["退貨"]}
    assert best_choice(normalise("my order"), choices) == "1"
    assert best_choice(normalise("reorder borders"), choices) is None
    assert best_choice(normalise("我想要退货谢谢"), choices) == "2"


def test_the_longer_phrase_wins_and_a_tie_is_unclear() -> None:
    choices = {"1": ["order"], "2": ["return an order"]}
    assert best_choice("i want to return an order", choices) == "2"
    assert best_choice("订单 退货", {"1": ["訂單"], "2": ["退貨"]}) is None


def test_titles_are_found_by_part() -> None:
    titles = ["多久可以收到包裹", "How do I return goods?"]
    assert best_title(normalise("收到包裹"), titles) == 0
    assert best_title(normalise("the return thing"), titles) == 1
    assert best_title(normalise("天氣"), titles) is None


def test_long_speech_is_cut_to_500_characters() -> None:
    assert len(clip("退貨" * 5000)) == 500


def test_a_hostile_text_is_read_in_no_time() -> None:
    started = time.perf_counter()
    for text in ("有沒" * 10_000, "no" * 10_000, "\ufdfa" * 10_000, "我想按" * 10_000, "嗯" * 10_000):
        said = normalise(text)
        yes_or_no(said)
        command(said)
    assert time.perf_counter() - started < 2.0
