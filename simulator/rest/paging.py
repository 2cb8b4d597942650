"""Lists in pages, and the date filters of lists."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from simulator.rest.validation import RestError, Values

DEFAULT_PAGE_SIZE = 50
FILTER_SUFFIXES = ("", "<", ">")


def page(path: str, key: str, items: list[dict[str, Any]], query: Values) -> dict[str, Any]:
    """One page of `items` under `key`, with Twilio's page fields."""
    size, number = query.number("PageSize", DEFAULT_PAGE_SIZE), query.number("Page", 0)
    first = number * size
    shown = items[first : first + size]
    last = max(0, (len(items) - 1) // size)

    def uri(n: int) -> str:
        return f"{path}?{urlencode({'PageSize': size, 'Page': n})}"

    return {
        key: shown,
        "end": max(first, first + len(shown) - 1),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1) if number < last else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uri(number - 1) if number > 0 else None,
        "start": first,
        "uri": uri(number),
    }


def in_dates(query: Values, name: str, moment: float | None) -> bool:
    """Whether `moment` passes the filters `name`, `name<`, `name>` (dates, or date-times for times)."""
    for suffix in FILTER_SUFFIXES:
        text = query.text(name + suffix)
        if text is None:
            continue
        if moment is None or not _compare(moment, _parse(name, text), suffix, whole_day="T" not in text):
            return False
    return True


def _parse(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RestError(400, 20001, f"{name}: {text!r} is not a date like 2026-01-31") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _compare(moment: float, limit: datetime, suffix: str, *, whole_day: bool) -> bool:
    at = datetime.fromtimestamp(moment, UTC)
    match suffix:
        case "<":
            return at.date() <= limit.date() if whole_day else at <= limit
        case ">":
            return at.date() >= limit.date() if whole_day else at >= limit
        case _:
            return at.date() == limit.date()
