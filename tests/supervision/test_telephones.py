"""Supervisors choose how an agent is reached; what is not called is refused by name."""

import pytest

from tests.supervision.conftest import Audited
from tests.supervision.desk import value
from tests.support.app import Person, RunningApp

PHONE = {"reached_by": "phone", "phone_address": "0912-000-133"}


@pytest.fixture
async def path(web: RunningApp) -> str:
    """The address of an agent's telephone."""
    return f"/agents/{(await web.person('mei')).agent_id}/telephone"


async def test_an_agent_is_reached_at_a_number_by_key_only(boss: Person, path: str, audited: Audited) -> None:
    assert (await boss.command("GET", path))["reached_by"] == "browser"
    for _ in range(2):
        found = await boss.command("PUT", path, PHONE)
        assert (found["phone_address"], found["needs_key"]) == ("+886912000133", True)
    found = await boss.command("PUT", path, {"reached_by": "browser"})
    assert (found["reached_by"], found["phone_address"]) == ("browser", None)
    lines = await audited()
    assert [line["after"]["reached_by"] for line in lines] == ["phone", "browser"]


@pytest.mark.parametrize("needs_key", [False, True])
async def test_a_sip_phone_asks_for_the_key_only_if_told_so(boss: Person, path: str, needs_key: bool) -> None:
    body = {"reached_by": "sip", "phone_address": "sip:mei@office.sip.twilio.com", "needs_key": needs_key}
    found = await boss.command("PUT", path, body)
    assert (found["phone_address"], found["needs_key"]) == (body["phone_address"], needs_key)


@pytest.mark.parametrize(
    ("reached_by", "address"),
    [
        ("phone", None),
        ("phone", "110"),
        ("phone", "0204 123 456"),
        ("phone", "+14155550123"),
        ("phone", "sip:mei@office.sip.twilio.com"),
        ("phone", "sofa"),
        ("sip", "+886912000133"),
        ("sip", "sip:mei@pbx.example.com"),
        ("sip", "sip:mei"),
        ("sip", "sip:mei@office.sip.twilio.com?Replaces=1"),
        ("sip", "sip:mei@evil.example.com;maddr=office.sip.twilio.com"),
        ("browser", "+886912000133"),
    ],
)
async def test_what_is_not_called_is_refused_by_name(
    boss: Person, web: RunningApp, path: str, reached_by: str, address: str | None
) -> None:
    answer = await boss.call("PUT", path, {"reached_by": reached_by, "phone_address": address})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "phone_address"
    assert await value(web, "select count(*) from agents where reached_by <> 'browser'") == 0


async def test_an_agent_nobody_knows_has_no_telephone(boss: Person, path: str) -> None:
    unknown = "/agents/01a00000-0000-7000-8000-000000000000/telephone"
    assert (await boss.call("GET", unknown)).status_code == 404
    assert (await boss.call("PUT", unknown, PHONE)).status_code == 404
