"""Contact choices: hours as they are, and of the wait nothing but what routing itself would tell."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.core.db import Transaction
from app.core.ids import new_id
from app.faq.models import Language
from app.helpcentre.contact_choices import (
    OpenDays,
    Wait,
    contact_choices,
    open_week,
    told_wait,
    written_number,
)
from app.routing.calendars import read_calendar
from app.routing.estimates import Outlook
from app.routing.wait_formula import ExpectedWait

MONDAY_NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # in Taipei
SPAN = ("09:00", "18:00")
OFFICE = {day: [list(SPAN)] for day in ("mon", "tue", "wed", "thu", "fri")}


async def add_line(
    tx: Transaction, number: str, locale: str, weekly: dict[str, Any] | None, *, published: bool = True
) -> UUID:
    """A number whose flow goes by the hours of a queue of its own; returns the queue."""
    calendar, flow, queue = new_id(), new_id(), new_id()
    if weekly is not None:
        await tx.execute(
            "insert into calendars (id, key, name, time_zone, weekly) values ($1, $2, 'x', 'Asia/Taipei', $3)",
            calendar, number, weekly,
        )  # fmt: skip
        await tx.execute(
            "insert into calendar_exceptions (calendar_id, day, name) values ($1, '2026-12-01', 'Founders day')",
            calendar,
        )
    await tx.execute(
        "insert into queues (id, key, name, calendar_id) values ($1, $2, 'q', $3)",
        queue, f"q{number}", calendar if weekly is not None else None,
    )  # fmt: skip
    await tx.execute(
        "insert into flows (id, key, name, published_version) values ($1, $2, 'f', $3)",
        flow, f"f{number}", 1 if published else None,
    )  # fmt: skip
    await tx.execute(
        "insert into phone_numbers (number, label, flow_id, queue_id, locale) values ($1, 'x', $2, $3, $4)",
        number, flow, queue, locale,
    )  # fmt: skip
    return queue


async def test_numbers_of_the_visitors_language_come_first(tx: Transaction) -> None:
    await add_line(tx, "+886255500100", "zh-Hant", None)
    await add_line(tx, "+886255500101", "en", None)
    await add_line(tx, "+886255500102", "en", None, published=False)
    english = await contact_choices(tx, Language.EN, MONDAY_NOON)
    assert [choice.number for choice in english] == ["+886255500101", "+886255500100"]
    simplified = await contact_choices(tx, Language.ZH_HANS, MONDAY_NOON)
    assert [choice.number for choice in simplified] == ["+886255500100", "+886255500101"]


async def test_a_line_says_whether_it_is_open_until_when_and_its_holidays(tx: Transaction) -> None:
    await add_line(tx, "+886255500100", "zh-Hant", OFFICE)
    [choice] = await contact_choices(tx, Language.ZH_HANT, MONDAY_NOON)
    assert choice.is_open
    assert choice.changes_at is not None
    assert choice.changes_at.strftime("%a %H:%M") == "Mon 18:00"
    assert choice.week == (OpenDays(0, 4, (SPAN,)), OpenDays(5, 6, ()))
    assert [other.day.isoformat() for other in choice.exceptions] == ["2026-12-01"]
    [night] = await contact_choices(tx, Language.ZH_HANT, MONDAY_NOON.replace(hour=15))
    assert not night.is_open
    assert night.changes_at is not None
    assert night.changes_at.strftime("%a %H:%M") == "Tue 09:00"


async def test_without_data_nothing_is_said_of_the_wait(tx: Transaction) -> None:
    await add_line(tx, "+886255500100", "zh-Hant", None)
    [choice] = await contact_choices(tx, Language.ZH_HANT, MONDAY_NOON)
    assert choice.is_open
    assert choice.wait is None


async def add_agent(tx: Transaction, queue: UUID, presence: str) -> None:
    agent = new_id()
    await tx.execute(
        "insert into agents (id, number, login, display_name, password_hash, role, softphone_identity) "
        "values ($1, 1, 'mei', 'Mei', 'x', 'agent', 'phone_mei')",
        agent,
    )
    await tx.execute(
        "insert into agent_states (agent_id, presence, is_connected) values ($1, $2, true)", agent, presence
    )
    await tx.execute("insert into agent_queues (agent_id, queue_id) values ($1, $2)", agent, queue)


@pytest.mark.parametrize(("presence", "wait"), [("available", Wait(0, 0)), ("away", None)])
async def test_a_free_line_is_told_only_while_somebody_is_there(
    tx: Transaction, presence: str, wait: Wait | None
) -> None:
    queue = await add_line(tx, "+886255500100", "zh-Hant", OFFICE)
    await add_agent(tx, queue, presence)
    [choice] = await contact_choices(tx, Language.ZH_HANT, MONDAY_NOON)
    assert choice.wait == wait
    [night] = await contact_choices(tx, Language.ZH_HANT, MONDAY_NOON.replace(hour=15))
    assert night.wait is None, "of a closed line nothing is told"


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [
        ((10, 50), Wait(1, 1)),
        ((130, 250), Wait(2, 5)),
        ((3500, 3700), Wait(58, 62)),
        ((4000, 9000), Wait(60, None)),
    ],
)
def test_a_wait_is_told_in_whole_minutes_and_never_too_short(seconds: Sequence[float], wait: Wait) -> None:
    low, high = seconds
    assert told_wait(Outlook(2, 0, ExpectedWait((low + high) / 2, low, high))) == wait


def test_while_others_wait_a_free_agent_is_not_promised() -> None:
    assert told_wait(Outlook(1, 1, None)) is None
    assert told_wait(Outlook(0, 0, None)) is None


def test_a_line_that_never_closes_needs_no_table() -> None:
    always = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    assert open_week(read_calendar({"time_zone": "UTC", "weekly": always}, "x")) == ()
    assert len(open_week(read_calendar({"time_zone": "UTC", "weekly": {**always, "wed": []}}, "x"))) == 3


def test_a_number_is_written_with_its_country() -> None:
    assert written_number("+886255500100") == "+886 2 5550 0100"
    assert written_number("+19") == "+19"
