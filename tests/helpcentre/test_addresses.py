"""Addresses: readable, stable, in the visitor's language."""

from uuid import UUID

import pytest

from app.faq.models import Language
from app.helpcentre.addresses import (
    article_id_of,
    article_name,
    article_path,
    category_path,
    match_language,
    slug,
)

ID = UUID("0192f0c4-5d1e-7a11-8b3c-1f2e3d4c5b6a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("How do I track my order?", "how-do-i-track-my-order"),
        ("退款什麼時候會入帳？", "退款什麼時候會入帳"),
        ("a/../b?c#d%00", "a-b-c-d-00"),
        ("🙂 ? !", ""),
        ("word " * 100, "-".join(["word"] * 12)),
    ],
)
def test_a_slug_has_the_words_alone(text: str, words: str) -> None:
    assert slug(text) == words


@pytest.mark.parametrize("question", ["How do I pay?", "退款什麼時候會入帳？", "🙂", "deadbeef " * 30])
def test_the_id_is_found_again_whatever_the_question(question: str) -> None:
    assert article_id_of(article_name(ID, question)) == ID
    assert "?" not in article_path(Language.EN, ID, question)


def test_the_id_may_be_written_with_its_own_hyphens() -> None:
    assert article_id_of(str(ID)) == ID
    assert article_id_of(f"old-words-{ID}") == ID


@pytest.mark.parametrize("name", ["", "search", "x" * 32, "0192f0c4", "\x00" * 40, "退" * 5000])
def test_other_names_hold_no_id(name: str) -> None:
    assert article_id_of(name) is None


def test_a_category_is_one_part_of_a_path() -> None:
    assert category_path(Language.EN, "a/b?c") == "/help/en/category/a%2Fb%3Fc"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", Language.EN),
        ("zh-TW,zh;q=0.9,en;q=0.8", Language.ZH_HANT),
        ("zh-CN", Language.ZH_HANS),
        ("zh-Hans-HK", Language.ZH_HANS),
        ("zh-Hant-CN", Language.ZH_HANT),
        ("yue", Language.ZH_HANT),
        ("fr, en;q=0.3, zh-SG;q=0.7", Language.ZH_HANS),
        ("zh-TW;q=0, en;q=0.1", Language.EN),
        ("fr", Language.EN),
        ("zh;q=x,;;,=" * 500, Language.ZH_HANT),
    ],
)
def test_the_language_is_the_one_most_wanted(accept: str, language: Language) -> None:
    assert match_language(accept) is language
