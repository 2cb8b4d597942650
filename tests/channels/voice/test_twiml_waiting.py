"""What a waiting caller hears: honest, never worse than before, never too often."""

import pytest

from app.channels.voice.wait_announcement import REPEAT_AFTER, Announced, announce
from app.selfservice.locales import Locale


class Wait:
    """One caller in the waiting room."""

    def __init__(self, locale: Locale = Locale.EN) -> None:
        self.locale = locale
        self.before: Announced | None = None

    def hears(self, position: int, expected: float | None, waited: float) -> str:
        """What is said in this round."""
        prompts, self.before = announce(
            self.locale,
            position=position,
            expected_seconds=expected,
            waited_seconds=waited,
            before=self.before,
        )
        return " ".join(prompt.text for prompt in prompts)


def test_the_first_round_tells_place_and_expected_wait() -> None:
    heard = Wait().hears(3, 250, 0)
    assert "You are number 3 in line." in heard
    assert "about three to five minutes" in heard


def test_nothing_new_is_music_only() -> None:
    wait = Wait()
    wait.hears(3, 250, 0)
    assert wait.hears(3, 250, 30) == ""


def test_a_better_place_is_told_at_once() -> None:
    wait = Wait()
    wait.hears(3, 250, 0)
    assert wait.hears(2, 100, 10) == "You are number 2 in line. The wait should be about one to two minutes."
    assert wait.hears(1, 30, 15).startswith("You are next in line.")


def test_a_worse_place_is_never_told() -> None:
    wait = Wait()
    wait.hears(3, 250, 0)
    assert wait.hears(5, 500, 30) == ""
    assert wait.hears(5, 500, REPEAT_AFTER) == "It will take a few minutes more. Thank you for your patience."
    assert wait.hears(3, 250, REPEAT_AFTER + 30) == ""
    assert (
        wait.hears(4, 500, 3 * REPEAT_AFTER)
        == "It will take a few minutes more. Thank you for your patience."
    )


def test_a_longer_wait_is_never_told_even_with_a_better_place() -> None:
    wait = Wait()
    wait.hears(3, 100, 0)
    assert wait.hears(2, 500, 10) == "You are number 2 in line."
    assert wait.hears(2, 500, 100) == "It will take a few minutes more. Thank you for your patience."


def test_an_unchanged_place_is_repeated_after_a_minute() -> None:
    wait = Wait()
    wait.hears(3, 250, 0)
    assert "number 3" in wait.hears(3, 250, REPEAT_AFTER)


def test_without_staff_no_figure_is_invented() -> None:
    assert "minute" not in Wait().hears(3, None, 0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "less than a minute"),
        (60, "less than"),
        (61, "one to two"),
        (121, "three to five"),
        (600, "five to ten"),
        (601, "more than ten"),
    ],
)
def test_the_expected_wait_is_told_in_rough_steps(seconds: float, words: str) -> None:
    assert words in Wait().hears(2, seconds, 0)


def test_chinese_places_are_numbers_a_voice_says_right() -> None:
    assert "排在第十二位" in Wait(Locale.ZH_HANT).hears(12, None, 0)


def test_what_was_told_survives_storing() -> None:
    told = Announced(3, 2, 1.5)
    assert Announced.from_json(told.to_json()) == told
    assert Announced.from_json({"position": "3"}) is None
    assert Announced.from_json(None) is None
