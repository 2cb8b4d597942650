"""Full, too late, closed, nobody there: every contact a queue cannot serve goes somewhere, once, and never twice
round. On the real router and real tables."""

import asyncio
import random
from typing import Any

import pytest

from app.agents.presence import Presence
from app.routing import overflow
from app.routing.outlets import Outlets
from app.routing.overflow_rules import Cause
from tests.routing.office import Office, now_of

TO_OTHERS = {"do": "queue", "queue": "others"}


async def outcome(office: Office, word: str) -> str | None:
    found: str | None = await office.value("select outcome from contacts where id = $1", office.callers[word])
    return found


async def lines(office: Office, word: str, kind: str = "contact.diverted") -> list[dict[str, Any]]:
    async with office.database.read() as reader:
        rows = await reader.fetch(
            "select data from touchpoints where contact_id = $1 and kind = $2 order by at, id",
            office.callers[word],
            kind,
        )
    return [row["data"] for row in rows]


async def queue_of(office: Office, word: str) -> str:
    key: str = await office.value(
        "select q.key from contacts c join queues q on q.id = c.queue_id where c.id = $1",
        office.callers[word],
    )
    return key


# --- full ---------------------------------------------------------------------------------------------------


async def test_the_newest_goes_when_the_queue_is_full_and_those_who_waited_stay(office: Office) -> None:
    await office.rule(max_waiting=2)
    for word in ("a", "b", "c"):
        await office.call(word)
        await office.route()
    assert [await office.state(word) for word in ("a", "b", "c")] == ["queued", "queued", "closed"]
    assert await outcome(office, "c") == "queue_full"
    assert office.outlet.done == [("message", office.callers["c"], "full", None)]
    assert await lines(office, "c") == [{"cause": "full", "action": "message", "queue": "sales"}]


async def test_a_customer_whom_somebody_is_free_for_is_never_too_many(office: Office) -> None:
    await office.rule(max_waiting=1)
    await office.call("a")
    await office.at_work("ann")
    await office.call("b")
    await office.route()
    assert await office.ringing() == {"a": "ann"}
    assert await office.state("b") == "queued"


async def test_a_full_queue_without_a_limit_by_rule_takes_everybody(office: Office) -> None:
    await office.rule(max_waiting=1, overflow={"full": {"do": "stay"}})
    for word in ("a", "b", "c"):
        await office.call(word)
    await office.route()
    assert [await office.state(word) for word in ("a", "b", "c")] == ["queued"] * 3


async def test_the_words_of_the_rule_are_said_in_the_customers_language(office: Office) -> None:
    words = {"en": "All lines are busy.", "zh-Hant": "忙線中"}
    await office.rule(max_waiting=1, overflow={"full": {"do": "message", "text": words}})
    await office.call("a")
    await office.call("b")
    await office.route()
    assert office.outlet.done[0][3] == "All lines are busy."


# --- another queue ------------------------------------------------------------------------------------------


async def test_in_another_queue_a_contact_keeps_its_age_and_goes_before_those_who_came_later(
    office: Office,
) -> None:
    await office.rule(max_wait_seconds=60, overflow={"max_wait": TO_OTHERS})
    await office.queue("others")
    await office.call("old")
    await office.advance(30)
    await office.call("new", "others")
    await office.advance(30)
    assert await queue_of(office, "old") == "others"
    await office.at_work("ann", "others")
    await office.route()
    assert await office.ringing() == {"old": "ann"}


async def test_with_a_new_age_it_stands_at_the_end(office: Office) -> None:
    await office.rule(max_wait_seconds=60, overflow={"max_wait": {**TO_OTHERS, "age": "new"}})
    await office.queue("others")
    await office.call("old")
    await office.advance(30)
    await office.call("new", "others")
    await office.advance(30)
    await office.at_work("ann", "others")
    await office.route()
    assert await office.ringing() == {"new": "ann"}


async def test_the_longest_wait_of_the_other_queue_counts_from_there(office: Office) -> None:
    await office.rule(max_wait_seconds=60, overflow={"max_wait": TO_OTHERS})
    await office.rule("others", max_wait_seconds=45)
    await office.call("x")
    await office.advance(60)
    await office.advance(44.9)
    assert await office.state("x") == "queued"
    await office.advance(0.1)
    assert await outcome(office, "x") == "expired"
    assert [line["action"] for line in await lines(office, "x")] == ["queue", "message"]


async def test_two_full_queues_do_not_play_ball(office: Office) -> None:
    await office.rule("sales", max_waiting=1, overflow={"full": TO_OTHERS})
    await office.rule("others", max_waiting=1, overflow={"full": {"do": "queue", "queue": "sales"}})
    await office.call("a", "sales")
    await office.call("b", "others")
    await office.route()
    await office.call("x", "sales")
    await office.route()
    assert await outcome(office, "x") == "queue_full"
    assert [(one["action"], one.get("wanted")) for one in await lines(office, "x")] == [
        ("queue", None),
        ("message", "queue"),
    ]


async def test_a_rule_that_names_a_queue_that_is_no_more_does_not_strand_anybody(office: Office) -> None:
    await office.rule(max_waiting=1, overflow={"full": {"do": "queue", "queue": "gone"}})
    await office.call("a")
    await office.call("x")
    await office.route()
    assert await outcome(office, "x") == "queue_full"


# --- waited too long ----------------------------------------------------------------------------------------


async def test_a_contact_expires_at_the_exact_instant_and_is_never_offered_again(office: Office) -> None:
    await office.rule(max_wait_seconds=60)
    await office.call("x")
    await office.advance(59.999)
    assert await office.state("x") == "queued"
    await office.advance(0.001)
    assert await outcome(office, "x") == "expired"
    await office.at_work("ann")
    await office.route()
    assert await office.offers_made() == 0


async def test_what_rings_at_the_instant_is_not_taken_away(office: Office) -> None:
    await office.rule(max_wait_seconds=60)
    await office.call("x")
    await office.advance(55)
    await office.at_work("ann")
    await office.route()
    await office.advance(10)
    assert await office.ringing() == {"x": "ann"}
    await office.reject("ann")
    await office.route()
    assert await outcome(office, "x") == "expired"


async def test_a_longer_wait_is_granted_at_once_by_a_new_rule(office: Office) -> None:
    await office.rule(max_wait_seconds=60)
    await office.call("x")
    await office.advance(50)
    await office.rule(max_wait_seconds=120)
    await office.advance(60)
    assert await office.state("x") == "queued"
    await office.rule(max_wait_seconds=30)
    await office.route()
    assert await outcome(office, "x") == "expired"


@pytest.mark.parametrize(
    ("can", "done"),
    [
        ({"callback", "voicemail", "message"}, "callback"),
        ({"voicemail", "message"}, "voicemail"),
        ({"message"}, "message"),
        (set(), None),
    ],
)
async def test_what_a_channel_cannot_do_is_replaced_by_what_it_can(
    office: Office, can: set[str], done: str | None
) -> None:
    office.outlet.can = can
    await office.rule(max_wait_seconds=60, overflow={"max_wait": {"do": "callback"}})
    await office.call("x")
    await office.advance(60)
    assert [what for what, *_ in office.outlet.done] == ([done] if done else [])
    assert await office.state("x") == "closed"
    assert (await lines(office, "x"))[0]["action"] == (done or "close")


# --- nobody there -------------------------------------------------------------------------------------------


async def test_a_queue_nobody_serves_sends_on_whom_it_is_told_to(office: Office) -> None:
    await office.rule(overflow={"no_agent": TO_OTHERS})
    await office.at_work("ann", "others")
    await office.call("x")
    await office.route()
    assert await office.ringing() == {"x": "ann"}


async def test_those_who_wait_go_when_the_last_agent_goes(office: Office) -> None:
    await office.rule(overflow={"no_agent": {"do": "message"}})
    await office.at_work("ann")
    await office.call("busy")
    await office.route()
    await office.talk("ann")
    await office.call("x")
    await office.route()
    assert await office.state("x") == "queued"
    await office.choose("ann", Presence.AWAY)
    await office.route()
    assert await office.state("x") == "queued"
    await office.choose("ann", Presence.OFFLINE)
    await office.route()
    assert await outcome(office, "x") == "no_agent"


async def test_an_agent_who_is_lost_counts_until_the_grace_is_over(office: Office) -> None:
    await office.rule(overflow={"no_agent": {"do": "message"}})
    await office.at_work("ann")
    await office.call("busy")
    await office.route()
    await office.talk("ann")
    await office.call("x")
    await office.route()
    await office.lose("ann")
    await office.advance(14.9)
    assert await office.state("x") == "queued"
    await office.advance(0.1)
    assert await outcome(office, "x") == "no_agent"
    await office.call("y")
    await office.route()
    assert await outcome(office, "y") == "no_agent"
    await office.connect("ann")
    await office.call("z")
    await office.route()
    assert await office.state("z") == "queued"


async def test_without_a_rule_they_wait_for_somebody_to_come(office: Office) -> None:
    await office.call("x")
    await office.route()
    await office.at_work("ann")
    await office.route()
    assert await office.ringing() == {"x": "ann"}


# --- hours --------------------------------------------------------------------------------------------------

# the clock starts on a Friday at ten in Taipei
OFFICE_HOURS = {"fri": [["09:00", "10:30"]], "mon": [["09:00", "18:00"]]}


async def calendar(office: Office, weekly: dict[str, Any], key: str = "sales") -> None:
    await office.queue(key)
    await office.sql(
        "insert into calendars values (gen_random_uuid(), $1, $1, 'Asia/Taipei', $2)", key, weekly
    )
    await office.sql(
        "update queues set calendar_id = (select id from calendars where key = $1) where key = $1", key
    )


async def test_who_calls_outside_the_hours_is_told_so(office: Office) -> None:
    await calendar(office, {"mon": [["09:00", "18:00"]]})
    await office.at_work("ann")
    await office.call("x")
    await office.route()
    assert await outcome(office, "x") == "out_of_hours"
    assert office.outlet.done == [("message", office.callers["x"], "closed", None)]
    assert await office.offers_made() == 0


async def test_who_waits_when_the_hours_end_is_still_served(office: Office) -> None:
    await calendar(office, OFFICE_HOURS)
    await office.call("x")
    await office.route()
    await office.advance(1800)
    await office.call("late")
    await office.at_work("ann")
    await office.route()
    assert await office.ringing() == {"x": "ann"}
    assert await outcome(office, "late") == "out_of_hours"


async def test_who_waits_when_the_hours_end_goes_at_that_instant_if_the_rule_says_so(office: Office) -> None:
    await calendar(office, OFFICE_HOURS)
    await office.rule(overflow={"closing": {"do": "message"}})
    await office.call("x")
    await office.advance(1799.9)
    assert await office.state("x") == "queued"
    await office.advance(0.1)
    assert await outcome(office, "x") == "out_of_hours"
    assert (await lines(office, "x"))[0]["cause"] == "closing"


async def test_who_may_wait_for_the_opening_is_served_then(office: Office) -> None:
    await calendar(office, {"fri": [["10:10", "18:00"]]})
    await office.rule(overflow={"closed": {"do": "stay"}})
    await office.at_work("ann")
    await office.call("x")
    await office.advance(599.9)
    assert await office.ringing() == {}
    await office.advance(0.1)
    assert await office.ringing() == {"x": "ann"}


async def test_a_queue_closed_by_hand_sends_everybody_away_at_once(office: Office) -> None:
    await office.call("x")
    await office.route()
    await office.rule(is_closed=True)
    await office.call("y")
    await office.route()
    assert [await outcome(office, word) for word in ("x", "y")] == ["out_of_hours", "out_of_hours"]
    await office.rule(is_closed=False)
    await office.call("z")
    await office.route()
    assert await office.state("z") == "queued"


async def test_a_holiday_written_while_people_wait_acts_at_once(office: Office) -> None:
    await calendar(office, {"fri": [["09:00", "18:00"]]})
    await office.rule(overflow={"closing": {"do": "message"}})
    await office.call("x")
    await office.route()
    await office.sql(
        "insert into calendar_exceptions select id, '2026-11-20', 'typhoon', '[]' from calendars"
    )
    await office.route()
    assert await outcome(office, "x") == "out_of_hours"


async def test_a_rule_in_a_wrong_shape_stops_nobody(office: Office) -> None:
    await calendar(office, {"someday": "never"})
    await office.rule(overflow={"full": 7}, rising=["up"], relax_steps=[{"when": "later"}], max_waiting=1)
    await office.call("a", skills={"japanese": 2})
    await office.call("b")
    await office.route()
    assert [await office.state(word) for word in ("a", "b")] == ["queued", "closed"]
    await office.at_work("ann", skills={"japanese": 3})
    await office.route()
    assert await office.ringing() == {"a": "ann"}


# --- faults and races ---------------------------------------------------------------------------------------


async def test_a_router_that_dies_leaves_the_deadline_to_the_next(office: Office) -> None:
    await office.rule(max_wait_seconds=60, overflow={"max_wait": TO_OTHERS})
    await office.queue("others")
    await office.call("x")
    await office.route()
    await office.passes(3600)
    await office.crash()
    await office.route()
    assert await queue_of(office, "x") == "others"
    await office.crash()
    await office.route()
    assert len(await lines(office, "x")) == 1


async def test_a_contact_somebody_is_changing_is_diverted_a_moment_later(office: Office) -> None:
    await office.rule(max_wait_seconds=60)
    await office.call("x")
    await office.route()
    await office.passes(60)
    async with office.database.transaction() as tx:
        await tx.execute("select from contacts where id = $1 for update", office.callers["x"])
        await office.router.run_once()
        assert await office.state("x") == "queued"
    await office.advance(0.05)
    assert await outcome(office, "x") == "expired"


async def test_a_hang_up_that_came_first_is_not_overtaken(office: Office) -> None:
    await office.rule(max_wait_seconds=60)
    await office.call("x")
    await office.route()
    await office.passes(60)
    await office.hang_up("x")
    await office.route()
    assert await outcome(office, "x") == "abandoned_in_queue"
    assert office.outlet.done == []


async def test_an_overflow_that_fails_is_tried_again_and_stops_nobody_else(office: Office) -> None:
    class Broken:
        async def message(self, *_: Any, **__: Any) -> bool:
            raise RuntimeError("no line")

    await office.rule(max_wait_seconds=60)
    office.router._outlets = Outlets({"voice": Broken()})  # type: ignore[dict-item]
    await office.call("x")
    await office.route()
    await office.passes(60)
    await office.at_work("ann", "others")
    await office.call("y", "others")
    await office.route()
    assert await office.ringing() == {"y": "ann"}
    assert await office.state("x") == "queued"
    await office.crash()
    await office.route()
    assert await outcome(office, "x") == "expired"


async def test_what_the_router_knew_of_an_older_wait_changes_nothing(office: Office) -> None:
    await office.rule(max_wait_seconds=60, overflow={"max_wait": TO_OTHERS})
    await office.queue("others")
    await office.call("x")
    await office.advance(60)
    for item, cause in ((1, Cause.MAX_WAIT), (0, Cause.FULL)):
        async with office.database.transaction() as tx:
            late = await overflow.divert(
                tx,
                contact_id=office.callers["x"],
                work_item=item,
                cause=cause,
                now=await now_of(tx),
                outlets=Outlets(),
            )
        assert late is None
    assert await office.state("x") == "queued"


@pytest.mark.parametrize("seed", range(12))
async def test_overflow_hang_up_and_offer_at_once_have_one_winner(office: Office, seed: int) -> None:
    """The instant comes at which the contact expires, an agent becomes free and the caller hangs up."""
    chance = random.Random(seed)
    await office.rule(max_wait_seconds=60)
    await office.hire("ann")
    await office.connect("ann")
    await office.call("x")
    await office.route()
    await office.passes(chance.choice([59.9, 60]))

    async def late(party: Any) -> Any:
        await asyncio.sleep(chance.choice([0, chance.uniform(0, 0.005)]))
        return await party

    await asyncio.gather(
        late(office.hang_up("x")),
        late(office.choose("ann", Presence.AVAILABLE)),
        late(office.router.run_once()),
    )
    await office.passes(0.2)
    await office.route()
    assert await office.state("x") == "closed"
    assert await outcome(office, "x") in ("abandoned_in_queue", "expired")
    assert len(await lines(office, "x", "contact.closed")) == 1
    assert len(office.outlet.done) == (1 if await outcome(office, "x") == "expired" else 0)
    assert await office.value("select used_units from agent_states") == 0


async def test_a_restored_router_takes_in_what_was_diverted(office: Office) -> None:
    await office.rule(max_waiting=1, overflow={"full": TO_OTHERS})
    await office.queue("others")
    await office.call("a")
    await office.call("b")
    await office.route()
    await office.crash()
    await office.at_work("ann", "others")
    await office.route()
    assert await office.ringing() == {"b": "ann"}
