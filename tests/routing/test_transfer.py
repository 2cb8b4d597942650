"""A contact in hand goes on to a queue or to one agent, and nobody loses it on the way (R27)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.agents.presence import Presence
from app.contacts.errors import ContactMovedOn
from app.contacts.models import Contact
from app.core.errors import InvalidInput
from app.routing import service
from app.routing.errors import AgentNotThere, NotYourContact
from tests.routing.office import WRAP_UP_SECONDS, Office, now_of


async def to_queue(office: Office, word: str, by: str, key: str = "others", **how: Any) -> Contact:
    async with office.database.transaction() as tx:
        return await service.transfer_to_queue(
            tx,
            office.callers[word],
            await office.queue(key),
            by=office.agents[by],
            now=await now_of(tx),
            **how,
        )


async def to_agent(office: Office, word: str, by: str, login: str, **how: Any) -> Contact:
    async with office.database.transaction() as tx:
        return await service.transfer_to_agent(
            tx,
            office.callers[word],
            office.agents[login],
            by=office.agents[by],
            now=await now_of(tx),
            **how,
        )


async def talking(office: Office, word: str = "x", login: str = "ann") -> None:
    """The caller speaks with the agent."""
    await office.queue("others")
    await office.at_work(login)
    await office.call(word)
    await office.route()
    await office.talk(login)


async def test_the_next_agent_gets_it_and_the_first_has_a_wrap_up(office: Office) -> None:
    await talking(office)
    await office.at_work("ben", "others")
    await to_queue(office, "x", "ann")
    await office.call("y")
    await office.route()
    assert await office.ringing() == {"x": "ben"}
    await office.advance(WRAP_UP_SECONDS - 0.001, beating=True)
    assert "y" not in await office.ringing()
    await office.advance(0.001)
    assert (await office.ringing())["y"] == "ann"


async def test_the_router_sleeps_until_the_wrap_up_of_a_transfer_is_over(office: Office) -> None:
    await talking(office)
    await to_queue(office, "x", "ann")
    await office.advance(WRAP_UP_SECONDS - 0.5)
    assert await office.route() == pytest.approx(0.5)


async def test_it_keeps_its_place_or_starts_anew(office: Office) -> None:
    await talking(office)
    await office.at_work("ben")
    await office.advance(10)
    await office.call("other", "others")
    await office.advance(10)
    await to_queue(office, "x", "ann")
    await office.at_work("cho", "others")
    await office.route()
    assert await office.ringing() == {"x": "cho"}
    await office.talk("cho")
    await to_queue(office, "x", "cho", "others", keeps_age=False)
    await office.at_work("dan", "others")
    await office.route()
    assert await office.ringing() == {"other": "dan"}


async def test_what_it_was_kept_for_is_dropped(office: Office) -> None:
    await talking(office)
    await office.sql(
        "update contacts set preferred_agent = $1, preferred_seconds = 600", office.agents["ann"]
    )
    moved = await to_queue(office, "x", "ann", "sales", required_skills={"japanese": 3}, priority=2)
    assert (moved.preferred_agent, moved.priority, moved.required_skills) == (None, 2, {"japanese": 3})
    await office.at_work("ben", skills={"japanese": 3})
    await office.route()
    assert await office.ringing() == {"x": "ben"}


async def test_a_full_queue_does_with_it_what_its_rules_say(office: Office) -> None:
    await talking(office)
    await office.rule("others", max_waiting=1)
    await office.call("first", "others")
    await office.route()
    await to_queue(office, "x", "ann")
    await office.route()
    assert (
        await office.value("select outcome from contacts where id = $1", office.callers["x"]) == "queue_full"
    )


async def test_only_who_has_it_may_pass_it_on(office: Office) -> None:
    await talking(office)
    await office.at_work("ben")
    with pytest.raises(NotYourContact):
        await to_queue(office, "x", "ben")
    await office.call("y")
    with pytest.raises(ContactMovedOn):
        await to_queue(office, "y", "ann")
    with pytest.raises(InvalidInput, match="queue_id"):
        async with office.database.transaction() as tx:
            await service.transfer_to_queue(
                tx, office.callers["x"], UUID(int=0), by=None, now=await now_of(tx)
            )


async def test_one_agent_alone_is_asked_before_everything_else(office: Office) -> None:
    await talking(office)
    await office.at_work("ben", "others")
    await office.at_work("cho", "others")
    await office.call("older", "others")
    await office.route()
    await office.talk("ben")
    await office.call("older still waits", "others", priority=1)
    await office.choose("cho", Presence.AWAY)
    await to_agent(office, "x", "ann", "cho")
    await office.route()
    assert await office.ringing() == {}
    await office.choose("cho", Presence.AVAILABLE)
    await office.route()
    assert await office.ringing() == {"x": "cho"}


async def test_when_the_limit_is_over_everybody_of_its_queue_is_asked_at_the_old_place(
    office: Office,
) -> None:
    await talking(office)
    await office.at_work("busy")
    await office.choose("busy", Presence.AWAY)
    await to_agent(office, "x", "ann", "busy", limit=timedelta(seconds=20))
    await office.route()
    await office.call("later")
    await office.advance(19.9)
    await office.at_work("cho")
    await office.route()
    assert await office.ringing() == {"later": "cho"}
    await office.advance(0.1)
    await office.at_work("dan")
    await office.route()
    assert (await office.ringing())["x"] == "dan"


async def test_an_agent_who_is_not_at_work_is_not_asked(office: Office) -> None:
    await talking(office)
    await office.hire("ben")
    with pytest.raises(AgentNotThere, match="Ben"):
        await to_agent(office, "x", "ann", "ben")
    with pytest.raises(InvalidInput, match="already"):
        await to_agent(office, "x", "ann", "ann")
    assert await office.state("x") == "active"


async def test_the_next_router_goes_on_where_the_transfer_stood(office: Office) -> None:
    await talking(office)
    await to_queue(office, "x", "ann")
    await office.crash()
    await office.at_work("ben", "others")
    await office.route()
    assert await office.ringing() == {"x": "ben"}
    await office.talk("ben")
    await office.advance(WRAP_UP_SECONDS)
    await office.call("y")
    await office.route()
    assert (await office.ringing())["y"] == "ann"


@pytest.mark.parametrize("first", ["transfer", "hang_up"])
async def test_a_hang_up_at_the_same_moment_ends_it_once(office: Office, first: str) -> None:
    await talking(office)
    parties = {"transfer": to_queue(office, "x", "ann"), "hang_up": office.hang_up("x")}
    order = [parties.pop(first), *parties.values()]
    await asyncio.gather(*order, return_exceptions=True)
    await office.route()
    await office.advance(WRAP_UP_SECONDS)
    assert await office.state("x") == "closed"
    assert await office.value("select wrap_up_until from agent_states") is None
