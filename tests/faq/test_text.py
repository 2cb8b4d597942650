"""What a text is searched by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faq.text import (
    MAX_SENTENCES,
    content_words,
    normalise,
    sentences,
    stem,
    terms,
    tokens,
    urgency,
    wording_key,
)


def test_chinese_becomes_characters_and_overlapping_bigrams() -> None:
    assert terms("退貨") == ["退", "货", "退货"]


def test_traditional_and_simplified_give_the_same_terms() -> None:
    assert terms("如何註銷約定轉入帳號？") == terms("如何注销约定转入帐号？")


def test_full_width_and_case_are_folded() -> None:
    assert normalise("ＲＥＦＵＮＤ　退貨") == "refund 退货"


def test_english_words_become_stems_without_stop_words() -> None:
    assert terms("I am returning the deliveries") == [stem("returning"), stem("deliveries")]


@pytest.mark.parametrize(
    ("text", "code"), [("錯誤 080305", "080305"), ("v3.5", "v3.5"), ("NT$1,200", "1200")]
)
def test_numbers_and_codes_stay_whole(text: str, code: str) -> None:
    assert code in terms(text)


def test_hesitation_and_politeness_are_dropped() -> None:
    assert terms("嗯 請問那個 怎麼退貨啊") == terms("怎麼退貨")


def test_a_mail_is_split_and_its_greeting_left_out() -> None:
    mail = "您好，\n我上週買的鍋子壞了。請問怎麼送修？\n謝謝\n"
    assert sentences(mail) == ["我上週買的鍋子壞了", "請問怎麼送修？"]


def test_a_line_that_says_more_than_hello_is_kept() -> None:
    assert sentences("Hi I want a refund") == ["Hi I want a refund"]
    assert sentences("Best way to return it?") == ["Best way to return it?"]


def test_a_signature_and_quoted_lines_are_left_out() -> None:
    mail = "Can I return it?\n\nKind regards,\nMei Lin\nTel. 02 2345 6789\n"
    assert sentences(mail) == ["Can I return it?"]
    assert sentences("> How do I pay?\nThat did not help.") == ["That did not help"]
    assert sentences("怎麼退貨？\n\n王小明 敬上\n台北市") == ["怎麼退貨？"]


def test_a_question_counts_more_than_a_complaint_and_that_more_than_a_courtesy() -> None:
    for asking, wanting, telling in (
        ("Can I return it?", "The lid is broken", "I moved to Leeds"),
        ("怎么退货", "盖子坏了", "我上个月搬家"),
    ):
        assert urgency(asking) > urgency(wanting) > urgency(telling)
    assert urgency("Could you get back to me soon?") == urgency("I moved to Leeds")


def test_decimal_points_do_not_end_a_sentence() -> None:
    assert sentences("Is 3.5 kg too heavy? I hope not.") == ["Is 3.5 kg too heavy?", "I hope not"]


def test_question_words_alone_are_no_content() -> None:
    assert content_words(tokens("what about this")) == 0
    assert content_words(tokens("退貨")) == 1


def test_equal_wordings_have_equal_keys_in_any_script_or_width() -> None:
    assert wording_key(tokens("我想退貨！")) == wording_key(tokens("我想退货"))
    assert wording_key(tokens("我想退貨")) != wording_key(tokens("我想換貨"))


@pytest.mark.parametrize("text", ["", " ", "😀👍🏽", "\x00", "\ud800", "???", "\u200b", "。" * 500])
def test_texts_without_words_have_no_terms(text: str) -> None:
    assert terms(text) == []


def test_long_input_is_cut() -> None:
    assert len(sentences("退貨怎麼辦。" * 5_000)) == MAX_SENTENCES
    assert len(terms("a" * 100_000)[0]) <= 40


@given(st.text(st.characters(), max_size=300))
def test_no_text_breaks_the_tokeniser(text: str) -> None:
    for term in terms(text):
        assert term
        assert "\x00" not in term
        term.encode()


@given(st.text(st.characters(), max_size=300))
def test_no_text_breaks_the_sentence_split(text: str) -> None:
    assert all(sentence.strip() for sentence in sentences(text))
