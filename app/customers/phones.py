"""Telephone addresses in one form: E.164 for numbers, or the reason why there is none. Pure; never raises.

Runs on the path of every inbound call, so answers are cached. A withheld caller never becomes a number.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

DEFAULT_REGION: Final = "TW"
CACHE_ENTRIES: Final = 16_384  # about 5 MB when full
LONGEST_CACHED_TEXT: Final = 64  # characters; longer texts are no numbers and must not fill the cache
LONGEST_TEXT: Final = 250  # characters libphonenumber itself is willing to parse
SHORTEST_BARE_INTERNATIONAL: Final = 10  # digits; shorter ones without "+" are read as national only


class NumberKind(StrEnum):
    """What the numbering plan says a number is for. `unknown`: possible, but in no range we know."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    TOLL_FREE = "toll_free"
    VOIP = "voip"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Number:
    """A dialable number: `e164` such as `+886255500100`; `extension` are the digits to dial after it."""

    e164: str
    extension: str | None = None
    kind: NumberKind = NumberKind.UNKNOWN


@dataclass(frozen=True, slots=True)
class Withheld:
    """The caller hides the number. It identifies nobody and cannot be called back."""


@dataclass(frozen=True, slots=True)
class NotANumber:
    """Something else, e.g. `sip:x@y` or `client:agent_7`; `text` is it, cleaned of invisible characters."""

    text: str


PhoneAddress: TypeAlias = Number | Withheld | NotANumber

# A withheld number reaches us as a word, or as that word spelt on a telephone keypad (Twilio, "Why am I
# getting calls from these strange numbers?" and changelog of 2022-11-16). "+17378742833" is RESTRICTED taken
# for a North American number, as recorded from real calls.
WITHHELD_WORDS: Final = frozenset(
    {"anonymous", "restricted", "blocked", "unknown", "unavailable", "private", "withheld"}
)
WITHHELD_NUMBERS: Final = frozenset(
    {"+266696687", "+7378742833", "+17378742833", "+2562533", "+8656696", "+86282452253"}
)

_KINDS: Final[Mapping[int, NumberKind]] = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.OTHER,  # North America: the plan makes no difference
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.VOIP: NumberKind.VOIP,
    PhoneNumberType.UNKNOWN: NumberKind.UNKNOWN,
}

_NUMBER_SCHEMES: Final = re.compile(r"(?:tel|whatsapp|sms):\s*", re.IGNORECASE)
_OTHER_SCHEMES: Final = re.compile(r"(?:sips?|client|mailto):", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"[\s,;]*(?:分機|分机|內線|内线|轉|转|;ext=|extension|extn?\.?|x|#)\s*[:.]?\s*([0-9]{1,7})\s*#?$",
    re.IGNORECASE,
)
_DIALABLE: Final = re.compile(r"\+?[0-9\s().\-/‐‑‒–—―−·~]+")


def normalise(text: str | None, region: str = DEFAULT_REGION) -> PhoneAddress:
    """Read `text` as a telephone address; numbers without country code are read as `region` dials them.

    Accepts full-width digits and signs, spaces, dashes, brackets, `tel:` and extensions (`分機 123`,
    `ext. 5`, `#12`). With a country code a number only has to be possible, since new ranges open before any
    table knows them (libphonenumber FAQ); without one it has to be valid, since a wrong guess would name a
    wrong customer. Numbers of a carrier that forgets the "+" are understood too.
    """
    if text is None:
        return Withheld()
    if len(text) > LONGEST_CACHED_TEXT:
        return _normalise(text, region)
    return _cached(text, region)


def clean(text: str) -> str:
    """Compatibility forms made plain (full-width digits and signs: NFKC) and invisible characters removed."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii():
        visible = "".join(c for c in plain if unicodedata.category(c) != "Cf")
        plain = unicodedata.normalize("NFKC", visible)
    return plain.strip()


def _normalise(text: str, region: str) -> PhoneAddress:
    plain = clean(text)
    if _is_withheld(plain):
        return Withheld()
    if len(plain) > LONGEST_TEXT or _OTHER_SCHEMES.match(plain):
        return NotANumber(plain)
    address = _NUMBER_SCHEMES.sub("", plain, count=1) if _NUMBER_SCHEMES.match(plain) else plain
    extension = None
    if found := _EXTENSION.search(address):
        address, extension = address[: found.start()], found[1]
    address = address.strip()
    parsed = _parse(address, region) if _DIALABLE.fullmatch(address) else None
    if parsed is None:
        return NotANumber(plain)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if e164 in WITHHELD_NUMBERS:
        return Withheld()
    # what was written otherwise must have one clear reading (doubled trunk zeros have two)
    if e164 != address and phonenumbers.parse(e164) != parsed:
        return NotANumber(plain)
    return Number(e164, extension, _KINDS.get(phonenumbers.number_type(parsed), NumberKind.OTHER))


_cached = lru_cache(maxsize=CACHE_ENTRIES)(_normalise)


def _is_withheld(plain: str) -> bool:
    if not plain:
        return True
    word = plain.lower()
    if _OTHER_SCHEMES.match(word):
        word = word.split(":", 1)[1].split("@", 1)[0]  # RFC 3323: sip:anonymous@anonymous.invalid
    compact = word.replace(" ", "")
    return word.lstrip("+") in WITHHELD_WORDS or compact in WITHHELD_NUMBERS or compact == "+"


def _parse(address: str, region: str) -> PhoneNumber | None:
    if address.startswith("+"):
        parsed = _try_parse(address, None)
        return parsed if parsed is not None and phonenumbers.is_possible_number(parsed) else None
    digits = "".join(c for c in address if c.isdigit())
    national = _try_parse(address, region)
    if _is_complete(national, digits, region):
        return national
    if len(digits) < SHORTEST_BARE_INTERNATIONAL or digits.startswith("0"):
        return None
    bare = _try_parse("+" + digits, None)
    return bare if bare is not None and phonenumbers.is_valid_number(bare) else None


def _is_complete(national: PhoneNumber | None, digits: str, region: str) -> bool:
    """Valid, and with its area code: where landlines are dialled with a leading 0, one written without is
    local. `5550 0100` in Taipei would otherwise be read as a number of Chiayi (area code 5)."""
    if national is None or not phonenumbers.is_valid_number(national):
        return False
    if digits.startswith("0") or phonenumbers.ndd_prefix_for_region(region, True) != "0":
        return True
    return phonenumbers.number_type(national) != PhoneNumberType.FIXED_LINE


def _try_parse(address: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(address, region)
    except NumberParseException:
        return None


def country_calling_code(region: str) -> int:
    """`TW` → 886; 0 for an unknown region."""
    return phonenumbers.country_code_for_region(region)
