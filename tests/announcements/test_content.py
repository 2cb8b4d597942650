"""Which of an announcement's words and sounds a caller hears."""

import pytest

from app.announcements.models import Content, Heard
from app.selfservice.locales import Locale

EN, HANT, HANS = Locale.EN, Locale.ZH_HANT, Locale.ZH_HANS


@pytest.mark.parametrize(
    ("texts", "sounds", "locale", "heard"),
    [
        ({"en": "Hello"}, {}, EN, Heard(EN, text="Hello")),
        ({"en": "Hello"}, {"en": "t1"}, EN, Heard(EN, token="t1")),
        ({"en": "Hello"}, {"": "t0"}, EN, Heard(EN, text="Hello")),
        ({"en": "Hello"}, {"": "t0"}, HANT, Heard(HANT, token="t0")),
        ({"zh-Hans": "您好"}, {}, HANT, Heard(HANS, text="您好")),
        ({"zh-Hant": "您好"}, {"zh-Hans": "t2"}, HANT, Heard(HANT, text="您好")),
        ({"en": "Hello"}, {}, HANT, None),
        ({}, {}, EN, None),
    ],
)
def test_the_callers_own_language_comes_first(
    texts: dict[str, str], sounds: dict[str, str], locale: Locale, heard: Heard | None
) -> None:
    assert Content(texts, sounds).for_caller(locale) == heard


def test_an_emergency_is_heard_in_any_language_rather_than_not() -> None:
    content = Content({"en": "The line is down."}, {})
    assert content.for_caller(HANT, in_any_language=True) == Heard(EN, text="The line is down.")
    assert Content({}, {}).for_caller(HANT, in_any_language=True) is None


def test_music_is_a_sound_of_any_language_and_never_words() -> None:
    assert Content({"en": "la la"}, {}).music(EN) is None
    assert Content({}, {"en": "t1"}).music(HANT) == "t1"
    assert Content({}, {"en": "t1", "": "t0"}).music(EN) == "t0"
