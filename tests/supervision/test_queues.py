"""Queues are set field by field, what cannot be is refused by name, and the router follows at once."""

from typing import Any
from uuid import uuid4

import pytest

from tests.supervision.conftest import Audited
from tests.supervision.desk import new_queue, value
from tests.support.app import Person, RunningApp


def new(**more: Any) -> dict[str, Any]:
    """A body that makes a queue."""
    return {"queue_id": str(uuid4()), "key": "sales", "name": "Sales", **more}


async def faults(person: Person, method: str, path: str, body: object) -> set[str]:
    """The fields named by a 422."""
    answer = await person.call(method, path, body)
    assert answer.status_code == 422, answer.text
    return {error["field"] for error in answer.json()["errors"]}


async def test_a_queue_is_made_once_and_shown_with_how_it_stands(
    web: RunningApp, admin: Person, audited: Audited
) -> None:
    body = new(
        max_waiting=10, rising=[[60, 3], [120, 1]], overflow={"full": {"do": "queue", "queue": "help"}}
    )
    for _ in range(2):
        made = await admin.command("POST", "/queues", body)
        assert (made["key"], made["max_waiting"], made["is_open"], made["waiting"]) == ("sales", 10, True, 0)
        assert made["rising"] == [[60.0, 3], [120.0, 1]]
    assert [queue["key"] for queue in await admin.command("GET", "/queues")] == ["help", "sales"]
    assert [line["action"] for line in await audited()] == ["queue.created"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"wrap_up_seconds": -1}, "wrap_up_seconds"),
        ({"offer_timeout_seconds": 0}, "offer_timeout_seconds"),
        ({"offer_timeout_seconds": None}, "offer_timeout_seconds"),
        ({"max_waiting": 0}, "max_waiting"),
        ({"ring_count": 21}, "ring_count"),
        ({"agent_order": "random"}, "agent_order"),
        ({"calendar_id": str(uuid4())}, "calendar_id"),
        ({"labels": {"fr": "Ventes"}}, "labels.fr.[key]"),
        ({"rising": [[60, 0]]}, "rising.0.1"),
        ({"rising": [[60, 3], [60, 2]]}, "rising.1"),
        ({"overflow": {"sometimes": {"do": "callback"}}}, "overflow.sometimes"),
        ({"overflow": {"full": {"do": "queue", "queue": "nowhere"}}}, "overflow.full.queue"),
        ({"overflow": {"full": {"do": "queue", "queue": "help"}}}, "overflow.full.queue"),
        ({"relax_steps": [{"after": 30}]}, "relax_steps.0"),
        ({"callback_rules": {"max_tries": 0}}, "callback_rules.max_tries"),
        ({"colour": "red"}, "colour"),
        ({"key": "other"}, "key"),
    ],
)
async def test_a_wrong_rule_is_refused_by_name(
    web: RunningApp, admin: Person, change: dict[str, Any], field: str
) -> None:
    assert field in await faults(admin, "PATCH", f"/queues/{web.queue_id}", change)
    assert await value(web, "select count(*) from audit_log where action like 'queue%'") == 0


async def test_all_faults_are_told_at_once(web: RunningApp, admin: Person) -> None:
    body = {
        "overflow": {"full": {"do": "queue", "queue": "nowhere"}},
        "relax_steps": [{}],
        "rising": [[9, 1], [3, 2]],
    }
    found = await faults(admin, "PATCH", f"/queues/{web.queue_id}", body)
    assert found == {"overflow.full.queue", "relax_steps.0.after", "rising.1"}


async def test_only_what_changed_is_written_into_the_audit_log(
    web: RunningApp, admin: Person, audited: Audited
) -> None:
    for _ in range(2):
        await admin.command("PATCH", f"/queues/{web.queue_id}", {"wrap_up_seconds": 90, "name": "Help"})
    lines = await audited()
    assert [(line["before"], line["after"]) for line in lines] == [
        ({"wrap_up_seconds": 60}, {"wrap_up_seconds": 90})
    ]


async def test_a_key_is_taken_once(admin: Person) -> None:
    assert await faults(admin, "POST", "/queues", new(key="help")) == {"key"}


async def test_a_queue_in_which_somebody_waits_is_not_deleted(
    web: RunningApp, admin: Person, boss: Person
) -> None:
    contact_id = await web.queued()
    answer = await admin.call("DELETE", f"/queues/{web.queue_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "queue_in_use")
    assert "1 contacts wait" in answer.json()["detail"]
    await boss.command("POST", f"/contacts/{contact_id}/end", {"reason": "test"})
    answer = await admin.call("DELETE", f"/queues/{web.queue_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "queue_in_use")
    assert "past contacts" in answer.json()["detail"]


async def test_a_queue_without_history_is_deleted(web: RunningApp, admin: Person, audited: Audited) -> None:
    mei = await web.person("mei")
    spare = await new_queue(web, "spare", mei)
    await admin.command("DELETE", f"/queues/{spare}")
    assert (await admin.call("GET", f"/queues/{spare}")).status_code == 404
    assert [line["action"] for line in await audited()] == ["queue.deleted"]
