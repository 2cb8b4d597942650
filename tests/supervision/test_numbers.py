"""Administrators choose which number is shown to whom we call; only our own can be."""

import pytest

from app.core.ids import new_id
from tests.supervision.conftest import Audited
from tests.supervision.desk import value
from tests.support.app import Person, RunningApp

FIRST, SECOND = "+886255500101", "+886255500102"


@pytest.fixture(autouse=True)
async def numbers(web: RunningApp) -> None:
    """Two numbers of ours."""
    async with web.database.transaction() as tx:
        flow = new_id()
        await tx.execute("insert into flows (id, key, name) values ($1, 'main', '{}')", flow)
        for number in (FIRST, SECOND):
            await tx.execute(
                "insert into phone_numbers (number, label, flow_id) values ($1, 'x', $2)", number, flow
            )


async def test_the_site_shows_one_number_at_a_time(
    admin: Person, boss: Person, web: RunningApp, audited: Audited
) -> None:
    for number in (FIRST, SECOND, SECOND):
        found = await admin.command("PUT", "/numbers/default", {"number": number})
        assert [one["number"] for one in found if one["is_default"]] == [number]
    assert [one["is_default"] for one in await boss.command("GET", "/numbers")] == [False, True]
    await admin.command("PUT", "/numbers/default", {"number": None})
    assert await value(web, "select count(*) from phone_numbers where is_default") == 0
    assert [line["after"]["number"] for line in await audited()] == [FIRST, SECOND, None]


async def test_a_queue_shows_a_number_of_its_own(admin: Person, web: RunningApp) -> None:
    path = f"/queues/{web.queue_id}"
    assert (await admin.command("PATCH", path, {"caller_id": SECOND}))["caller_id"] == SECOND
    shown = {one["number"]: one["shown_by"] for one in await admin.command("GET", "/numbers")}
    assert shown == {FIRST: [], SECOND: [str(web.queue_id)]}
    assert (await admin.command("PATCH", path, {"caller_id": None}))["caller_id"] is None


@pytest.mark.parametrize("number", ["+886255500999", "0255500101", ""])
async def test_a_number_that_is_not_ours_is_refused_by_name(
    admin: Person, web: RunningApp, number: str
) -> None:
    answer = await admin.call("PATCH", f"/queues/{web.queue_id}", {"caller_id": number})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "caller_id")
    answer = await admin.call("PUT", "/numbers/default", {"number": number})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "number")
    assert await value(web, "select count(*) from audit_log where action like 'number%'") == 0
