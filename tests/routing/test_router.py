"""The router on real tables: who is offered what, and what every answer, silence and departure leads to."""

import pytest

from app.agents.presence import Presence
from app.routing import service
from app.routing.errors import OfferNoLongerAvailable
from tests.routing.office import OFFER_SECONDS, WRAP_UP_SECONDS, Office


async def test_the_longest_idle_agent_with_the_skills_is_offered_the_contact(office: Office) -> None:
    await office.at_work("ann")
    await office.passes(5)
    await office.at_work("ben", skills={"japanese": 3})
    await office.passes(5)
    await office.at_work("cho", skills={"japanese": 4})
    await office.call("x", skills={"japanese": 3})
    await office.call("y")
    await office.route()
    assert await office.ringing() == {"x": "ben", "y": "ann"}


async def test_agents_who_became_free_in_one_batch_keep_their_order(office: Office) -> None:
    await office.hire("ann")
    await office.hire("ben")
    for login in ("ben", "ann"):
        await office.connect(login)
        await office.choose(login, Presence.AVAILABLE)
        await office.passes(0.5)
    await office.route()
    await office.call("x")
    await office.route()
    assert await office.ringing() == {"x": "ben"}


async def test_the_agent_who_became_free_first_gets_the_one_who_waits(office: Office) -> None:
    await office.hire("ann")
    await office.hire("ben")
    await office.call("x")
    await office.route()
    for login in ("ben", "ann"):
        await office.connect(login)
        await office.choose(login, Presence.AVAILABLE)
        await office.passes(0.5)
    await office.route()
    assert await office.ringing() == {"x": "ben"}


async def test_a_smaller_priority_number_goes_first_and_equals_go_by_age(office: Office) -> None:
    for word, priority in (("first", 5), ("second", 5), ("urgent", 1)):
        await office.call(word, priority=priority)
        await office.advance(1)
    served = []
    for login in ("ann", "ben", "cho"):
        await office.at_work(login)
        await office.route()
        served.append(next(word for word, who in (await office.ringing()).items() if who == login))
    assert served == ["urgent", "first", "second"]


async def test_a_new_priority_acts_at_once_on_a_contact_that_waits(office: Office) -> None:
    await office.call("old")
    await office.advance(1)
    await office.call("new")
    await office.route()
    await office.sql("update contacts set priority = 1 where id = $1", office.callers["new"])
    await office.sql("insert into router_marks (kind, ref) values ('contact', $1)", office.callers["new"])
    await office.route()
    await office.at_work("ann")
    await office.route()
    assert await office.ringing() == {"new": "ann"}


async def test_a_declined_contact_goes_to_somebody_else_and_never_back(office: Office) -> None:
    await office.at_work("ann")
    await office.advance(1)
    await office.at_work("ben")
    await office.call("x")
    await office.route()
    await office.reject("ann")
    await office.route()
    assert await office.ringing() == {"x": "ben"}
    await office.reject("ben")
    await office.call("y")
    await office.advance(3600)
    assert await office.ringing() == {"y": "ann"}
    assert await office.state("x") == "queued"


async def test_a_rejection_is_remembered_by_the_next_router(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.reject("ann")
    await office.crash()
    await office.route()
    assert await office.ringing() == {}


async def test_an_offer_times_out_at_the_exact_instant(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.advance(OFFER_SECONDS - 0.001)
    assert await office.ringing() == {"x": "ann"}
    await office.advance(0.001)
    assert await office.ringing() == {}
    assert await office.state("x") == "queued"
    assert await office.is_not_responding("ann")


async def test_the_router_sleeps_until_the_deadline_and_not_longer(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.advance(OFFER_SECONDS - 0.5)
    assert await office.route() == pytest.approx(0.5)


async def test_a_contact_that_timed_out_keeps_its_place(office: Office) -> None:
    await office.at_work("ann")
    await office.call("old")
    await office.route()
    await office.call("new")
    await office.advance(OFFER_SECONDS)
    await office.at_work("ben")
    await office.route()
    assert await office.ringing() == {"old": "ben"}


async def test_an_agent_who_did_not_answer_gets_nothing_until_they_say_so(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.advance(OFFER_SECONDS)
    await office.advance(OFFER_SECONDS)
    assert await office.offers_made() == 1
    await office.choose("ann", Presence.AVAILABLE)
    await office.route()
    assert await office.ringing() == {"x": "ann"}


@pytest.mark.parametrize("late", [0.0, 0.001, 5.0])
async def test_an_accept_at_or_after_the_deadline_is_refused(office: Office, late: float) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.passes(OFFER_SECONDS + late)
    with pytest.raises(OfferNoLongerAvailable, match="time is up"):
        await office.accept("ann")
    await office.route()
    assert await office.is_not_responding("ann")


async def test_an_accept_just_before_the_deadline_holds_even_when_the_router_is_late(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.passes(OFFER_SECONDS - 0.01)
    await office.accept("ann")
    await office.advance(1)
    assert await office.held() == {"x": "ann"}
    assert not await office.is_not_responding("ann")


async def test_a_caller_who_leaves_just_before_the_deadline_blames_nobody(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.passes(OFFER_SECONDS - 0.01)
    await office.hang_up("x")
    await office.advance(1)
    assert not await office.is_not_responding("ann")


async def test_a_leg_that_does_not_join_in_time_returns_the_contact_without_blame(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.accept("ann")
    await office.route()
    await office.choose("ann", Presence.AWAY)
    await office.advance(12)
    assert await office.state("x") == "queued"
    assert not await office.is_not_responding("ann")


async def test_a_caller_who_leaves_while_waiting_is_never_offered(office: Office) -> None:
    await office.call("x")
    await office.route()
    await office.hang_up("x")
    await office.at_work("ann")
    await office.route()
    assert await office.offers_made() == 0
    assert await office.value("select outcome from contacts") == "abandoned_in_queue"


async def test_a_caller_who_leaves_while_ringing_frees_the_agent_with_the_old_idle_clock(
    office: Office,
) -> None:
    await office.at_work("ann")
    await office.advance(1)
    await office.at_work("ben")
    await office.call("x")
    await office.route()
    offer_id = await office.offer_id("ann")
    await office.advance(5)
    await office.hang_up("x")
    with pytest.raises(OfferNoLongerAvailable, match="customer has left"):
        await office.accept("ann", offer_id)
    await office.call("y")
    await office.route()
    assert await office.ringing() == {"y": "ann"}


async def test_wrap_up_keeps_offers_away_and_its_end_starts_the_idle_clock(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.talk("ann")
    await office.hang_up("x")
    await office.call("y")
    await office.advance(WRAP_UP_SECONDS - 0.001)
    assert await office.ringing() == {}
    await office.at_work("ben")  # free a moment earlier
    await office.route()
    assert await office.ringing() == {"y": "ben"}
    await office.hang_up("y")
    await office.advance(0.001)
    assert await office.state("x") == "closed"
    await office.call("z")
    await office.route()
    assert await office.ringing() == {"z": "ben"}


async def test_an_agent_may_end_the_wrap_up_early(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.talk("ann")
    await office.hang_up("x")
    await office.call("y")
    await office.route()
    await office.wrap_up("x")
    await office.route()
    assert await office.ringing() == {"y": "ann"}


async def test_going_on_a_break_takes_the_offer_to_somebody_else(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.at_work("ben")
    await office.choose("ann", Presence.AWAY, "lunch")
    await office.route()
    assert await office.ringing() == {"x": "ben"}
    assert not await office.is_not_responding("ann")


async def test_a_break_leaves_what_the_agent_said_yes_to(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.accept("ann")
    await office.choose("ann", Presence.AWAY, "lunch")
    await office.route()
    assert await office.held() == {"x": "ann"}
    await office.join("ann")
    await office.route()
    assert await office.state("x") == "active"


async def test_a_lost_agent_has_fifteen_seconds(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.lose("ann")
    await office.route()
    await office.advance(14.999)
    assert await office.ringing() == {"x": "ann"}
    await office.advance(0.001)
    assert await office.ringing() == {}
    assert await office.state("x") == "queued"
    assert await office.is_not_responding("ann")


async def test_a_lost_agent_gets_nothing_new(office: Office) -> None:
    await office.at_work("ann")
    await office.lose("ann")
    await office.call("x")
    await office.route()
    assert await office.ringing() == {}


async def test_an_agent_who_is_back_within_the_grace_has_lost_nothing(office: Office) -> None:
    await office.at_work("ann")
    await office.advance(1)
    await office.at_work("ben")
    await office.lose("ann")
    await office.advance(10)
    await office.connect("ann")
    await office.advance(10)
    assert not await office.is_not_responding("ann")
    await office.call("x")
    await office.route()
    assert await office.ringing() == {"x": "ann"}  # idle for longer than ben


async def test_an_agent_lost_in_wrap_up_is_not_offered_anything_when_it_ends(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.talk("ann")
    await office.hang_up("x")
    await office.lose("ann")
    await office.call("y")
    await office.route()
    await office.advance(WRAP_UP_SECONDS)
    assert await office.ringing() == {}
    assert await office.is_not_responding("ann")


async def test_a_node_that_stops_beating_loses_its_agents(office: Office) -> None:
    await office.at_work("ann")
    await office.route()
    await office.advance(31, beating=False)
    await office.call("x")
    await office.advance(15)
    assert await office.ringing() == {}
    assert await office.is_not_responding("ann")


async def test_a_hard_skill_waits_for_ever_and_a_new_skill_acts_at_once(office: Office) -> None:
    await office.at_work("ann", skills={"japanese": 2})
    await office.call("x", skills={"japanese": 3})
    await office.advance(3600)
    assert await office.ringing() == {}
    await office.sql("delete from agent_skills")
    await office.teach("ann", "japanese", 3)
    await office.route()
    assert await office.ringing() == {"x": "ann"}


async def test_new_rules_of_a_queue_act_on_the_next_offer(office: Office) -> None:
    await office.at_work("ann")
    await office.route()
    await office.sql("update queues set offer_timeout_seconds = 5")
    await office.route()
    await office.call("x")
    await office.route()
    await office.advance(5)
    assert await office.is_not_responding("ann")


async def test_an_agent_serves_only_the_queues_they_were_given(office: Office) -> None:
    await office.at_work("ann", "sales")
    await office.call("x", "support")
    await office.route()
    assert await office.ringing() == {}
    await office.sql(
        "insert into agent_queues values ($1, $2)", office.agents["ann"], office.queues["support"]
    )
    await office.route()
    assert await office.ringing() == {"x": "ann"}


async def test_capacity_holds_several_contacts_and_no_more(office: Office) -> None:
    await office.at_work("ann", units=2)
    for word in ("x", "y", "z"):
        await office.call(word)
    await office.route()
    assert await office.ringing() == {"x": "ann", "y": "ann"}


async def test_a_contact_whose_agent_was_lost_goes_back_to_its_place(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.talk("ann")
    await office.call("y")
    await office.choose("ann", Presence.AWAY)
    async with office.database.transaction() as tx:
        await service.requeue_active(tx, office.callers["x"], reason="agent_lost")
    await office.at_work("ben")
    await office.route()
    assert await office.ringing() == {"x": "ben"}


async def test_a_queue_made_while_the_router_runs_has_its_own_rules(office: Office) -> None:
    await office.route()
    await office.queue("new", offer_timeout_seconds=7)
    await office.at_work("ann", "new")
    await office.call("x", "new")
    await office.route()
    await office.advance(7)
    assert await office.is_not_responding("ann")


async def test_disabling_an_account_takes_back_what_rings_there(office: Office) -> None:
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.sql("update agents set is_enabled = false")
    await office.route()
    assert await office.ringing() == {}
    assert await office.state("x") == "queued"
