"""Calendars: any number of spans, past midnight, dated exceptions, holidays in bulk; open now and until when."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.supervision.conftest import Audited
from tests.supervision.desk import value
from tests.support.app import Person, RunningApp

ALWAYS = [["00:00", "24:00"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ALWAYS)


async def made(admin: Person, **more: Any) -> UUID:
    """A calendar, made by its own endpoint."""
    body = {
        "calendar_id": str(uuid4()),
        "key": "office",
        "name": "Office",
        "time_zone": "Asia/Taipei",
        "weekly": {"mon": [["09:00", "12:30"], ["13:30", "18:00"]], "fri": [["22:00", "02:00"]]},
        **more,
    }
    shown = [await admin.command("POST", "/calendars", body) for _ in range(2)]
    assert shown[0]["weekly"] == shown[1]["weekly"] == body["weekly"]
    return UUID(shown[0]["calendar_id"])


async def test_a_calendar_is_made_once(admin: Person, audited: Audited) -> None:
    await made(admin)
    assert [one["key"] for one in await admin.command("GET", "/calendars")] == ["office"]
    assert [line["action"] for line in await audited()] == ["calendar.created"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"weekly": {"mon": [["9 am", "18:00"]]}}, "weekly.mon.0.0"),
        ({"weekly": {"mon": [["09:00", "25:00"]]}}, "weekly.mon.0.1"),
        ({"weekly": {"mon": [["09:00"]]}}, "weekly.mon.0.1"),
        ({"weekly": {"holiday": []}}, "weekly.holiday.[key]"),
        ({"name": None}, "name"),
    ],
)
async def test_what_no_calendar_can_be_is_refused_by_name(
    admin: Person, change: dict[str, Any], field: str
) -> None:
    calendar_id = await made(admin)
    answer = await admin.call("PATCH", f"/calendars/{calendar_id}", change)
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}, answer.text


async def test_a_queue_shows_whether_its_calendar_is_open_and_until_when(
    web: RunningApp, admin: Person
) -> None:
    calendar_id = await made(admin, weekly=WEEK)
    path = f"/queues/{web.queue_id}"
    shown = await admin.command("PATCH", path, {"calendar_id": str(calendar_id)})
    assert (shown["is_open"], shown["changes_at"]) == (True, None)
    await admin.command("PATCH", f"/calendars/{calendar_id}", {"weekly": {}})
    shown = await admin.command("GET", path)
    assert (shown["is_open"], shown["changes_at"]) == (False, None)
    today = await value(web, "select (switchboard_now() at time zone 'Asia/Taipei')::date")
    listed = {"exceptions": [{"day": today.isoformat(), "name": "Sale", "spans": ALWAYS}]}
    await admin.command("PUT", f"/calendars/{calendar_id}/exceptions", listed)
    shown = await admin.command("GET", path)
    assert shown["is_open"]
    assert shown["changes_at"] is not None
    assert (await admin.command("GET", f"/calendars/{calendar_id}"))["queues"] == ["help"]


async def test_a_change_of_a_calendar_reaches_the_router_through_its_queues(
    web: RunningApp, admin: Person
) -> None:
    calendar_id = await made(admin)
    await admin.command("PATCH", f"/queues/{web.queue_id}", {"calendar_id": str(calendar_id)})
    commands: list[tuple[str, str, dict[str, Any] | None]] = [
        ("PATCH", "", {"weekly": WEEK}),
        ("PUT", "/exceptions", {"exceptions": [{"day": "2027-01-01", "name": "New Year"}]}),
        ("DELETE", "/exceptions/2027-01-01", None),
    ]
    for method, path, body in commands:
        async with web.database.transaction() as tx:
            await tx.execute("delete from router_marks")
        await admin.command(method, f"/calendars/{calendar_id}{path}", body)
        marked = "select count(*) from router_marks where kind = 'queue' and ref = $1"
        assert await value(web, marked, web.queue_id) == 1, method


async def test_the_holidays_of_a_year_are_put_in_bulk(admin: Person, audited: Audited) -> None:
    calendar_id = await made(admin)
    path = f"/calendars/{calendar_id}/exceptions"
    year = {"replace_from": "2027-01-01", "replace_until": "2027-12-31"}
    days = [{"day": "2027-02-06", "name": "New Year's Eve"}, {"day": "2027-02-07", "name": "Spring Festival"}]
    await admin.command("PUT", path, {"exceptions": [{"day": "2026-12-25", "name": "Day off"}]})
    for _ in range(2):
        shown = await admin.command("PUT", path, {**year, "exceptions": days})
        assert [one["day"] for one in shown["exceptions"]] == ["2026-12-25", "2027-02-06", "2027-02-07"]
    shown = await admin.command("PUT", path, {**year, "exceptions": days[:1]})
    assert [one["day"] for one in shown["exceptions"]] == ["2026-12-25", "2027-02-06"]
    shown = await admin.command("DELETE", f"{path}/2027-02-06")
    assert [one["day"] for one in shown["exceptions"]] == ["2026-12-25"]
    assert [line["action"] for line in await audited()] == [
        "calendar.created",
        *["calendar.exceptions_set"] * 3,
        "calendar.exception_deleted",
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (
            {"exceptions": [{"day": "2027-01-01", "name": "x", "spans": [["09:00", "9"]]}]},
            "exceptions.0.spans",
        ),
        ({"exceptions": [{"day": "2027-02-30", "name": "x"}]}, "exceptions.0.day"),
        ({"exceptions": [{"day": "2027-01-01", "name": "x"}] * 2}, "exceptions.1.day"),
        ({"exceptions": [], "replace_from": "2027-01-01"}, "replace_until"),
        ({"exceptions": [], "replace_from": "2027-01-02", "replace_until": "2027-01-01"}, "replace_until"),
    ],
)
async def test_a_wrong_holiday_is_refused_by_name(admin: Person, body: dict[str, Any], field: str) -> None:
    calendar_id = await made(admin)
    answer = await admin.call("PUT", f"/calendars/{calendar_id}/exceptions", body)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_calendar_that_a_queue_goes_by_is_not_deleted(web: RunningApp, admin: Person) -> None:
    calendar_id = await made(admin)
    await admin.command("PATCH", f"/queues/{web.queue_id}", {"calendar_id": str(calendar_id)})
    answer = await admin.call("DELETE", f"/calendars/{calendar_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "calendar_in_use")
    await admin.command("PATCH", f"/queues/{web.queue_id}", {"calendar_id": None})
    await admin.command("DELETE", f"/calendars/{calendar_id}")
    assert (await admin.call("GET", f"/calendars/{calendar_id}")).status_code == 404
