"""The router acts at once on everything that lets a waiting contact be served; the sweep never runs here."""

import math

import pytest

from app.agents.presence import Presence
from app.routing import router, sweep
from tests.routing.office import Office


@pytest.fixture(autouse=True)
def never_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep is never due, and would fail the test."""

    async def fail(*_: object) -> None:
        raise AssertionError("the sweep ran")

    monkeypatch.setattr(router, "SWEEP_SECONDS", math.inf)
    monkeypatch.setattr(router, "LONGEST_UNSWEPT_SECONDS", math.inf)
    monkeypatch.setattr(sweep, "strays", fail)


async def waits(office: Office, **how: object) -> None:
    """A caller waits whom nobody can serve now."""
    await office.call("x", **how)  # type: ignore[arg-type]
    assert await office.route() > 0
    assert "x" not in await office.ringing()


async def served(office: Office) -> None:
    """Without any time passing."""
    await office.route()
    assert (await office.ringing())["x"] == "ann"


async def test_capacity_is_freed(office: Office) -> None:
    await office.at_work("ann")
    await office.call("before")
    await office.route()
    await office.talk("ann")
    await waits(office)
    await office.hang_up("before")
    await office.wrap_up("before")
    await served(office)


async def test_a_wrap_up_runs_out(office: Office) -> None:
    await office.queue("sales", wrap_up_seconds=30)
    await office.at_work("ann")
    await office.call("before")
    await office.route()
    await office.talk("ann")
    await waits(office)
    await office.hang_up("before")
    await office.advance(29.999)
    assert await office.ringing() == {}
    await office.passes(0.001)
    await office.route()
    await served(office)


async def test_an_agent_becomes_available(office: Office) -> None:
    await office.hire("ann")
    await office.connect("ann")
    await waits(office)
    await office.choose("ann", Presence.AVAILABLE)
    await served(office)


async def test_an_agent_who_was_silent_is_back(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.advance(20)
    assert await office.is_not_responding("ann")
    await office.choose("ann", Presence.AVAILABLE)
    await served(office)


async def test_a_lost_agent_is_back(office: Office) -> None:
    await office.at_work("ann")
    await office.lose("ann")
    await waits(office)
    await office.connect("ann")
    await served(office)


async def test_a_skill_is_given(office: Office) -> None:
    await office.at_work("ann")
    await waits(office, skills={"thai": 3})
    await office.teach("ann", "thai", 3)
    await served(office)


async def test_more_units_are_given(office: Office) -> None:
    await office.at_work("ann")
    await office.call("before")
    await office.route()
    await office.talk("ann")
    await waits(office)
    await office.sql("update agent_states set units = 2")
    await served(office)


async def test_a_queue_is_given_to_an_agent(office: Office) -> None:
    await office.at_work("ann", "support")
    await office.queue("sales")
    await waits(office, queue="sales")
    await office.sql(
        "insert into agent_queues select $1, id from queues where key = 'sales'", office.agents["ann"]
    )
    await served(office)


async def test_a_queue_is_edited(office: Office) -> None:
    await office.at_work("ann")
    await office.rule(relax_steps=[{"after": 600, "drop": ["thai"]}])
    await waits(office, skills={"thai": 3})
    await office.advance(5)
    await office.rule(relax_steps=[{"after": 5, "drop": ["thai"]}])
    await served(office)


async def test_hours_begin(office: Office) -> None:
    """The clock starts on a Friday at ten in Taipei."""
    await office.rule(overflow={"closed": {"do": "stay"}})
    await office.sql(
        "insert into calendars values (gen_random_uuid(), 'day', 'day', 'Asia/Taipei', $1)",
        {"fri": [["10:10", "18:00"]]},
    )
    await office.sql("update queues set calendar_id = (select id from calendars)")
    await office.at_work("ann")
    await waits(office)
    await office.advance(599.9)
    assert await office.ringing() == {}
    await office.passes(0.1)
    await served(office)


async def test_a_contact_becomes_less_demanding(office: Office) -> None:
    await office.at_work("ann")
    await waits(office, skills={"thai": 3})
    await office.sql("update contacts set required_skills = '{}'")
    await office.sql("insert into router_marks (kind, ref) values ('contact', $1)", office.callers["x"])
    await served(office)
