"""Which numbers we may ring: E.164, in a country we call, and no line that costs more than a call. Pure.

Dialling is money: a form that makes us ring any number is how toll fraud works (Twilio, "Anti-Fraud Developer's
Guide": allow the countries you need, block premium ranges, limit rates). Numbering plans are those of libphonenumber.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, shortnumberinfo

from app.customers.phones import DEFAULT_REGION, clean

ANY_COUNTRY: Final = "*"
_NOT_A_NUMBER: Final = "must be a telephone number, such as 0912 345 678 or +886912345678"
_COSTLY: Final = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)


class DialSettings(Protocol):
    """The settings this reads."""

    @property
    def default_region(self) -> str:
        """Our own country, ISO 3166 (TW)."""

    @property
    def dial_countries(self) -> list[str]:
        """Countries we call, ISO 3166; empty: our own only; `*`: every one."""

    @property
    def dial_blocked_prefixes(self) -> list[str]:
        """Beginnings of E.164 numbers that are never called."""


@dataclass(frozen=True, slots=True)
class DialRules:
    """What may be dialled. `home`: how numbers without a country code are read; `countries`: ISO 3166 regions, or
    `*`; `blocked_prefixes`: beginnings of E.164 numbers."""

    home: str = DEFAULT_REGION
    countries: frozenset[str] = frozenset({ANY_COUNTRY})
    blocked_prefixes: tuple[str, ...] = ()


def rules_of(settings: DialSettings) -> DialRules:
    """The rules of this installation."""
    countries = frozenset(settings.dial_countries) or frozenset({settings.default_region})
    return DialRules(settings.default_region, countries, tuple(settings.dial_blocked_prefixes))


def why_short(text: str, home: str) -> str | None:
    """Why what somebody typed is no ordinary number although telephones know it: an emergency or a service number.
    None when it is neither."""
    digits = "".join(c for c in clean(text) if c.isdigit())
    if shortnumberinfo.is_emergency_number(digits, home):
        return "is an emergency number; call it from an ordinary telephone"
    parsed = _parsed(digits, home)
    if parsed is not None and shortnumberinfo.is_valid_short_number_for_region(parsed, home):
        return "is a short number of the carrier or of a service; those are not called"
    return None


def why_not_dialled(e164: str, rules: DialRules, *, ours: Iterable[str] = ()) -> str | None:
    """Why this number is not rung, None when it may be. `ours`: our own numbers, which would call themselves."""
    number = _parsed(e164, None) if e164.startswith("+") else None
    if number is None:
        return _NOT_A_NUMBER
    if not phonenumbers.is_possible_number(number):
        return "has too few or too many digits"
    regions = _regions(number)
    national = phonenumbers.national_significant_number(number)
    if any(shortnumberinfo.is_emergency_number(national, region) for region in regions):
        return "is an emergency number; call it from an ordinary telephone"
    if phonenumbers.number_type(number) in _COSTLY:
        return "is a premium, shared-cost or pager number; those are not called"
    if (blocked := _blocked_prefix(e164, rules)) is not None:
        return f"begins with {blocked}, which is not called"
    if ANY_COUNTRY not in rules.countries and not regions <= rules.countries:
        where = "/".join(sorted(regions)[:3])
        return (
            f"is in a country that is not called ({where}); SWITCHBOARD_DIAL_COUNTRIES lists those that are"
        )
    if e164 in ours:
        return "is one of our own numbers"
    return None


def _regions(number: PhoneNumber) -> frozenset[str]:
    """Where the number is. Several countries may share a code (+1): one that is in none of their ranges counts as
    being in all of them, so it is called only where all of them are."""
    region = phonenumbers.region_code_for_number(number)
    if region is not None:
        return frozenset({region})
    return frozenset(phonenumbers.region_codes_for_country_code(number.country_code or 0)) or frozenset({"?"})


def _blocked_prefix(e164: str, rules: DialRules) -> str | None:
    return next((prefix for prefix in rules.blocked_prefixes if e164.startswith(prefix)), None)


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None
