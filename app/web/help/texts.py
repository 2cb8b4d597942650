"""The words of the help centre's own pages, one catalogue for each language."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from app.faq.models import Language
from app.helpcentre.contact_choices import ContactChoice, OpenDays, Spans

FOLDER = Path(__file__).parent / "texts"
NAMES = {Language.EN: "English", Language.ZH_HANT: "繁體中文", Language.ZH_HANS: "简体中文"}


class Texts:
    """One language. Values are put in as they are; the templates escape the result."""

    def __init__(self, words: dict[str, Any]):
        self._words = words

    def __call__(self, key: str, **values: object) -> str:
        """A text by its key. Raises KeyError for one that no catalogue has."""
        return str(self._words[key].format(**values))

    def date(self, day: date) -> str:
        """A date in words."""
        return self("date", day=day.day, month=self._words["months"][day.month - 1], year=day.year)

    def spans(self, spans: Spans) -> str:
        """Times of day of one day."""
        return self._words["and"].join(f"{start}–{end}" for start, end in spans) or self("closed_day")

    def days(self, days: OpenDays) -> str:
        """Days of the week."""
        first, last = self._words["days"][days.first], self._words["days"][days.last]
        return str(first) if days.first == days.last else self("day_range", first=first, last=last)

    def moment(self, at: datetime, now: datetime) -> str:
        """A time of day, with its day unless that is today."""
        local = now.astimezone(at.tzinfo)
        clock = at.strftime("%H:%M")
        ahead = (at.date() - local.date()).days
        if ahead == 0:
            return clock
        if ahead < 7:
            return f"{self._words['days'][at.weekday()]} {clock}"
        return f"{self.date(at.date())} {clock}"

    def state(self, choice: ContactChoice, now: datetime) -> str:
        """Whether a line is open, and until when."""
        if choice.is_open:
            if not choice.week or choice.changes_at is None:
                return self("open_now")
            return self("open_until", time=self.moment(choice.changes_at, now))
        if choice.changes_at is None:
            return self("closed_now")
        return self("opens_at", time=self.moment(choice.changes_at, now))

    def wait(self, choice: ContactChoice) -> str:
        """How long it takes now; '' when nothing honest can be said."""
        told = choice.wait
        if told is None:
            return ""
        if told.high is None:
            return self("wait_long", low=told.low)
        if told.high == 0:
            return self("wait_none")
        return self("wait_about" if told.low == told.high else "wait_range", low=told.low, high=told.high)


@cache
def texts(language: Language) -> Texts:
    """The catalogue of a language."""
    return Texts(orjson.loads((FOLDER / f"{language}.json").read_bytes()))
