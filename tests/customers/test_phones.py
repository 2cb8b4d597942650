"""Every way a caller's number is written leads to one address; a hidden number never leads to a customer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.customers.phones import (
    CACHE_ENTRIES,
    NotANumber,
    Number,
    NumberKind,
    Withheld,
    _cached,
    clean,
    normalise,
)

SHOP = "+886255500100"


@pytest.mark.parametrize(
    "text",
    [
        "+886255500100",
        "+886 2 5550 0100",
        "+886-2-5550-0100",
        "+886 (0)2 5550 0100",
        "(02) 5550-0100",
        "02-5550-0100",
        "０２－５５５０－０１００",
        "＋８８６　２　５５５０　０１００",
        "（02）5550–0100",
        "002886255500100",
        "886255500100",
        "tel:+886-2-5550-0100",
        "whatsapp:+886255500100",
        "\u202a+886 2 5550 0100\u202c",
        " 02 5550 0100 ",
    ],
)
def test_one_number_in_many_spellings_is_one_address(text: str) -> None:
    assert normalise(text) == Number(SHOP, None, NumberKind.LANDLINE)


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("02-5550-0100 分機 123", "123"),
        ("02-5550-0100 分机123", "123"),
        ("02-5550-0100轉５", "5"),
        ("(02) 5550-0100 ext. 5", "5"),
        ("02 5550 0100 x 42", "42"),
        ("02-5550-0100 extension 7", "7"),
        ("02-5550-0100 #12", "12"),
        ("０２－５５５０－０１００＃１２", "12"),
        ("tel:+886-2-5550-0100;ext=9", "9"),
    ],
)
def test_extensions_are_returned_apart(text: str, extension: str) -> None:
    assert normalise(text) == Number(SHOP, extension, NumberKind.LANDLINE)


@pytest.mark.parametrize(
    "text",
    [
        None, "", "   ", "+", "anonymous", "Anonymous", "+Anonymous", "ANONYMOUS", "RESTRICTED",
        "unavailable", "unknown", "private", "+266696687", "＋２６６６９６６８７", "+7378742833",
        "+17378742833", "+2562533", "+8656696", "+86282452253", "sip:anonymous@anonymous.invalid",
    ],
)  # fmt: skip
def test_a_withheld_number_is_no_number(text: str | None) -> None:
    assert normalise(text) == Withheld()


@pytest.mark.parametrize(
    "text", ["sip:x@example.com", "client:agent_1001", "SIP:+886255500100@example.com", "mei@example.com",
             "call me 0912345678", "119", "12345", "+1", "0" * 40, "x" * 500, "分機 12"],
)  # fmt: skip
def test_what_is_not_a_number_says_so(text: str) -> None:
    assert normalise(text) == NotANumber(text)


def test_national_numbers_follow_the_region() -> None:
    assert normalise("0912-345-678") == Number("+886912345678", None, NumberKind.MOBILE)
    assert normalise("138 0013 8000", "CN") == Number("+8613800138000", None, NumberKind.MOBILE)
    assert normalise("0800 080 123") == Number("+886800080123", None, NumberKind.TOLL_FREE)


def test_a_carrier_that_forgets_the_plus_is_understood() -> None:
    assert normalise("8613800138000") == Number("+8613800138000", None, NumberKind.MOBILE)
    assert normalise("12025550143") == Number("+12025550143", None, NumberKind.OTHER)


def test_a_local_number_without_its_area_code_is_not_guessed() -> None:
    assert normalise("5550 0100") == NotANumber("5550 0100")


def test_a_possible_number_in_an_unknown_range_is_kept() -> None:
    assert normalise("+886 1 2025 550143") == Number("+88612025550143", None, NumberKind.UNKNOWN)


def test_an_unknown_region_is_not_an_error() -> None:
    assert normalise("0912345678", "ZZ") == NotANumber("0912345678")
    assert normalise(SHOP, "ZZ") == normalise(SHOP)


FULL_WIDTH = {c: c + 0xFEE0 for c in range(0x21, 0x7F)} | {0x20: 0x3000}
numberish = st.text(alphabet="0123456789+-() .#x/分機轉ext", max_size=40)


@given(st.one_of(st.text(max_size=300), numberish))
def test_normalising_never_raises_and_is_idempotent(text: str) -> None:
    once = normalise(text)
    match once:
        case Number(e164=e164, kind=kind):
            assert normalise(e164) == Number(e164, None, kind)
        case NotANumber(text=cleaned):
            assert normalise(cleaned) == once
            assert clean(cleaned) == cleaned
        case Withheld():
            assert normalise("") == once


@given(numberish)
def test_full_width_equals_half_width(text: str) -> None:
    assert normalise(text.translate(FULL_WIDTH)) == normalise(text)


@given(st.integers(min_value=910_000_000, max_value=989_999_999), st.sampled_from(["", " ", "-", "."]))
def test_every_taiwanese_mobile_is_found_from_its_national_form(digits: int, separator: str) -> None:
    text = str(digits)
    national = separator.join(["0" + text[:3], text[3:6], text[6:]])
    found = normalise(national)
    assert isinstance(found, Number)
    assert found.e164 == f"+886{text}"


def test_the_cache_stays_bounded() -> None:
    for n in range(CACHE_ENTRIES // 64):
        normalise("y" * 65 + str(n))
    assert _cached.cache_info().currsize <= CACHE_ENTRIES
    before = _cached.cache_info().currsize
    normalise("z" * 65)
    assert _cached.cache_info().currsize == before
