"""The forms of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faq.entries import MAX_STEP_CHARS, MAX_STEPS, category_path
from app.faq.forms import SHORT_CHARS, with_all_forms
from app.faq.models import ArticleContent

LONG = "**Open** the [form](https://example.com). Fill it in. " + "Then wait for the courier to ring. " * 20


def test_what_is_written_stays() -> None:
    written = ArticleContent("Q?", answer="Full", answer_short="Short", spoken_steps=("One.", "Two."))
    assert with_all_forms(written) == written


def test_a_long_answer_gives_a_short_form_and_steps_without_markup() -> None:
    made = with_all_forms(ArticleContent("Q?", answer=LONG))
    assert made.answer == LONG
    assert made.answer_short.startswith("Open the form. Fill it in. Then wait")
    assert made.answer_short.endswith(".")
    assert len(made.answer_short) <= SHORT_CHARS
    assert made.spoken_steps[0].startswith("Open the form.")


def test_the_short_form_is_what_is_spoken_when_there_is_one() -> None:
    made = with_all_forms(ArticleContent("Q?", answer=LONG, answer_short="Use the form. Then wait."))
    assert made.spoken_steps == ("Use the form. Then wait.",)


def test_steps_alone_give_a_numbered_answer() -> None:
    made = with_all_forms(ArticleContent("如何退貨？", spoken_steps=("打開表單。", "等快遞。")))
    assert made.answer == "1. 打開表單。\n2. 等快遞。"
    assert made.answer_short == "1. 打開表單。2. 等快遞。"


def test_a_short_answer_alone_is_the_full_one_too() -> None:
    assert with_all_forms(ArticleContent("Q?", answer_short="Yes.")).answer == "Yes."


def test_no_answer_stays_no_answer() -> None:
    assert with_all_forms(ArticleContent("Q?")) == ArticleContent("Q?")


def test_chinese_sentences_are_kept_whole() -> None:
    made = with_all_forms(ArticleContent("如何？", answer="請先登入會員中心。" * 60))
    assert len(made.spoken_steps) > 1
    assert all(step.endswith("。") and len(step) <= MAX_STEP_CHARS for step in made.spoken_steps)


@given(st.text(max_size=2_000), st.sampled_from([0, 700]))
def test_made_forms_keep_the_limits_of_written_ones(answer: str, padding: int) -> None:
    made = with_all_forms(ArticleContent("Q?", answer=answer + "a" * padding))
    assert len(made.answer_short) <= SHORT_CHARS
    assert len(made.spoken_steps) <= MAX_STEPS
    assert all(0 < len(step) <= MAX_STEP_CHARS for step in made.spoken_steps)


@pytest.mark.parametrize("path", ["Orders/Returns", " Orders / Returns ", "/Orders//Returns/"])
def test_a_category_is_one_path_however_it_is_written(path: str) -> None:
    assert category_path(path) == ("Orders", "Returns")
