"""Says names, numbers and times the way a person would in each language."""

import re
import unicodedata
from datetime import date, datetime

from app.selfservice.locales import Locale

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_MAX_NAME = 40  # characters; longer is not a name anybody wants read aloud
_DIGITS = "零一二三四五六七八九"
_TEENS_END, _TENS_END = 20, 100
_WEEKDAYS = {
    Locale.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Locale.ZH_HANT: ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    Locale.ZH_HANS: ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期天"),
}
_PARTS_OF_DAY = ((5, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))  # until this hour
_DAYS = {
    Locale.EN: ("today", "tomorrow"),
    Locale.ZH_HANT: ("今天", "明天"),
    Locale.ZH_HANS: ("今天", "明天"),
}


def speakable_name(name: str | None, locale: Locale) -> str | None:
    """A customer's name as it can be spoken in `locale`, None when a voice would mangle it.

    An English voice cannot read Chinese characters; digits and symbols in a name are typing errors.
    """
    folded = " ".join(unicodedata.normalize("NFKC", name or "").split())
    allowed = all(unicodedata.category(c)[0] in "LM" or c in " .'’-·" for c in folded)
    if not folded or len(folded) > _MAX_NAME or not allowed:
        return None
    if locale is Locale.EN and _HAN.search(folded):
        return None
    return folded


def day_part(now: datetime) -> str:
    """`morning`, `afternoon` or `evening` of a local time, as people greet."""
    if 5 <= now.hour < 12:
        return "morning"
    return "afternoon" if 12 <= now.hour < 18 else "evening"


def number(value: int, locale: Locale) -> str:
    """A small number: digits in English, characters in Chinese up to 99 ("二十三")."""
    if not locale.is_chinese or not 0 <= value < _TENS_END:
        return str(value)
    tens, ones = divmod(value, 10)
    if tens == 0:
        return _DIGITS[ones]
    lead = "" if value < _TEENS_END else _DIGITS[tens]
    return f"{lead}十{_DIGITS[ones] if ones else ''}"


def time_of_day(at: datetime, locale: Locale) -> str:
    """A time as it is said: `9 AM`, `9:30 AM`; 上午九點, 下午兩點半, 晚上八點零五分."""
    hour, minute = at.hour, at.minute
    if locale is Locale.EN:
        half = "AM" if hour < 12 else "PM"
        return f"{hour % 12 or 12}{f':{minute:02}' if minute else ''} {half}"
    point, minutes = ("點", "分") if locale is Locale.ZH_HANT else ("点", "分")
    part = next(name for until, name in _PARTS_OF_DAY if hour < until)
    clock = hour if hour <= 12 else hour - 12
    two = "兩" if locale is Locale.ZH_HANT else "两"
    said_hour = two if clock == 2 else number(clock, locale)
    zero = "零" if 0 < minute < 10 else ""
    said_minute = "" if not minute else "半" if minute == 30 else f"{zero}{number(minute, locale)}{minutes}"
    return f"{part}{said_hour}{point}{said_minute}"


def day_and_time(at: datetime, now: datetime, locale: Locale) -> str:
    """`tomorrow at 9 AM`, `明天上午九點`; the weekday within a week, the date beyond it."""
    days = (at.date() - now.date()).days
    clock = time_of_day(at, locale)
    if 0 <= days <= 1:
        day = _DAYS[locale][days]
    elif 0 <= days < 7:
        day = ("on " if locale is Locale.EN else "") + _WEEKDAYS[locale][at.weekday()]
    elif locale is Locale.EN:
        day = f"on {at:%B} {at.day}"
    else:
        day = f"{number(at.month, locale)}月{number(at.day, locale)}日"
    return f"{day} at {clock}" if locale is Locale.EN else f"{day}{clock}"


def past_day(on: date, today: date, locale: Locale) -> str:
    """A day that is over: `today`, `on March 2`; 今天, 三月二日."""
    if on == today:
        return _DAYS[locale][0]
    if locale is Locale.EN:
        return f"on {on:%B} {on.day}"
    return f"{number(on.month, locale)}月{number(on.day, locale)}日"
