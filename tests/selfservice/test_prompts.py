"""Every locale says the same things with the same variables."""

import json
import re
from datetime import datetime
from importlib.resources import files

import pytest

from app.selfservice.locales import Locale
from app.selfservice.prompts import catalogue, fill, message, variables
from app.selfservice.spoken import day_and_time, day_part, number, speakable_name, time_of_day

ENGLISH = catalogue(Locale.EN)


@pytest.mark.parametrize("locale", list(Locale))
def test_every_locale_has_the_same_messages_with_the_same_variables(locale: Locale) -> None:
    own = catalogue(locale)
    assert list(own) == list(ENGLISH)
    assert {key: variables(text) for key, text in own.items()} == {
        k: variables(t) for k, t in ENGLISH.items()
    }
    assert all(text.strip() for text in own.values())


@pytest.mark.parametrize("locale", list(Locale))
def test_no_message_is_listed_twice(locale: Locale) -> None:
    text = files("app.selfservice.prompts").joinpath(f"{locale.value}.json").read_text(encoding="utf-8")
    keys = re.findall(r'^\s*"([^"]+)":', text, re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(json.loads(text))


def test_chinese_catalogues_are_written_in_their_own_script() -> None:
    assert not any(
        character in text for text in catalogue(Locale.ZH_HANT).values() for character in "们这为请专务转"
    )
    assert not any(
        character in text for text in catalogue(Locale.ZH_HANS).values() for character in "們這為請專務轉"
    )


def test_a_value_is_never_read_as_a_template() -> None:
    assert fill("Hello {name}", {"name": "{company}", "company": "secret"}) == "Hello {company}"
    assert fill("Hello {nobody}{0.__class__}", {}) == "Hello {0.__class__}"


def test_an_unknown_message_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        message("no.such.message", Locale.EN)


@pytest.mark.parametrize(
    ("name", "locale", "said"),
    [
        ("林雅婷", Locale.ZH_HANT, "林雅婷"),
        ("林雅婷", Locale.EN, None),
        ("Emily Carter", Locale.ZH_HANS, "Emily Carter"),
        ("Ｅｍｉｌｙ", Locale.EN, "Emily"),
        ("O'Brien-Smith", Locale.EN, "O'Brien-Smith"),
        ("林先生 0912", Locale.ZH_HANT, None),
        ("<script>", Locale.EN, None),
        ("😀", Locale.EN, None),
        ("王" * 41, Locale.ZH_HANT, None),
        ("", Locale.EN, None),
        (None, Locale.EN, None),
    ],
)
def test_names_are_said_only_where_a_voice_can(name: str | None, locale: Locale, said: str | None) -> None:
    assert speakable_name(name, locale) == said


@pytest.mark.parametrize(
    ("at", "english", "hant"),
    [
        (datetime(2026, 3, 2, 9, 0), "today at 9 AM", "今天上午九點"),  # noqa: DTZ001
        (datetime(2026, 3, 3, 14, 30), "tomorrow at 2:30 PM", "明天下午兩點半"),  # noqa: DTZ001
        (datetime(2026, 3, 6, 12, 5), "on Friday at 12:05 PM", "星期五中午十二點零五分"),  # noqa: DTZ001
        (datetime(2026, 3, 22, 21, 45), "on March 22 at 9:45 PM", "三月二十二日晚上九點四十五分"),  # noqa: DTZ001
    ],
)
def test_times_are_said_as_people_say_them(at: datetime, english: str, hant: str) -> None:
    now = datetime(2026, 3, 2, 8, 0)  # noqa: DTZ001
    assert day_and_time(at, now, Locale.EN) == english
    assert day_and_time(at, now, Locale.ZH_HANT) == hant


def test_numbers_and_parts_of_the_day() -> None:
    assert [number(n, Locale.ZH_HANS) for n in (0, 2, 10, 11, 20, 99, 100)] == [
        "零",
        "二",
        "十",
        "十一",
        "二十",
        "九十九",
        "100",
    ]
    assert number(21, Locale.EN) == "21"
    hours = {hour: day_part(datetime(2026, 3, 2, hour)) for hour in (0, 5, 12, 18)}  # noqa: DTZ001
    assert hours == {0: "evening", 5: "morning", 12: "afternoon", 18: "evening"}
    assert time_of_day(datetime(2026, 3, 2, 0, 0), Locale.EN) == "12 AM"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh-TW", "zh-Hant"),
        ("zh_Hant_HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("en-GB", "en"),
        ("fr", "en"),
    ],
)
def test_language_tags_mean_a_locale(tag: str, locale: str) -> None:
    assert Locale.from_tag(tag, Locale.EN) is Locale(locale)
