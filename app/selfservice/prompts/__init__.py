"""Message catalogues: what self-service and the waiting room say, one JSON file per locale.

Every locale has the same messages with the same variables (`{name}`); a test holds them to it.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from app.selfservice.locales import Locale

_VARIABLE = re.compile(r"\{([a-z_]+)\}")


@cache
def catalogue(locale: Locale) -> Mapping[str, str]:
    """All messages of one locale by key."""
    text = files(__package__).joinpath(f"{locale.value}.json").read_text(encoding="utf-8")
    messages: dict[str, str] = json.loads(text)
    return messages


def variables(text: str) -> frozenset[str]:
    """The names of the variables in a text."""
    return frozenset(_VARIABLE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in place of variables. Values are never read as templates; an unknown variable vanishes."""
    return _VARIABLE.sub(lambda found: values.get(found.group(1), ""), text)


def message(key: str, locale: Locale, /, **values: str) -> str:
    """One message of the catalogue with its variables filled. Raises KeyError for an unknown key."""
    return fill(catalogue(locale)[key], values)


def suited(key: str, locale: Locale, /, *, is_written: bool, **values: str) -> str:
    """The message in its written form, where it has one (`written.…`) and the contact reads. Raises KeyError."""
    own = f"written.{key}"
    return message(own if is_written and own in catalogue(locale) else key, locale, **values)
