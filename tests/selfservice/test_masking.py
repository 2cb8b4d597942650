"""Personal data never survives masking, whatever way it is said or typed; the rest of the question does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.selfservice.masking import is_card_number, mask


@pytest.mark.parametrize(
    "secret",
    [
        "0912345678",
        "0912-345-678",
        "+886 912 345 678",
        "(02) 2345-6789",
        "０９１２３４５６７８",
        "０９１２－３４５－６７８",
        "1 2 3 4 5 6",
        "零九一二三四五六七八",
        "zero nine one two three four five six",
        "amy.lin@example.com.tw",
        "amy＠example．com",
        "amy at gmail dot com",
        "amy小老鼠gmail點com",
        "A123456789",
        "Ａ１２３４５６７８９",
        "a 123 456 789",
        "A800000014",
        "11010519491231002X",
        "4111 1111 1111 1111",
        "4111，1111，1111，1111",
    ],
)
def test_personal_data_is_masked_within_a_sentence(secret: str) -> None:
    assert mask(f"我的資料是「{secret}」，請查一下") == "我的資料是「***」，請查一下"


@pytest.mark.parametrize(
    "harmless",
    [
        "訂單 12345 到了嗎",
        "三到五天",
        "Where is my parcel?",
        "一共1,299元",
        "我要退 2 件，換 3 件",
        "",
        "meet me at the shop",
        "A12",
    ],
)
def test_harmless_text_stays(harmless: str) -> None:
    assert mask(harmless) == harmless


def test_card_numbers_are_known_by_their_check_digit() -> None:
    assert is_card_number("4111-1111-1111-1111")
    assert not is_card_number("4111-1111-1111-1112")
    assert not is_card_number("42")


@given(st.text() | st.text(alphabet="0123456789 -,，一二三oneA@.x*", max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.text(max_size=20), st.from_regex(r"\A[0-9]{6,30}\Z"), st.text(max_size=20))
def test_no_six_digits_in_a_row_survive(before: str, digits: str, after: str) -> None:
    masked = mask(before + digits + after)
    assert not any(digits[i : i + 6] in masked for i in range(len(digits) - 5))


def test_a_hostile_text_is_masked_in_no_time() -> None:
    assert mask("1-" * 20_000) == "***-"
    assert mask("a." * 20_000) == "a." * 20_000
