"""Opening hours by the wall clock of a zone: several spans, nights, exceptions, both changes of the clocks."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.routing.calendars import DAYS, Calendar, read_calendar
from app.routing.fields import InputError

TAIPEI, BERLIN, NEW_YORK = "Asia/Taipei", "Europe/Berlin", "America/New_York"


def hours(zone: str, exceptions: Any = None, **weekly: Any) -> Calendar:
    return read_calendar({"time_zone": zone, "weekly": weekly, "exceptions": exceptions or {}}, "calendar")


def every_day(zone: str, *spans: list[str], exceptions: Any = None) -> Calendar:
    return hours(zone, exceptions, **{name: list(spans) for name in DAYS})


def at(zone: str, wall: str, fold: int = 0) -> float:
    """Unix seconds of a wall time."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def boundaries(calendar: Calendar, zone: str, start: str, end: str) -> list[str]:
    """Every boundary after start up to end, as wall time, with what holds from there on."""
    found, t = [], at(zone, start)
    while (t_next := calendar.next_boundary(t)) is not None and t_next <= at(zone, end):
        wall = datetime.fromtimestamp(t_next, ZoneInfo(zone)).strftime("%m-%d %H:%M")
        found.append(f"{wall} {'open' if calendar.is_open(t_next) else 'closed'}")
        t = t_next
    return found


def test_a_span_begins_and_ends_at_the_very_instant() -> None:
    calendar = hours(TAIPEI, mon=[["09:00", "12:30"]])
    nine, noon = at(TAIPEI, "2026-03-02T09:00"), at(TAIPEI, "2026-03-02T12:30")
    assert [calendar.is_open(t) for t in (nine - 0.001, nine, noon - 0.001, noon)] == [
        False,
        True,
        True,
        False,
    ]
    assert calendar.next_boundary(nine - 0.001) == nine
    assert calendar.next_boundary(nine) == noon
    assert calendar.next_boundary(noon) == nine + 7 * 86_400


def test_several_spans_a_day_and_days_without_any() -> None:
    calendar = hours(TAIPEI, fri=[["09:00", "12:00"], ["13:30", "18:00"]], mon=[["10:00", "11:00"]])
    assert boundaries(calendar, TAIPEI, "2026-03-05T00:00", "2026-03-09T23:00") == [
        "03-06 09:00 open",
        "03-06 12:00 closed",
        "03-06 13:30 open",
        "03-06 18:00 closed",
        "03-09 10:00 open",
        "03-09 11:00 closed",
    ]


def test_a_night_belongs_to_the_day_it_began_on() -> None:
    calendar = hours(TAIPEI, fri=[["22:00", "06:00"]])
    assert boundaries(calendar, TAIPEI, "2026-03-06T00:00", "2026-03-08T00:00") == [
        "03-06 22:00 open",
        "03-07 06:00 closed",
    ]
    off = hours(TAIPEI, {"2026-03-07": []}, fri=[["22:00", "06:00"]], sat=[["22:00", "06:00"]])
    assert off.is_open(at(TAIPEI, "2026-03-07T05:59")), "the holiday begins after the night before"
    assert not off.is_open(at(TAIPEI, "2026-03-07T23:00"))


def test_an_exception_replaces_the_hours_of_its_date_whatever_they_are() -> None:
    calendar = every_day(
        TAIPEI, ["09:00", "18:00"], exceptions={"2026-12-25": [], "2026-12-31": [["09:00", "12:00"]]}
    )
    assert boundaries(calendar, TAIPEI, "2026-12-24T12:00", "2026-12-26T12:00") == [
        "12-24 18:00 closed",
        "12-26 09:00 open",
    ]
    assert boundaries(calendar, TAIPEI, "2026-12-31T00:00", "2026-12-31T23:00") == [
        "12-31 09:00 open",
        "12-31 12:00 closed",
    ]


def test_hours_that_touch_have_no_boundary_between_them() -> None:
    always = every_day(BERLIN, ["00:00", "12:00"], ["12:00", "24:00"])
    assert always.is_open(at(BERLIN, "2026-03-29T02:30"))
    assert always.next_boundary(at(BERLIN, "2026-01-01T00:00")) is None
    but_christmas = every_day(BERLIN, ["00:00", "00:00"], exceptions={"2026-12-25": []})
    assert boundaries(but_christmas, BERLIN, "2026-01-01T00:00", "2027-03-01T00:00") == [
        "12-25 00:00 closed",
        "12-26 00:00 open",
    ]


def test_never_open_but_on_one_day_far_away_and_then_never_again() -> None:
    calendar = hours(TAIPEI, {"2030-02-01": [["09:00", "10:00"]]})
    assert boundaries(calendar, TAIPEI, "2026-01-01T00:00", "2040-01-01T00:00") == [
        "02-01 09:00 open",
        "02-01 10:00 closed",
    ]
    assert calendar.next_boundary(at(TAIPEI, "2030-02-01T10:00")) is None


def test_a_long_holiday_ends_at_the_first_usual_opening() -> None:
    shut: dict[str, list[Any]] = {f"2026-02-{day:02}": [] for day in range(10, 28)}
    calendar = hours(TAIPEI, shut, mon=[["09:00", "18:00"]])
    assert boundaries(calendar, TAIPEI, "2026-02-09T12:00", "2026-03-03T00:00") == [
        "02-09 18:00 closed",
        "03-02 09:00 open",
        "03-02 18:00 closed",
    ]


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        (BERLIN, "2026-03-28", "2026-03-29"),
        (NEW_YORK, "2026-03-07", "2026-03-08"),
        (BERLIN, "2026-10-24", "2026-10-25"),
    ],
)
def test_nine_oclock_stays_nine_oclock_when_the_clocks_change(zone: str, before: str, after: str) -> None:
    calendar = every_day(zone, ["09:00", "17:00"])
    assert boundaries(calendar, zone, f"{before}T08:00", f"{after}T18:00") == [
        f"{before[5:]} 09:00 open",
        f"{before[5:]} 17:00 closed",
        f"{after[5:]} 09:00 open",
        f"{after[5:]} 17:00 closed",
    ]
    assert at(zone, f"{after}T09:00") - at(zone, f"{before}T09:00") != 86_400, "that day is no 24 hours long"


def test_a_night_over_the_change_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    calendar = every_day(BERLIN, ["22:00", "06:00"])
    for evening, expected in (("2026-03-28", 7), ("2026-10-24", 9), ("2026-07-01", 8)):
        opens = at(BERLIN, f"{evening}T22:00")
        closes = calendar.next_boundary(opens)
        assert closes is not None
        assert closes - opens == expected * 3600


def test_a_time_the_clocks_jump_over_stands_for_the_jump() -> None:
    calendar = every_day(BERLIN, ["02:30", "05:00"])
    jump = at(BERLIN, "2026-03-29T03:00")
    assert calendar.next_boundary(jump - 60) == jump
    gone = every_day(BERLIN, ["02:15", "02:45"])
    assert gone.next_boundary(at(BERLIN, "2026-03-28T12:00")) == at(BERLIN, "2026-03-30T02:15")


def test_a_time_that_comes_twice_counts_the_first_time() -> None:
    opens = every_day(BERLIN, ["02:30", "05:00"])
    assert opens.next_boundary(at(BERLIN, "2026-10-25T01:00")) == at(BERLIN, "2026-10-25T02:30", fold=0)
    closes = every_day(BERLIN, ["00:30", "02:30"])
    assert not closes.is_open(at(BERLIN, "2026-10-25T02:15", fold=1))


def test_a_whole_day_the_zone_left_out_is_no_trouble() -> None:
    calendar = every_day("Pacific/Apia", ["09:00", "17:00"])
    assert boundaries(calendar, "Pacific/Apia", "2011-12-29T12:00", "2011-12-31T12:00") == [
        "12-29 17:00 closed",
        "12-31 09:00 open",
    ]


@pytest.mark.parametrize("t", [-1e30, -7e10, 1e12, 1e30])
def test_a_clock_beyond_every_calendar_is_closed_for_ever(t: float) -> None:
    calendar = every_day(TAIPEI, ["00:00", "24:00"])
    assert not calendar.is_open(t)
    assert calendar.next_boundary(t) is None


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ([], "calendar must be an object"),
        ({}, "calendar.time_zone is missing"),
        ({"time_zone": "Mars/Olympus"}, "calendar.time_zone 'Mars/Olympus' is not a time zone"),
        ({"time_zone": "../etc/passwd"}, "is not a time zone"),
        ({"time_zone": "Europe"}, "is not a time zone"),
        ({"time_zone": TAIPEI, "weekly": {"monday": []}}, "calendar.weekly.monday is not a day"),
        (
            {"time_zone": TAIPEI, "weekly": {"mon": [["9:00", "12:00"]]}},
            "calendar.weekly.mon[0][0] must be a time",
        ),
        (
            {"time_zone": TAIPEI, "weekly": {"mon": [["09:00", "24:01"]]}},
            "calendar.weekly.mon[0][1] must be a time",
        ),
        ({"time_zone": TAIPEI, "weekly": {"mon": [["24:00", "08:00"]]}}, "must lie before 24:00"),
        ({"time_zone": TAIPEI, "weekly": {"mon": ["09:00"]}}, "calendar.weekly.mon[0] must be a list"),
        ({"time_zone": TAIPEI, "exceptions": {"25.12.2026": []}}, "is not a date: write YYYY-MM-DD"),
        (
            {"time_zone": TAIPEI, "exceptions": {"2026-12-25": [[9, 12]]}},
            "calendar.exceptions.2026-12-25[0][0]",
        ),
    ],
)
def test_a_wrong_calendar_is_refused_with_the_field(raw: Any, named: str) -> None:
    with pytest.raises(InputError) as raised:
        read_calendar(raw, "calendar")
    assert named in str(raised.value)


def test_a_calendar_is_written_as_it_was_read() -> None:
    raw = {
        "time_zone": BERLIN,
        "weekly": {
            "mon": [["09:00", "12:00"], ["12:00", "24:00"]],
            "sat": [["22:00", "06:00"], ["00:00", "00:00"]],
        },
        "exceptions": {"2026-12-25": [], "2027-01-01": [["10:00", "10:00"]]},
    }
    config = read_calendar(raw, "calendar").as_config()
    again = read_calendar(config, "calendar")
    assert again.as_config() == config
    for hour in range(0, 24 * 400, 5):
        t = at(BERLIN, "2026-12-01T00:30") + hour * 3600
        assert again.is_open(t) == read_calendar(raw, "calendar").is_open(t)


times = st.integers(0, 24 * 4 - 1).map(lambda n: f"{n // 4:02}:{n % 4 * 15:02}")
spans = st.lists(st.tuples(times, times).map(list), max_size=3)


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(
    weekly=st.dictionaries(st.sampled_from(DAYS), spans),
    exceptions=st.dictionaries(st.integers(20, 30).map(lambda day: f"2026-10-{day}"), spans, max_size=4),
)
def test_boundaries_are_exactly_where_the_hours_change(weekly: Any, exceptions: Any) -> None:
    """Against a walk in steps of 15 minutes through the autumn change, by nothing but instants of each span."""
    calendar = hours(BERLIN, exceptions, **weekly)
    zone = ZoneInfo(BERLIN)

    def open_by_hand(t: float) -> bool:
        first = datetime.fromisoformat("2026-10-17T00:00")
        for n in range(20):
            day = first + timedelta(days=n)
            for start, end in exceptions.get(day.date().isoformat(), weekly.get(DAYS[day.weekday()], [])):
                begin = datetime.fromisoformat(f"{day.date()}T{start}")
                finish = datetime.fromisoformat(f"{day.date()}T{end}")
                finish += timedelta(days=1) if finish <= begin else timedelta()
                if begin.replace(tzinfo=zone).timestamp() <= t < finish.replace(tzinfo=zone).timestamp():
                    return True
        return False

    t = datetime(2026, 10, 20, tzinfo=UTC).timestamp()
    expected = calendar.next_boundary(t)
    for _ in range(4 * 24 * 12):
        assert calendar.is_open(t) == open_by_hand(t)
        t += 900
        if open_by_hand(t) != open_by_hand(t - 900):
            assert expected == t
            expected = calendar.next_boundary(t)
