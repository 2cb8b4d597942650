"""Chinese by its sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faq.sounds import MARK, sounds
from app.faq.text import terms


def test_sounds_are_pairs_of_neighbouring_syllables() -> None:
    assert sounds("退貨") == ["~tui'huo"]
    assert sounds("退貨單") == ["~tui'huo", "~huo'dan"]


@pytest.mark.parametrize(
    ("heard", "meant"), [("推获", "退货"), ("支付", "滋付"), ("拿手", "拉手"), ("银行", "银星")]
)
def test_what_a_recogniser_mixes_up_sounds_equal(heard: str, meant: str) -> None:
    assert sounds(heard) == sounds(meant)


def test_both_scripts_sound_equal() -> None:
    assert sounds("註銷帳號") == sounds("注销帐号")


@pytest.mark.parametrize("text", ["", "return", "退", "😀退", "退 貨", "\ud800"])
def test_only_neighbouring_chinese_characters_make_a_sound(text: str) -> None:
    assert sounds(text) == []


@given(st.text(max_size=60))
def test_no_sound_is_taken_for_a_term(text: str) -> None:
    assert all(sound.startswith(MARK) for sound in sounds(text))
    assert not any(term.startswith(MARK) for term in terms(text))
