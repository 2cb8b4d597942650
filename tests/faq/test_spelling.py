"""Repair of mistyped words."""

import random

import pytest

from app.faq.spelling import distance, nearest, neighbourhood

KNOWN = [("card", 3), ("cart", 9), ("refund", 4), ("delivery", 5), ("invoice", 2), ("instalments", 1)]


def repaired(word: str) -> str | None:
    near = neighbourhood(word)
    return nearest(near, [k for k in KNOWN if near.holds(k[0])]) if near else None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("refnud", "refund"), ("delivary", "delivery"), ("invioce", "invoice"), ("instalmetns", "instalments")],
)
def test_a_mistyped_word_finds_the_word_meant(typed: str, meant: str) -> None:
    assert repaired(typed) == meant


def test_equally_near_words_go_to_the_more_used_one() -> None:
    assert repaired("carx") == "cart"


@pytest.mark.parametrize("word", ["car", "zzzz", "3d4f", "退貨"])
def test_short_unlike_and_non_alphabetic_words_stay(word: str) -> None:
    assert repaired(word) is None


@pytest.mark.parametrize(
    ("left", "right", "edits"),
    [("card", "card", 0), ("card", "cadr", 1), ("card", "cards", 1), ("abcd", "badc", 2), ("ab", "xyz", 3)],
)
def test_distance_counts_a_transposition_once(left: str, right: str, edits: int) -> None:
    assert distance(left, right, 5) == edits


def test_one_edit_never_leaves_the_neighbourhood() -> None:
    chance = random.Random(1)
    for word in ("card", "order", "refund", "invoice"):
        for _ in range(300):
            letters = list(word)
            at = chance.randrange(len(letters))
            match chance.randrange(4):
                case 0:
                    letters[at] = chance.choice("abcdefghij")
                case 1:
                    letters.insert(at, chance.choice("abcdefghij"))
                case 2:
                    del letters[at]
                case _ if at:
                    letters[at - 1], letters[at] = letters[at], letters[at - 1]
            near = neighbourhood("".join(letters))
            assert near is None or near.holds(word), letters
