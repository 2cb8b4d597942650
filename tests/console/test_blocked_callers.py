"""The list of blocked callers over REST: a supervisor's, audited, and clear about what is wrong."""

from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from tests.support.app import Person, RunningApp


@pytest.fixture
async def boss(web: RunningApp) -> Person:
    """A signed-in supervisor."""
    return await web.person("boss", role="supervisor")


async def audited(web: RunningApp) -> list[Any]:
    async with web.database.read() as reader:
        rows = await reader.fetch(
            "select action, object from audit_log where object like 'caller:%' order by id"
        )
    return [tuple(row.values()) for row in rows]


async def test_a_number_is_blocked_changed_and_taken_off_and_every_change_is_audited_once(
    web: RunningApp, boss: Person
) -> None:
    until = (clock.utc_now() + timedelta(days=1)).isoformat()
    for _ in range(2):
        made = await boss.command("POST", "/blocked-callers", {"number": "0912-345-678", "reason": "threats"})
    assert (made["number"], made["until"], made["calls"]) == ("+886912345678", None, 0)
    await boss.command(
        "POST", "/blocked-callers", {"number": "0912345678", "reason": "threats", "until": until}
    )
    listed = (await boss.call("GET", "/blocked-callers")).json()
    assert [(one["number"], one["reason"]) for one in listed] == [("+886912345678", "threats")]
    assert listed[0]["until"] is not None
    assert (await boss.call("DELETE", "/blocked-callers/+886912345678")).status_code == 204
    assert (await boss.call("DELETE", "/blocked-callers/+886912345678")).status_code == 404
    assert (await boss.call("GET", "/blocked-callers")).json() == []
    about = "caller:+886912345678"
    assert await audited(web) == [("caller.blocked", about)] * 2 + [("caller.unblocked", about)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "anonymous"}, "number"),
        ({"number": "110"}, "number"),
        ({"reason": " "}, "reason"),
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
        ({"until": "2999-01-01T00:00:00"}, "until"),
    ],
)
async def test_what_cannot_be_blocked_names_the_field(
    boss: Person, changes: dict[str, str], field: str
) -> None:
    body = {"number": "0912345678", "reason": "threats", **changes}
    answer = await boss.call("POST", "/blocked-callers", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_an_agent_may_not_block(mei: Person) -> None:
    assert (await mei.call("GET", "/blocked-callers")).status_code == 403
    answer = await mei.call("POST", "/blocked-callers", {"number": "0912345678", "reason": "x"})
    assert answer.status_code == 403
