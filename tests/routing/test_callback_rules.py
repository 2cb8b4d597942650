"""The rules of callbacks by themselves: moves, tries and gaps, and the hours at which nobody is called."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routing.calendars import read_calendar
from app.routing.callback_rules import (
    OPEN,
    CallbackMove,
    CallbackRules,
    CallbackState,
    First,
    Quiet,
    RuleError,
    awake,
    next_try,
    read_rules,
    sources,
    target,
    window,
)

NIGHT = Quiet(time(21), time(8))
WEEKDAYS = {
    "time_zone": "Asia/Taipei",
    "weekly": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "fri")},
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_open_state_can_reach_every_end_and_no_end_can_be_left() -> None:
    for state in OPEN:
        for move in (CallbackMove.SETTLE, CallbackMove.FAIL, CallbackMove.CANCEL):
            assert state in sources(move)
    for state in set(CallbackState) - set(OPEN):
        assert all(state not in sources(move) for move in CallbackMove)


def test_only_a_dialling_reaches_anybody() -> None:
    assert [m for m in CallbackMove if target(m) is CallbackState.REACHED] == [CallbackMove.REACH]
    assert sources(CallbackMove.REACH) == ["dialling"]


def test_rules_left_out_have_their_defaults() -> None:
    assert read_rules({}) == CallbackRules()
    found = read_rules({"first": "customer", "max_tries": 2, "gap_seconds": 60, "quiet": None})
    assert found == CallbackRules(First.CUSTOMER, 2, 60, 30, None)
    assert read_rules({"quiet": {"from": "22:30", "to": "07:00"}}).quiet == Quiet(time(22, 30), time(7))


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ({"first": "nobody"}, "first"),
        ({"max_tries": 0}, "max_tries"),
        ({"max_tries": True}, "max_tries"),
        ({"gap_seconds": "15"}, "gap_seconds"),
        ({"ring_seconds": 4}, "ring_seconds"),
        ({"quiet": "night"}, "quiet"),
        ({"quiet": {"from": "21:00"}}, "quiet"),
        ({"quiet": {"from": "21:00", "to": "21:00"}}, "quiet"),
        ({"quiet": {"from": "21:00+08:00", "to": "08:00"}}, "quiet"),
        ({"quiet": {"from": "25:00", "to": "08:00"}}, "quiet"),
        ({"in_queue": "yes"}, "in_queue"),
        ({"try": 3}, "try"),
    ],
)
def test_a_wrong_rule_is_named(raw: dict[str, object], named: str) -> None:
    with pytest.raises(RuleError, match=f"^{named}: "):
        read_rules(raw)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 86_400))
def test_there_is_a_next_try_after_the_gap_until_the_last_one(tries: int, most: int, gap: int) -> None:
    now = utc("2026-11-20T02:00")
    at = next_try(now=now, tries=tries, max_tries=most, gap_seconds=gap)
    assert at == (now + timedelta(seconds=gap) if tries < most else None)


@pytest.mark.parametrize(
    ("at", "is_allowed", "until"),
    [
        ("2026-11-20T02:00", True, "2026-11-20T13:00"),  # ten in the morning in Taipei, until nine at night
        ("2026-11-20T12:59:59", True, "2026-11-20T13:00"),
        ("2026-11-20T13:00", False, "2026-11-21T00:00"),  # nine at night: quiet until eight
        ("2026-11-20T23:59:59", False, "2026-11-21T00:00"),
        ("2026-11-21T00:00", True, "2026-11-21T13:00"),
    ],
)
def test_quiet_hours_begin_and_end_at_the_exact_instant(at: str, is_allowed: bool, until: str) -> None:
    found = window(utc(at), [awake(NIGHT, "Asia/Taipei")])
    assert (found.is_allowed, found.until) == (is_allowed, utc(until))


def test_quiet_hours_are_the_customers_own() -> None:
    at = utc("2026-11-20T02:00")  # ten in the morning in Taipei, nine at night in New York
    assert window(at, [awake(NIGHT, "Asia/Taipei")]).is_allowed
    found = window(at, [awake(NIGHT, "America/New_York")])
    assert (found.is_allowed, found.until) == (False, utc("2026-11-20T13:00"))


def test_quiet_hours_by_day_leave_the_night_free() -> None:
    siesta = awake(Quiet(time(13), time(16)), "Europe/Madrid")
    assert not window(utc("2026-07-01T12:00"), [siesta]).is_allowed
    assert window(utc("2026-07-01T23:00"), [siesta]).until == utc("2026-07-02T11:00")


def test_quiet_hours_follow_the_wall_clock_through_the_change_of_clocks() -> None:
    berlin = awake(NIGHT, "Europe/Berlin")
    assert window(utc("2026-10-24T20:00"), [berlin]).until == utc(
        "2026-10-25T07:00"
    )  # 25 October: an hour more
    assert window(utc("2026-03-28T21:00"), [berlin]).until == utc("2026-03-29T06:00")


def test_the_queues_hours_count_too_and_the_next_instant_fits_both() -> None:
    hours = [awake(NIGHT, "America/New_York"), read_calendar(WEEKDAYS, "calendar")]
    found = window(utc("2026-11-20T08:30"), hours)  # Friday: the queue opens, New York sleeps
    assert (found.is_allowed, found.until) == (False, utc("2026-11-23T01:00")), "Sunday evening there"
    assert window(utc("2026-11-23T01:00"), hours).until == utc("2026-11-23T02:00")


def test_hours_that_never_come_are_not_foreseen() -> None:
    never = read_calendar({"time_zone": "UTC", "weekly": {}}, "calendar")
    found = window(utc("2026-11-20T02:00"), [never])
    assert (found.is_allowed, found.until) == (False, None)


def test_without_hours_anybody_may_be_called_at_any_time() -> None:
    found = window(utc("2026-11-20T02:00"), [])
    assert (found.is_allowed, found.until) == (True, None)


@given(st.integers(0, 15 * 366 * 86_400), st.sampled_from(["UTC", "Europe/Berlin"]))
def test_what_is_promised_is_true(seconds: int, zone: str) -> None:
    at = utc("2020-01-01T00:00") + timedelta(seconds=seconds)
    hours = [awake(NIGHT, zone)]
    found = window(at, hours)
    assert found.until is not None
    assert found.until > at
    assert window(found.until, hours).is_allowed is not found.is_allowed
