"""R30 on real tables: a contact rings at several agents, the first yes wins, and the others are free at once."""

from typing import Any

import asyncpg
import pytest

from app.agents.presence import Presence
from app.contacts.lifecycle import Outcome
from app.routing import service, supervising
from app.routing.errors import OfferNoLongerAvailable
from app.routing.router import rebuilds
from app.routing.supervising import NotPossibleNow, Supervisor
from tests.routing.office import ACCEPTING, OFFER_SECONDS, Office, now_of

ALL = ["ann", "ben", "cho"]


async def bells(office: Office, word: str, *states: str) -> list[str]:
    """At whom a caller rings (or whose offer is in one of `states`), by name."""
    found = await office.value(
        """select array_agg(login order by login) from offers o join agents a on a.id = o.agent_id
           where contact_id = $1 and state = any($2)""",
        office.callers[word],
        list(states or ("pending",)),
    )
    return list(found or [])


async def loads(office: Office) -> dict[str, int]:
    """The units each agent has in use."""
    found = await office.value(
        "select jsonb_object_agg(login, used_units) from agent_states s join agents a on a.id = s.agent_id"
    )
    return dict(found)


async def idle_clocks(office: Office) -> Any:
    """When each agent's idle clock started."""
    return await office.value(
        "select array_agg(idle_since order by login) from agent_states s join agents a on a.id = s.agent_id"
    )


async def staffed(office: Office, *, ring: int = 3) -> None:
    """Three agents, the longest idle first, in a queue that rings so many."""
    await office.rule(ring_count=ring)
    for login in ALL:
        await office.at_work(login)
        await office.passes(1)


async def rung(office: Office) -> None:
    """A caller rings at all three."""
    await staffed(office)
    await office.call("x")
    await office.route()
    assert await bells(office, "x") == ALL


async def told(office: Office, login: str) -> list[tuple[Any, ...]]:
    """The ends of offers that the agent's console was told: state, reason, taken by."""
    found = await office.value(
        """select array_agg(jsonb_build_array(body -> 'state', body -> 'reason', body -> 'taken_by') order by seq)
           from events where stream = $1 and type = 'offer.ended'""",
        f"agent:{office.agents[login]}",
    )
    return [tuple(one) for one in found or []]


async def boss(office: Office) -> Supervisor:
    """Who gives commands."""
    return Supervisor(await office.hire("boss", "nowhere"), "Boss")


async def test_the_first_yes_wins_and_the_others_are_free_at_once_with_their_idle_clock(
    office: Office,
) -> None:
    await rung(office)
    assert await loads(office) == {"ann": 1, "ben": 1, "cho": 1}
    assert await office.value("select routing_round from contacts") == 1
    clocks = await idle_clocks(office)
    await office.passes(5)
    await office.accept("ben")
    assert await loads(office) == {"ann": 0, "ben": 1, "cho": 0}
    assert await bells(office, "x", "withdrawn") == ["ann", "cho"]
    assert await idle_clocks(office) == clocks
    assert await told(office, "ann") == [("withdrawn", "taken", "Ben")]
    assert not await office.is_not_responding("ann")
    await office.join("ben")
    await office.route()
    assert await told(office, "ben") == [("accepted", None, None)]
    assert await office.held() == {"x": "ben"}
    await office.call("y")
    await office.route()
    assert await bells(office, "y") == ["ann", "cho"]


async def test_who_is_second_is_told_that_a_colleague_was_first(office: Office) -> None:
    await rung(office)
    late = await office.offer_id("ann")
    await office.accept("ben")
    with pytest.raises(OfferNoLongerAvailable, match="a colleague was first"):
        await office.accept("ann", late)
    with pytest.raises(OfferNoLongerAvailable, match="a colleague was first"):
        await office.reject("ann", late)


async def test_the_log_says_who_was_rung_and_who_took_it(office: Office) -> None:
    await rung(office)
    await office.accept("cho")
    lines = await office.value(
        """select array_agg(jsonb_build_array(kind, data -> 'agent', data -> 'taken_by') order by at, id)
           from touchpoints where kind in ('offer.accepted', 'offer.withdrawn')"""
    )
    assert lines[0][0] == "offer.accepted"
    assert sorted(lines[1:]) == [["offer.withdrawn", "Ann", "Cho"], ["offer.withdrawn", "Ben", "Cho"]]


async def test_one_who_declines_ends_only_that_bell_and_somebody_else_is_rung(office: Office) -> None:
    await rung(office)
    await office.reject("ann")
    assert await bells(office, "x") == ["ben", "cho"]
    assert await office.state("x") == "offered"
    await office.at_work("dan")
    await office.route()
    assert await bells(office, "x") == ["ben", "cho", "dan"]
    for login in ("ben", "cho", "dan"):
        await office.reject(login)
    assert await office.state("x") == "queued"
    await office.route()
    assert await bells(office, "x") == []
    assert await loads(office) == {"ann": 0, "ben": 0, "cho": 0, "dan": 0}


async def test_one_whose_time_is_up_ends_only_that_bell(office: Office) -> None:
    await office.rule(ring_count=3)
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    await office.advance(5)
    await office.at_work("ben")
    await office.route()
    assert await bells(office, "x") == ["ann", "ben"]
    await office.advance(OFFER_SECONDS - 5)
    assert await bells(office, "x") == ["ben"]
    assert (await office.is_not_responding("ann"), await office.is_not_responding("ben")) == (True, False)
    assert await office.state("x") == "offered"
    assert await office.value("select routing_round from contacts") == 1
    await office.advance(5)
    assert await office.state("x") == "queued"


async def test_when_nobody_answers_the_contact_waits_at_its_place_and_rings_anew(office: Office) -> None:
    await rung(office)
    before = await office.value("select queued_at from contacts")
    await office.advance(OFFER_SECONDS)
    assert await office.state("x") == "queued"
    assert await bells(office, "x", "timed_out") == ALL
    for login in ALL:
        assert await office.is_not_responding(login)
        await office.choose(login, Presence.AVAILABLE)
    await office.route()
    assert await bells(office, "x") == ALL
    assert await office.value("select array[routing_round::text, queued_at::text] from contacts") == [
        "2",
        await office.value("select $1::timestamptz::text", before),
    ]


async def test_a_caller_who_hangs_up_stops_every_bell(office: Office) -> None:
    await rung(office)
    assert (await office.hang_up("x")).outcome == "abandoned_in_queue"
    assert await bells(office, "x", "withdrawn") == ALL
    assert await loads(office) == {"ann": 0, "ben": 0, "cho": 0}
    for login in ALL:
        assert await told(office, login) == [("withdrawn", "abandoned", None)]
    await office.route()
    await office.call("y")
    await office.route()
    assert await bells(office, "y") == ALL


async def test_an_agent_who_leaves_or_is_lost_takes_only_that_bell_along(office: Office) -> None:
    await rung(office)
    await office.choose("ann", Presence.AWAY)
    await office.route()
    assert await bells(office, "x") == ["ben", "cho"]
    await office.lose("ben")
    await office.route()
    await office.advance(15.5)
    assert await bells(office, "x") == ["cho"]
    await office.talk("cho")
    assert await office.held() == {"x": "cho"}


async def test_everybody_who_waits_comes_before_a_second_bell_and_each_counts_capacity(
    office: Office,
) -> None:
    await office.rule(ring_count=3)
    await office.call("x")
    await office.advance(1)
    await office.call("y")
    await office.route()
    await staffed(office)
    await office.route()
    assert await bells(office, "x") == ["ann", "cho"]
    assert await bells(office, "y") == ["ben"]
    await office.call("z")
    await office.route()
    assert await bells(office, "z") == [], "who is rung is busy"
    await office.accept("ann")
    await office.route()
    assert await bells(office, "z") == ["cho"], "who was not first is free at once"


async def test_a_connection_that_fails_lets_everybody_be_rung_again(office: Office) -> None:
    await rung(office)
    await office.accept("ann")
    await office.route()
    await office.advance(ACCEPTING.total_seconds())
    assert await bells(office, "x") == ALL
    assert await office.value("select routing_round from contacts") == 2


async def test_a_yes_and_its_failure_between_two_looks_of_the_router_lose_nothing(office: Office) -> None:
    await rung(office)
    await office.accept("ann")
    async with office.database.transaction() as tx:
        assert await service.fail_accepting(
            tx,
            contact_id=office.callers["x"],
            agent_id=office.agents["ann"],
            reason="leg_failed",
            blame=False,
        )
    before = rebuilds._value.get()
    await office.route()
    assert await bells(office, "x") == ALL
    assert await office.value("select count(*) from contacts where routing_round = 2") == 1
    assert rebuilds._value.get() == before


@pytest.mark.parametrize("answer", ["accept", "reject", "silence"])
async def test_the_next_router_goes_on_in_mid_ring(office: Office, answer: str) -> None:
    await rung(office)
    await office.passes(3)
    await office.crash()
    await office.at_work("dan")
    await office.route()
    before = rebuilds._value.get()
    assert await bells(office, "x") == ALL, "three, and not four"
    assert await office.offers_made() == 3
    if answer == "accept":
        await office.talk("ben")
        assert await office.held() == {"x": "ben"}
    elif answer == "reject":
        await office.reject("ben")
        await office.route()
        assert await bells(office, "x") == ["ann", "cho", "dan"]
    else:
        await office.advance(OFFER_SECONDS - 3)
        assert await bells(office, "x") == ["dan"]
    assert rebuilds._value.get() == before


async def test_a_yes_that_a_dying_router_did_not_see_is_seen_by_the_next(office: Office) -> None:
    await rung(office)
    await office.accept("ben")
    await office.crash()
    await office.route()
    await office.join("ben")
    await office.route()
    assert await office.held() == {"x": "ben"}
    await office.call("y")
    await office.route()
    assert await bells(office, "y") == ["ann", "cho"]


async def test_a_new_number_of_bells_counts_from_the_next_round(office: Office) -> None:
    await staffed(office, ring=1)
    await office.call("x")
    await office.route()
    assert await bells(office, "x") == ["ann"]
    await office.rule(ring_count=3)
    await office.sql("insert into router_marks (kind, ref) values ('queue', $1)", office.queues["sales"])
    await office.route()
    assert await bells(office, "x") == ["ann"]
    await office.crash()
    await office.route()
    assert await bells(office, "x") == ["ann"], "asked alone, whatever the queue says by now"
    await office.reject("ann")
    await office.route()
    assert await bells(office, "x") == ["ben", "cho"]


async def test_a_contact_that_is_busy_is_rung_on_a_moment_later(office: Office) -> None:
    await staffed(office, ring=2)
    for login in ("ben", "cho"):
        await office.choose(login, Presence.AWAY)
    await office.call("x")
    await office.route()
    await office.choose("ben", Presence.AVAILABLE)
    async with office.database.transaction() as tx:
        await tx.execute("select from contacts for update")
        await office.route()
        assert await bells(office, "x") == ["ann"]
    await office.advance(0.1)
    assert await bells(office, "x") == ["ann", "ben"]
    await office.accept("ann")
    await office.join("ann")
    await office.route()
    assert await office.held() == {"x": "ann"}


async def test_a_contact_taken_while_it_is_set_aside_waits_in_its_queue_when_it_comes_back(
    office: Office,
) -> None:
    await staffed(office, ring=2)
    await office.choose("ben", Presence.AWAY)
    await office.choose("cho", Presence.AWAY)
    await office.call("x")
    await office.route()
    await office.choose("ben", Presence.AVAILABLE)
    async with office.database.transaction() as tx:
        await tx.execute("select from contacts for update")
        await office.route()
    await office.accept("ann")
    await office.join("ann")
    await office.route()
    async with office.database.transaction() as tx:
        await service.requeue_active(tx, office.callers["x"], reason="agent_lost")
    await office.route()
    assert await bells(office, "x") == ["ann", "ben"]


async def test_a_supervisor_takes_back_moves_and_ends_what_rings_at_several(office: Office) -> None:
    by = await boss(office)
    await rung(office)
    async with office.database.transaction() as tx:
        await supervising.take_back(tx, office.callers["x"], by)
    assert await office.state("x") == "queued"
    assert await loads(office) == {"ann": 0, "ben": 0, "boss": 0, "cho": 0}
    await office.route()
    assert await bells(office, "x") == [], "not at once to those it was taken from"
    await office.advance(10)
    assert await bells(office, "x") == ALL
    async with office.database.transaction() as tx:
        await supervising.move_to_queue(
            tx, office.callers["x"], await office.queue("nowhere"), keep_age=True, now=await now_of(tx), by=by
        )
    await office.route()
    assert await office.state("x") == "queued"
    await office.call("y")
    await office.route()
    assert await bells(office, "y") == ALL
    async with office.database.transaction() as tx:
        ended = await supervising.end(
            tx, office.callers["y"], Outcome.ENDED_BY_SUPERVISOR, reason="test", now=await now_of(tx), by=by
        )
    assert ended.state == "closed"
    assert await bells(office, "y", "withdrawn") == ALL
    await office.route()


async def test_given_to_one_agent_it_rings_on_there_alone(office: Office) -> None:
    by = await boss(office)
    await rung(office)
    async with office.database.transaction() as tx:
        await supervising.assign(
            tx, office.callers["x"], office.agents["ben"], limit=None, now=await now_of(tx), by=by
        )
    assert await bells(office, "x") == ["ben"]
    await office.route()
    assert await bells(office, "x") == ["ben"]
    await office.talk("ben")
    assert await office.held() == {"x": "ben"}


async def test_what_somebody_has_just_taken_is_not_moved(office: Office) -> None:
    by = await boss(office)
    await rung(office)
    await office.accept("ann")
    async with office.database.transaction() as tx:
        with pytest.raises(NotPossibleNow, match="Ann has just accepted it"):
            await supervising.move_to_queue(
                tx,
                office.callers["x"],
                await office.queue("else"),
                keep_age=True,
                now=await now_of(tx),
                by=by,
            )


INSERT = """insert into offers (id, contact_id, agent_id, state, round, epoch, is_shared)
            values (gen_random_uuid(), $1, $2, $3, 1, 1, $4)"""


async def test_the_database_refuses_two_takers_two_alone_and_two_of_one_agent(office: Office) -> None:
    for login in ALL:
        await office.hire(login)
    x = await office.call("x")
    ann, ben, cho = (office.agents[login] for login in ALL)

    async def refused(*rows: tuple[Any, str, bool]) -> bool:
        try:
            async with office.database.transaction() as tx:
                for agent_id, state, is_shared in rows:
                    await tx.execute(INSERT, x, agent_id, state, is_shared)
                raise RuntimeError("taken back")
        except asyncpg.UniqueViolationError:
            return True
        except RuntimeError:
            return False

    assert await refused((ann, "pending", False), (ben, "pending", False))
    assert await refused((ann, "accepting", True), (ben, "accepting", True))
    assert await refused((ann, "accepted", True), (ben, "accepting", True))
    assert await refused((ann, "accepted", True), (ben, "pending", False))
    assert await refused((ann, "pending", True), (ann, "pending", True))
    assert await refused((ann, "pending", True), (ann, "accepting", True))
    assert not await refused((ann, "pending", True), (ben, "pending", True), (cho, "pending", True))
