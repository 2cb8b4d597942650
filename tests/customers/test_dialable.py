"""Which numbers are never rung."""

import pytest

from app.customers.dialable import DialRules, why_not_dialled, why_short

HOME = DialRules("TW", frozenset({"TW"}), ("+88690900",))
ANYWHERE = DialRules("TW")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+886912345678", None),
        ("+886255500100", None),
        ("+886800123456", None),
        ("+886203123456", "premium"),
        ("+886204123456", "premium"),
        ("+886909001234", "begins with +88690900"),
        ("+19005551234", "premium"),
        ("+4916012345678", "country that is not called (DE)"),
        ("+18765551234", "country that is not called (JM)"),
        ("+881612345678", "country"),  # satellite
        ("+8821612345", "country"),  # international networks
        ("+886110", "digits"),
        ("+88691", "digits"),
        ("0912345678", "telephone number"),  # not E.164
        ("nonsense", "telephone number"),
        ("", "telephone number"),
    ],
)
def test_a_number_is_rung_or_refused_with_the_reason(number: str, why: str | None) -> None:
    found = why_not_dialled(number, HOME)
    assert found is None if why is None else why in (found or "")


def test_a_country_is_called_once_it_is_listed_and_its_costly_lines_never() -> None:
    america = DialRules("TW", frozenset({"US"}))
    assert why_not_dialled("+12125551234", america) is None
    assert "JM" in (why_not_dialled("+18765551234", america) or "")  # the same code, another country
    assert "premium" in (why_not_dialled("+19005551234", america) or "")
    assert "TW" in (why_not_dialled("+886912345678", america) or "")


def test_a_number_of_no_range_of_a_shared_code_is_not_called() -> None:
    assert "country" in (why_not_dialled("+12995550123", DialRules("US", frozenset({"US"}))) or "")


def test_without_a_list_every_country_is_called_but_no_costly_line() -> None:
    assert why_not_dialled("+4916012345678", ANYWHERE) is None
    assert "premium" in (why_not_dialled("+886203123456", ANYWHERE) or "")


def test_our_own_numbers_do_not_call_themselves() -> None:
    assert "our own" in (why_not_dialled("+886255500100", HOME, ours=["+886255500100"]) or "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("110", "emergency"),
        ("119", "emergency"),
        ("１１９", "emergency"),
        ("112", "emergency"),
        ("104", "short"),
        ("1950", "short"),
        ("0912345678", None),
        ("", None),
    ],
)
def test_emergency_and_service_numbers_are_told_by_name(text: str, why: str | None) -> None:
    found = why_short(text, "TW")
    assert found is None if why is None else why in (found or "")
