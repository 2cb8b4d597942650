"""Callbacks over REST: asked for, listed with place and next try, called off; every refusal says why."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.core import clock
from app.routing.callback_timers import CallbackTimers
from tests.support.app import Person, RunningApp


@pytest.fixture
async def boss(web: RunningApp) -> Person:
    """A signed-in supervisor."""
    return await web.person("boss", role="supervisor")


@pytest.fixture
async def queue_id(web: RunningApp, mei: Person) -> str:
    """A queue in which callbacks may be made at any hour."""
    async with web.database.transaction() as tx:
        await tx.execute("""update queues set callback_rules = '{"quiet": null}'""")
        found: UUID = await tx.fetchval("select id from queues order by key limit 1")
    return str(found)


async def test_who_asks_is_listed_with_number_place_and_next_try(
    web: RunningApp, mei: Person, boss: Person, queue_id: str
) -> None:
    await mei.command("POST", "/callbacks", {"number": "０９１２-000-111", "queue_id": queue_id})
    later = clock.utc_now() + timedelta(hours=2)
    body = {
        "number": "0912000222",
        "queue_id": queue_id,
        "not_before": later.isoformat(),
        "reason": "A refund",
    }
    asked = await mei.command("POST", "/callbacks", body)
    assert (asked["number"], asked["state"], asked["tries"]) == ("+886912000222", "pausing", 0)
    await CallbackTimers(web.database, web.settings).run_due()
    found = (await boss.command("GET", "/callbacks"))["callbacks"]
    assert [(one["number"], one["state"], one["place"]) for one in found] == [
        ("+886912000111", "waiting", 1),
        ("+886912000222", "pausing", 2),
    ]
    assert found[0]["next_try_at"] is None
    assert found[1]["next_try_at"] is not None
    assert (await boss.command("GET", f"/callbacks/{asked['callback_id']}"))["place"] == 2
    async with web.database.read() as reader:
        reason = await reader.fetchval(
            "select summary ->> 'question' from contacts where topic is null and to_address = $1",
            "+886912000222",
        )
    assert reason == "A refund"


async def test_the_next_try_that_is_shown_is_outside_quiet_hours(
    web: RunningApp, mei: Person, boss: Person, queue_id: str
) -> None:
    async with web.database.transaction() as tx:
        await tx.execute(
            """update queues set callback_rules = jsonb_build_object('quiet', jsonb_build_object(
                 'from', to_char(switchboard_now() at time zone 'UTC' - interval '1 hour', 'HH24:MI'),
                 'to', to_char(switchboard_now() at time zone 'UTC' + interval '3 hours', 'HH24:MI')))"""
        )
        now = await tx.fetchval("select switchboard_now()")
    asked = await mei.command(
        "POST", "/callbacks", {"number": "0912000111", "queue_id": queue_id, "time_zone": "UTC"}
    )
    shown = (await boss.command("GET", f"/callbacks/{asked['callback_id']}"))["next_try_at"]
    assert shown == (now + timedelta(hours=3)).replace(second=0, microsecond=0).isoformat().replace(
        "+00:00", "Z"
    )


async def test_asking_twice_gives_the_same_one(mei: Person, queue_id: str) -> None:
    body = {"number": "0912000111", "queue_id": queue_id}
    first = await mei.command("POST", "/callbacks", body)
    assert (await mei.command("POST", "/callbacks", body))["callback_id"] == first["callback_id"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "anonymous"}, "number"),
        ({"number": "0203 123 456"}, "number"),
        ({"number": "+4916012345678"}, "number"),
        ({"queue_id": str(uuid4())}, "queue_id"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"not_before": "2026-11-20T10:00:00"}, "not_before"),
        ({"not_before": "2999-01-01T10:00:00Z"}, "not_before"),
        ({"reason": "  "}, "reason"),
        ({"nmber": "0912"}, "nmber"),
    ],
)
async def test_a_wish_that_cannot_be_kept_names_the_field(
    mei: Person, queue_id: str, changes: dict[str, str], field: str
) -> None:
    answer = await mei.call("POST", "/callbacks", {"number": "0912000111", "queue_id": queue_id, **changes})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_supervisor_calls_it_off_once_and_it_is_audited(
    web: RunningApp, mei: Person, boss: Person, queue_id: str
) -> None:
    asked = await mei.command("POST", "/callbacks", {"number": "0912000111", "queue_id": queue_id})
    path = f"/callbacks/{asked['callback_id']}/cancel"
    for _ in range(2):
        assert (await boss.command("POST", path))["state"] == "cancelled"
    assert (await boss.command("GET", "/callbacks"))["callbacks"] == []
    ended = (await boss.command("GET", "/callbacks?ended=true"))["callbacks"]
    assert [(one["state"], one["place"]) for one in ended] == [("cancelled", None)]
    async with web.database.read() as reader:
        assert (
            await reader.fetchval("select count(*) from audit_log where action = 'callback.cancelled'") == 1
        )


async def test_an_agent_may_ask_and_neither_list_nor_call_off(mei: Person, queue_id: str) -> None:
    asked = await mei.command("POST", "/callbacks", {"number": "0912000111", "queue_id": queue_id})
    assert (await mei.call("GET", "/callbacks")).status_code == 403
    assert (await mei.call("POST", f"/callbacks/{asked['callback_id']}/cancel")).status_code == 403


async def test_one_that_does_not_exist_is_not_found(boss: Person) -> None:
    for method, path in (("GET", f"/callbacks/{uuid4()}"), ("POST", f"/callbacks/{uuid4()}/cancel")):
        answer = await boss.call(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "callback_not_found")
