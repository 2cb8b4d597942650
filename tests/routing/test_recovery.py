"""A router dies in every state a contact or an agent can be in; the next one goes on as if nothing had happened."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from structlog.testing import CapturingLogger

from app.contacts import repository as contact_rows
from app.core.db import Transaction
from app.core.events import EventRegistry
from app.core.ids import new_id
from app.routing import service, sweep, unservable
from app.routing.events import OfferMade
from app.routing.router import rebuilds
from app.touchpoints import log as touchpoints
from tests.routing.office import ACCEPTING, OFFER_SECONDS, WRAP_UP_SECONDS, Office, now_of, open_office
from tests.support.postgres import TestServer
from tests.support.waiting import eventually

Story = Callable[[Office], Awaitable[None]]


async def queued(office: Office) -> None:
    """A contact waits."""
    await office.call("x")
    await office.route()
    await office.passes(3)
    await office.call("y")


async def pending(office: Office) -> None:
    """An offer rings for three seconds already."""
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.passes(3)


async def accepting(office: Office) -> None:
    """The agent has said yes."""
    await pending(office)
    await office.accept("ann")


async def talking(office: Office) -> None:
    """They talk."""
    await accepting(office)
    await office.join("ann")
    await office.call("y")


async def wrapping_up(office: Office) -> None:
    """The agent writes it up."""
    await talking(office)
    await office.hang_up("x")


async def lost(office: Office) -> None:
    """The agent's socket closed while it rang."""
    await pending(office)
    await office.lose("ann")


async def silent(office: Office) -> None:
    """The offer rang out."""
    await pending(office)
    await office.passes(OFFER_SECONDS)


async def declined(office: Office) -> None:
    """The agent said no."""
    await pending(office)
    await office.reject("ann")


STORIES: list[Story] = [queued, pending, accepting, talking, wrapping_up, lost, silent, declined]


async def history(office: Office) -> list[tuple[str, str, str, float]]:
    """Every offer in its order, with its end and its moment."""
    words = {contact_id: word for word, contact_id in office.callers.items()}
    logins = {agent_id: login for login, agent_id in office.agents.items()}
    async with office.database.read() as reader:
        rows = await reader.fetch(
            """select contact_id, agent_id, state, extract(epoch from made_at) as at
               from offers order by made_at, id"""
        )
    return [(words[r["contact_id"]], logins[r["agent_id"]], r["state"], float(r["at"])) for r in rows]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
@pytest.mark.parametrize("marks_were_seen", [True, False], ids=["seen", "unseen"])
async def test_the_next_router_goes_on_identically(
    postgres: TestServer, template: str, story: Story, marks_were_seen: bool
) -> None:
    """The same story with and without a crash: every later offer must be the same to the microsecond."""
    told = []
    for crashes in (False, True):
        async with open_office(postgres.clone(template)) as office:
            await office.route()
            await story(office)
            if marks_were_seen:
                await office.route()
            if crashes:
                await office.crash()
            await office.route()
            await office.at_work("ben")
            for n in range(8):
                await office.advance(5)
                await office.call(f"later {n}")
            told.append(await history(office))
    assert told[0] == told[1]
    assert told[0]


async def test_what_came_due_while_nobody_routed_happens_at_the_next_start(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.passes(60)
    await office.crash()
    await office.route()
    assert await office.state("x") == "queued"
    assert await office.is_not_responding("ann")


async def test_a_wrap_up_that_ended_while_nobody_routed_is_ended(office: Office) -> None:
    await wrapping_up(office)
    await office.passes(WRAP_UP_SECONDS)
    await office.crash()
    await office.route()
    assert await office.state("x") == "closed"
    await office.route()
    assert await office.ringing() == {"y": "ann"}


async def test_a_failed_connection_is_remembered_by_the_next_router(office: Office) -> None:
    await accepting(office)
    await office.route()
    async with office.database.transaction() as tx:
        await service.fail_accepting(
            tx,
            contact_id=office.callers["x"],
            agent_id=office.agents["ann"],
            reason="leg_failed",
            blame=False,
        )
    await office.crash()
    await office.route()
    assert await office.ringing() == {}
    await office.advance(10)
    assert await office.ringing() == {"x": "ann"}


async def test_a_contact_no_mark_told_of_is_found(office: Office) -> None:
    await office.at_work("ann")
    await office.route()
    await office.call("x")
    await office.sql("delete from router_marks")
    found = sweep.swept._value.get()
    for _ in range(2):  # the lease is kept, so that it is the sweep that finds it and not a rebuild
        await office.advance(5)
    await office.route()
    assert await office.ringing() == {"x": "ann"}
    assert sweep.swept._value.get() == found + 1
    for _ in range(2):
        await office.advance(5)
    assert sweep.swept._value.get() == found + 1


async def test_an_end_no_mark_told_of_is_found(office: Office) -> None:
    await talking(office)
    await office.route()
    await office.hang_up("x")
    await office.wrap_up("x")
    await office.sql("delete from router_marks where kind = 'contact'")
    await office.route()
    await office.advance(10)
    await office.route()
    assert await office.ringing() == {"y": "ann"}


async def test_a_load_that_drifted_is_repaired(office: Office) -> None:
    await office.at_work("ann")
    await office.route()
    await office.sql("update agent_states set used_units = 1")
    await office.call("x")
    await office.route()
    assert await office.ringing() == {}
    await office.advance(10)
    await office.route()
    assert await office.ringing() == {"x": "ann"}


async def test_a_pair_the_tables_refuse_is_not_tried_for_ever(office: Office) -> None:
    await office.at_work("ann")
    await office.route()
    await office.sql("update agent_states set used_units = 1")
    await office.call("x")
    assert await office.route() > 0
    await office.sql("update agent_states set used_units = 0")


async def test_a_disabled_account_gets_nothing(office: Office) -> None:
    await office.at_work("ann")
    await office.route()
    await office.sql("update agents set is_enabled = false")
    await office.sql("delete from router_marks")
    await office.call("x")
    await office.route()
    assert await office.ringing() == {}
    await office.at_work("ben")
    await office.route()
    assert await office.ringing() == {"x": "ben"}


async def test_a_deleted_agent_gets_nothing(office: Office) -> None:
    await office.at_work("ann")
    await office.route()
    await office.sql("delete from agents")
    await office.sql("delete from router_marks")
    await office.call("x")
    await office.route()
    assert await office.offers_made() == 0


async def test_one_contact_that_cannot_be_offered_does_not_stop_the_others(office: Office) -> None:
    registry = EventRegistry()
    office.database.registry = registry

    async def fail_for_x(_: Transaction, event: OfferMade) -> None:
        if event.contact.id == office.callers["x"] and is_broken:
            raise KeyError("something this handler needs")

    is_broken = True
    registry.subscribe(OfferMade, fail_for_x)
    await office.at_work("ann")
    await office.call("x")
    await office.call("y")
    await office.route()
    assert await office.ringing() == {"y": "ann"}
    assert await office.state("x") == "queued"
    is_broken = False
    await office.at_work("ben")
    await office.advance(5)
    assert await office.ringing() == {"x": "ben", "y": "ann"}


async def test_a_row_that_cannot_be_right_does_not_stop_the_others(office: Office) -> None:
    await office.call("x")
    await office.sql("update contacts set state = 'offered'")
    await office.at_work("ann")
    await office.call("y")
    await office.route()
    assert await office.ringing() == {"y": "ann"}
    await office.sql("update contacts set state = 'queued' where id = $1", office.callers["x"])


async def test_a_router_that_finds_no_agreement_breathes_between_rebuilds(office: Office) -> None:
    await pending(office)
    await office.sql("update offers set state = 'accepted'")
    await office.sql("insert into router_marks (kind, ref) values ('contact', $1)", office.callers["x"])
    await office.crash()
    pauses = [await office.router.run_once() for _ in range(4)]
    assert pauses == [0.0, 0.1, 0.2, 0.4]
    await office.sql("update offers set state = 'pending'")
    assert await office.route() > 0


async def test_a_queue_nobody_serves_is_told_once_and_does_not_spin(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(unservable, "log", log)
    await office.at_work("ann", "sales")
    await office.call("x", "support")
    await office.call("y", "support", skills={"thai": 3})
    for _ in range(3):
        await office.advance(10)
    assert await office.route() > 0
    assert sweep.unservable._value.get() == 2
    assert [call.args[0] for call in log.calls].count("contacts wait that no agent can ever serve") == 2
    await office.hire("ben", "support", skills={"thai": 3})
    await office.route()  # news goes first, the sweep waits for a quiet moment
    await office.advance(10)
    assert sweep.unservable._value.get() == 0


async def test_offers_of_one_customer_that_run_out_at_once_wait_for_an_answer_without_a_deadlock(
    office: Office,
) -> None:
    """Whoever answers holds the contact and then needs the customer's timeline; the router needs both, of both."""
    for login in ("ann", "ben"):
        await office.at_work(login)
    customer = new_id()
    await office.sql("insert into customers (id, display_name) values ($1, 'Chen')", customer)
    for word in ("x", "y"):
        await office.call(word)
        await office.sql("update contacts set customer_id = $1 where id = $2", customer, office.callers[word])
    await office.route()
    assert len(await office.ringing()) == 2
    await office.passes(OFFER_SECONDS)
    rebuilt = rebuilds._value.get()
    async with office.database.transaction() as answer:
        contact = await contact_rows.get_for_update(answer, office.callers["y"])
        routing = asyncio.ensure_future(office.route())
        await eventually(partial(is_waiting, office), what="the router to wait for the answer")
        await touchpoints.append(answer, contact.subject, "note.added", once="1")
    await routing
    assert await office.ringing() == {}
    assert rebuilds._value.get() == rebuilt


async def is_waiting(office: Office) -> bool:
    """Whether somebody waits for a row."""
    return bool(
        await office.value(
            """select count(*) from pg_stat_activity
               where datname = current_database() and wait_event_type = 'Lock'"""
        )
    )


async def test_an_answer_under_way_when_the_offer_runs_out_counts_and_costs_no_rebuild(
    office: Office,
) -> None:
    await pending(office)
    for _ in range(5):
        await office.advance(3)
    await office.passes(OFFER_SECONDS - 18.001)
    rebuilt = rebuilds._value.get()
    offer_id = await office.offer_id("ann")
    async with office.database.transaction() as answer:
        await service.accept_offer(
            answer,
            offer_id=offer_id,
            agent_id=office.agents["ann"],
            now=await now_of(answer),
            timeout=ACCEPTING,
        )
        await office.passes(0.001)
        routing = asyncio.ensure_future(office.route())
        await eventually(partial(is_waiting, office), what="the router to wait for the answer")
    await routing
    assert await office.held() == {"x": "ann"}
    assert not await office.is_not_responding("ann")
    assert rebuilds._value.get() == rebuilt


async def test_a_queue_that_is_edited_when_an_offer_runs_out_costs_no_rebuild(office: Office) -> None:
    await pending(office)
    await office.at_work("ben")
    for _ in range(5):
        await office.advance(3)
    await office.passes(OFFER_SECONDS - 18)
    await office.sql("update queues set offer_timeout_seconds = 30")
    rebuilt = rebuilds._value.get()
    await office.route()
    assert await office.ringing() == {"x": "ben"}
    assert rebuilds._value.get() == rebuilt
