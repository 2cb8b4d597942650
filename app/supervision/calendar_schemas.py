"""Shapes of calendars. Spans are wall times of the calendar's time zone."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Spans = Annotated[
    list[tuple[str, str]],
    Field(
        max_length=48,
        description='[start, end] as HH:MM; an end at or before its start is on the next day; "24:00" is midnight',
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=100)]
TimeZone = Annotated[str, Field(max_length=60, description="an IANA name such as Asia/Taipei")]


class CalendarSettings(Schema):
    """The hours of a week. A day that is left out is closed."""

    name: Name
    time_zone: TimeZone
    weekly: dict[Day, Spans] = Field(default_factory=dict)


class NewCalendar(CalendarSettings):
    """A new calendar. A repeated request with the same `calendar_id` makes it once."""

    calendar_id: UUID
    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")


class CalendarChanges(Schema):
    """Fields to change; what is left out stays."""

    name: Name | None = None
    time_zone: TimeZone | None = None
    weekly: dict[Day, Spans] | None = None


class DayException(Schema):
    """Other hours on one date, in place of the week's. No spans: closed all day."""

    day: date
    name: str = Field(min_length=1, max_length=100, description="such as the name of the holiday")
    spans: Spans = Field(default_factory=list)


class ExceptionList(Schema):
    """Dated exceptions to set, such as the holidays of a year."""

    exceptions: list[DayException] = Field(max_length=1000)
    replace_from: date | None = Field(
        default=None,
        description="with `replace_until`: exceptions from this day on that are not listed are removed",
    )
    replace_until: date | None = Field(default=None, description="the last day of that range")


class CalendarView(CalendarSettings):
    """A calendar, whether it is open, and who goes by it."""

    calendar_id: UUID
    key: str
    exceptions: list[DayException]
    is_open: bool
    changes_at: datetime | None = Field(description="when that changes; null: never again")
    queues: list[str] = Field(description="keys of the queues that go by it")
