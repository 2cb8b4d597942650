"""The machine gives a topic, the agent says at wrap-up what it was, and supervisors see how often both agree."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.ids import new_id
from app.intake import classifying
from app.selfservice import runs
from app.selfservice.state import TopicSource
from tests.selfservice.small_flows import flow, text
from tests.supervision.desk import at_work, kinds, value
from tests.support.app import Person, RunningApp

TOPICS = {
    "delivery": {"label": text("Delivery"), "queue": "help"},
    "returns": {"label": text("Returns"), "queue": "help"},
}


@pytest.fixture
async def mei(web: RunningApp) -> AsyncIterator[Person]:
    """An agent at work, where a flow with topics is published."""
    say = {"kind": "say", "id": "hello", "prompt": text("Hello."), "next": "people"}
    async with web.database.transaction() as tx:
        await runs.publish(tx, flow_id=new_id(), flow=flow(say, topics=TOPICS))
    person = await web.person("mei")
    async with at_work(person):
        yield person


async def wrapping_up(
    web: RunningApp, mei: Person, *, topic: str = "delivery", confidence: float = 0.72
) -> UUID:
    """A contact in wrap-up that the machine took for `topic`, by the caller's words."""
    contact_id = await web.wrapping_up(mei)
    async with web.database.transaction() as tx:
        now = await tx.fetchval("select switchboard_now()")
        await tx.execute("update contacts set topic = $2 where id = $1", contact_id, topic)
        await classifying.record(
            tx, contact_id, topic=topic, source=TopicSource.WORDS, confidence=confidence, now=now
        )
    return contact_id


async def wrap_up(mei: Person, contact_id: UUID, **more: Any) -> None:
    """The agent saves, twice: the answer to the first was lost."""
    body = {"client_id": str(uuid4()), "dispositions": ["solved"], **more}
    for _ in range(2):
        await mei.command("POST", f"/contacts/{contact_id}/wrap-up", body)


async def rates(boss: Person, split: str) -> dict[str, tuple[int, int, int, float | None]]:
    """Classified, judged, right and their share, by key."""
    found: list[dict[str, Any]] = await boss.command("GET", f"/topics/hit-rates?split={split}")
    return {one["key"]: (one["classified"], one["judged"], one["right"], one["rate"]) for one in found}


async def test_agents_choose_among_the_topics_in_use(web: RunningApp, mei: Person) -> None:
    found = await mei.command("GET", "/topics")
    assert [(one["topic"], one["labels"]["en"]) for one in found] == [
        ("delivery", "Delivery"),
        ("returns", "Returns"),
    ]


async def test_a_correction_is_kept_and_counted(web: RunningApp, boss: Person, mei: Person) -> None:
    wrong = await wrapping_up(web, mei)
    await wrap_up(mei, wrong, topic="returns")
    right = await wrapping_up(web, mei, confidence=0.95)
    await wrap_up(mei, right, topic="delivery")
    unjudged = await wrapping_up(web, mei)
    await wrap_up(mei, unjudged)

    assert await value(web, "select topic from contacts where id = $1", wrong) == "returns"
    assert (await kinds(web, wrong)).count("topic.corrected") == 1
    assert "topic.corrected" not in await kinds(web, right)
    assert await rates(boss, "all") == {"all": (3, 2, 1, 0.5)}
    assert await rates(boss, "queue") == {"help": (3, 2, 1, 0.5)}
    assert await rates(boss, "channel") == {"voice": (3, 2, 1, 0.5)}
    assert await rates(boss, "source") == {"words": (3, 2, 1, 0.5)}
    assert await rates(boss, "confidence") == {"0.7": (2, 1, 0, 0.0), "0.9": (1, 1, 1, 1.0)}
    [day] = await rates(boss, "day")
    assert len(day) == len("2026-11-22")


async def test_what_an_agent_has_said_the_machine_does_not_change(web: RunningApp, mei: Person) -> None:
    contact_id = await wrapping_up(web, mei)
    await wrap_up(mei, contact_id, topic="returns")
    async with web.database.transaction() as tx:
        now = await tx.fetchval("select switchboard_now()")
        await classifying.record(
            tx, contact_id, topic="returns", source=TopicSource.MENU, confidence=1.0, now=now
        )
    assert await value(web, "select topic || ' ' || final_topic from contact_topics") == "delivery returns"


async def test_an_unknown_topic_is_refused_by_name_and_nothing_is_saved(web: RunningApp, mei: Person) -> None:
    contact_id = await wrapping_up(web, mei)
    body = {"client_id": str(uuid4()), "dispositions": ["solved"], "topic": "nowhere"}
    answer = await mei.call("POST", f"/contacts/{contact_id}/wrap-up", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["topic"]
    assert await value(web, "select state from contacts where id = $1", contact_id) == "wrap_up"


async def test_a_time_zone_that_does_not_exist_is_refused(web: RunningApp, boss: Person) -> None:
    answer = await boss.call("GET", "/topics/hit-rates?split=day&time_zone=Nowhere/At_All", None)
    assert answer.status_code == 422
