"""Opening hours of queues, and queues that nobody serves (R22)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.routing.engine import Engine
from tests.routing.engine.support import Talk, agent, short

TAIPEI = "Asia/Taipei"
CALENDAR = {
    "time_zone": TAIPEI,
    "weekly": {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "exceptions": {"2026-03-04": []},
}


def wall(time: str, day: str = "2026-03-02") -> float:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(TAIPEI)).timestamp()


def desk(start: str, *agents: Any, floor: Any = None, **rules: Any) -> Talk:
    """A floor that opens its books at a time on Monday, with the calendar on queue q."""
    talk = Talk()
    queues = {"q": {"calendar": CALENDAR, **rules}}
    talk.engine.reset({"agents": list(agents), "queues": queues, **(floor or {})}, wall(start))
    return talk


def test_a_contact_that_arrives_while_closed_is_refused_and_gone() -> None:
    talk = desk("08:00", agent("A"))
    assert talk.arrive(wall("08:59:59"), "1") == ["closed 1"]
    assert talk.at(wall("08:59:59"), "contact.abandon", contact="1") == ["reject"]
    assert talk.arrive(wall("08:59:59"), "1") == ["reject"], "its id is known"
    assert talk.arrive(wall("09:00"), "2") == ["connect 2 A"]
    assert talk.arrive(wall("12:00"), "3") == ["closed 3"]


def test_other_queues_of_the_same_agents_stay_open() -> None:
    talk = desk("08:00", agent("A", {"q": 1, "p": 1}))
    assert talk.arrive(wall("08:30"), "1", "p") == ["connect 1 A"]


def test_who_may_wait_for_the_opening_is_served_at_its_very_instant_in_order() -> None:
    talk = desk("08:00", agent("A"), agent("B"), when_closed="wait")
    assert talk.arrive(wall("08:10"), "1") == []
    assert talk.arrive(wall("08:20"), "2", priority=1) == []
    assert talk.state(wall("08:30"), "A", "break") == []
    assert talk.state(wall("08:31"), "A", "available") == []
    assert talk.next == wall("09:00")
    assert talk.at(wall("08:59:59")) == []
    assert talk.at(wall("09:00")) == ["connect 2 B", "connect 1 A"]


def test_by_default_those_who_wait_at_the_end_of_the_hours_are_served() -> None:
    talk = desk("11:00", agent("A"))
    talk.arrive(wall("11:10"), "1")
    talk.arrive(wall("11:59"), "2")
    assert talk.next == wall("12:00")
    assert talk.at(wall("12:00")) == []
    assert talk.arrive(wall("12:00"), "3") == ["closed 3"]
    assert talk.done(wall("12:10"), "1") == ["connect 2 A"]


def test_those_who_wait_may_be_refused_at_the_end_of_the_hours() -> None:
    talk = desk("11:00", agent("A"), at_close="refuse")
    for n, priority in enumerate((5, 5, 3)):
        talk.arrive(wall("11:10") + n, str(n), priority=priority)
    assert talk.next == wall("12:00")
    assert talk.at(wall("12:00")) == ["closed 2", "closed 1"], (
        "in the order of the queue; who is served stays"
    )
    assert talk.done(wall("12:10"), "0") == []


def test_those_who_wait_may_wait_for_the_next_opening_at_their_old_place() -> None:
    talk = desk("17:00", agent("A"), at_close="wait", when_closed="wait")
    talk.arrive(wall("17:10"), "1")
    talk.arrive(wall("17:50"), "2")
    talk.at(wall("18:00"))
    assert talk.arrive(wall("18:30"), "3") == []
    assert talk.done(wall("18:40"), "1") == [], "A is free, the queue is closed"
    assert talk.next == wall("09:00", "2026-03-03")
    assert talk.at(wall("09:00", "2026-03-03")) == ["connect 2 A"]


def test_the_hours_of_a_holiday_and_of_the_weekend() -> None:
    talk = desk("19:00", agent("A"), when_closed="wait")
    assert talk.next == wall("09:00", "2026-03-03")
    talk.at(wall("19:00", "2026-03-03"))
    assert talk.arrive(wall("10:00", "2026-03-04"), "1") == [], "a holiday"
    assert talk.next == wall("09:00", "2026-03-05")
    assert talk.at(wall("09:00", "2026-03-05")) == ["connect 1 A"]
    talk.at(wall("20:00", "2026-03-06"))
    assert talk.next == wall("09:00", "2026-03-09")


@pytest.mark.parametrize(
    ("at_close", "said"), [("serve", ["offer 1 B"]), ("refuse", ["closed 1"]), ("wait", [])]
)
def test_an_offer_outlives_the_hours_and_at_close_decides_when_it_comes_back(
    at_close: str, said: list[str]
) -> None:
    floor = {"auto_accept": False, "reservation_timeout": 20}
    talk = desk("11:00", agent("A"), agent("B"), at_close=at_close, floor=floor)
    assert talk.arrive(wall("11:59:50"), "1") == ["offer 1 A"]
    assert talk.at(wall("12:00")) == []
    at = wall("12:00:10")
    assert talk.at(at) == ["rescind 1 A timeout", "agent A not_responding", *said]


def test_an_offer_that_ends_at_the_very_instant_of_closing_ends_first() -> None:
    talk = desk(
        "11:00",
        agent("A"),
        agent("B"),
        at_close="refuse",
        floor={"auto_accept": False, "reservation_timeout": 20},
    )
    talk.arrive(wall("11:59:40"), "1")
    assert talk.at(wall("12:00")) == ["rescind 1 A timeout", "agent A not_responding", "closed 1"]


def test_a_time_to_live_that_ends_at_the_very_instant_of_closing_wins() -> None:
    talk = desk("11:00", at_close="refuse")
    talk.arrive(wall("11:59:00"), "1", ttl=60)
    talk.arrive(wall("11:59:00"), "2", ttl=61)
    assert talk.at(wall("12:00")) == ["expired 1", "closed 2"]


def test_time_to_live_and_preference_go_on_while_a_contact_waits_for_the_opening() -> None:
    talk = desk("08:00", agent("A"), agent("B", {"q": 2}), when_closed="wait")
    talk.arrive(wall("08:50"), "1", ttl=300)
    assert talk.next == wall("08:55")
    assert talk.at(wall("08:55")) == ["expired 1"]
    talk.arrive(wall("08:58"), "2", sticky=["B", 60])
    talk.arrive(wall("08:59:59"), "3", sticky=["B", 60])
    assert talk.next == wall("09:00"), "nothing else can happen before"
    assert talk.at(wall("09:00")) == ["connect 2 A", "connect 3 B"], "the preference of 2 was over by then"


def test_a_queue_is_closed_and_opened_by_hand_at_once_whatever_its_hours() -> None:
    talk = desk("10:00", agent("A"), at_close="refuse", when_closed="wait")
    talk.arrive(wall("10:01"), "1")
    talk.arrive(wall("10:02"), "2")
    assert talk.at(wall("10:03"), "queue.update", queue="q", closed=True) == ["closed 2"]
    assert talk.arrive(wall("10:04"), "3") == []
    assert talk.done(wall("10:05"), "1") == []
    assert talk.next is None, "hours do not open what is closed by hand"
    assert talk.at(wall("13:30"), "queue.update", queue="q", closed=False) == ["connect 3 A"]


def test_new_hours_act_at_once_with_the_rules_of_the_same_change() -> None:
    talk = desk("10:00", agent("A", state="break"))
    talk.arrive(wall("10:01"), "1")
    shut = {"time_zone": TAIPEI, "weekly": {}}
    assert talk.at(wall("10:02"), "queue.update", queue="q", calendar=shut, at_close="refuse") == ["closed 1"]
    assert talk.arrive(wall("10:03"), "2") == ["closed 2"]
    talk.at(wall("10:04"), "queue.update", queue="q", calendar=None)
    assert talk.arrive(wall("10:05"), "3") == []
    assert talk.state(wall("10:06"), "A", "available") == ["connect 3 A"]


def test_a_waiting_contact_that_moves_arrives_in_the_new_queue_hours_included() -> None:
    talk = desk("08:00")
    talk.arrive(wall("08:10"), "1", "p")
    assert talk.at(wall("08:11"), "contact.update", contact="1", queue="p") == [], "it is there already"
    assert talk.at(wall("08:12"), "contact.update", contact="1", queue="q") == ["closed 1"]


def test_a_connected_contact_may_end_or_come_back_after_hours() -> None:
    talk = desk("11:00", agent("A"), at_close="wait")
    talk.arrive(wall("11:10"), "1")
    assert talk.at(wall("12:30"), "contact.requeue", contact="1") == ["rescind 1 A requeued"]
    assert talk.at(wall("13:00")) == ["connect 1 A"]


def test_a_contact_too_old_for_a_closed_queue_has_expired_and_is_told_once() -> None:
    talk = desk("08:00")
    assert talk.arrive(wall("08:10"), "1", ttl=0) == ["expired 1"]


# Nobody there


def test_an_unstaffed_queue_lets_people_wait_unless_told_otherwise() -> None:
    talk = Talk(agent("A", state="offline"))
    assert talk.arrive(0, "1") == []
    assert talk.arrive(0, "2", "elsewhere") == []


def test_a_contact_that_arrives_when_nobody_serves_the_queue_is_refused() -> None:
    talk = Talk(agent("A", state="offline"), agent("B", "p"), queues={"q": {"unstaffed": "refuse"}})
    assert talk.arrive(0, "1") == ["unstaffed 1"]
    talk.state(1, "A", "break")
    assert talk.arrive(2, "2") == [], "somebody is at work, though not available"


def test_when_the_last_agent_goes_everyone_who_waits_is_refused_at_once_in_order() -> None:
    talk = Talk(agent("A"), agent("B"), queues={"q": {"unstaffed": "refuse"}}, auto_accept=False)
    for n in range(4):
        talk.arrive(n, str(n), priority=5 - n)
    assert talk.state(5, "A", "offline") == ["rescind 0 A agent left"]
    assert talk.state(6, "B", "offline") == [
        "rescind 1 B agent left", "unstaffed 3", "unstaffed 2", "unstaffed 1", "unstaffed 0"
    ]  # fmt: skip


@pytest.mark.parametrize("going", ["agent.remove", "agent.update", "agent.state"])
def test_an_agent_goes_in_more_ways_than_one(going: str) -> None:
    talk = Talk(agent("A", state="break"), queues={"q": {"unstaffed": "refuse"}})
    talk.arrive(0, "1")
    more: dict[str, Any] = {"agent.update": {"queues": {"p": 1}}, "agent.state": {"state": "offline"}}
    assert talk.at(1, going, agent="A", **more.get(going, {})) == ["unstaffed 1"]


def test_a_lost_agent_counts_until_the_grace_is_over_and_again_when_back() -> None:
    talk = Talk(agent("A", units=0), queues={"q": {"unstaffed": "refuse"}}, grace=15)
    talk.arrive(0, "1")
    talk.at(1, "agent.lost", agent="A")
    assert talk.at(15.9) == []
    assert talk.at(16) == ["agent A not_responding", "unstaffed 1"]
    assert talk.arrive(17, "2") == ["unstaffed 2"], "not responding, but not offline"
    talk.at(18, "agent.back", agent="A")
    assert talk.arrive(19, "3") == []


def test_an_offer_of_an_agent_who_is_lost_comes_back_to_an_empty_queue() -> None:
    talk = Talk(agent("A"), queues={"q": {"unstaffed": "refuse"}}, auto_accept=False)
    talk.arrive(0, "1")
    talk.at(1, "agent.lost", agent="A")
    assert talk.at(16) == ["rescind 1 A agent left", "agent A not_responding", "unstaffed 1"]


def test_the_rule_acts_at_once_when_it_is_set() -> None:
    talk = Talk()
    talk.arrive(0, "1")
    assert talk.at(1, "queue.update", queue="q", unstaffed="refuse") == ["unstaffed 1"]


def test_a_closed_queue_is_not_called_unstaffed_before_it_opens() -> None:
    talk = desk("08:00", when_closed="wait", unstaffed="refuse")
    assert talk.arrive(wall("08:30"), "1") == []
    assert talk.at(wall("09:00")) == ["unstaffed 1"]
    talk = desk("08:00", unstaffed="refuse")
    assert talk.arrive(wall("08:30"), "1") == ["closed 1"], "closed is the reason that is told"


def test_a_time_to_live_that_ends_when_the_last_agent_goes_wins() -> None:
    talk = Talk(agent("A", state="break"), queues={"q": {"unstaffed": "refuse"}})
    talk.arrive(0, "1", ttl=10)
    talk.arrive(0, "2")
    assert talk.state(10, "A", "offline") == ["expired 1", "unstaffed 2"]


def test_a_queue_closed_by_hand_whose_staff_is_gone_refuses_each_contact_once() -> None:
    talk = Talk()
    talk.arrive(0, "1")
    change = {"queue": "q", "closed": True, "at_close": "refuse", "unstaffed": "refuse"}
    assert talk.at(1, "queue.update", **change) == ["closed 1"]


# Put back


def put_back(config: Any, t: float) -> tuple[Engine, list[str]]:
    engine = Engine()
    engine.reset(config, t)
    assert engine.next_deadline() is not None
    return engine, [short(effect) for effect in engine.step(t, {"type": "tick"})]


def test_a_closing_that_was_missed_happens_at_the_first_tick() -> None:
    talk = desk("11:00", agent("A", state="break"), at_close="refuse")
    talk.arrive(wall("11:10"), "1")
    engine, said = put_back(talk.engine.snapshot(), wall("12:30"))
    assert said == ["closed 1"]
    assert engine.next_deadline() == wall("13:00")


def test_who_waits_for_the_opening_goes_on_waiting_after_a_restart_whatever_the_rules_say_now() -> None:
    talk = desk("08:00", agent("A"), when_closed="wait")
    talk.arrive(wall("08:10"), "1")
    talk.at(wall("08:20"), "queue.update", queue="q", when_closed="refuse")
    engine, said = put_back(talk.engine.snapshot(), wall("08:20"))
    assert said == []
    assert [short(effect) for effect in engine.step(wall("09:00"), {"type": "tick"})] == ["connect 1 A"]


def test_a_floor_put_back_from_tables_alone_knows_who_was_dormant() -> None:
    config = {
        "agents": [agent("A")],
        "queues": {"q": {"calendar": CALENDAR, "when_closed": "wait"}},
        "contacts": [
            {"contact": "late", "queue": "q", "enqueued_at": wall("12:10")},
            {"contact": "in time", "queue": "q", "enqueued_at": wall("11:50")},
        ],
    }
    engine, said = put_back(config, wall("12:30"))
    assert said == ["connect in time A"], "at_close is to serve"
    engine.step(wall("12:40"), {"type": "contact.done", "contact": "in time"})
    assert [short(effect) for effect in engine.step(wall("13:00"), {"type": "tick"})] == ["connect late A"]


def test_what_ran_out_while_away_is_told_at_the_first_tick() -> None:
    waits = {"contact": "1", "queue": "q", "enqueued_at": 0, "ttl": 10}
    _, said = put_back({"agents": [], "contacts": [waits]}, 20)
    assert said == ["expired 1"]
    rules = {"q": {"unstaffed": "refuse"}}
    _, said = put_back({"agents": [], "contacts": [{**waits, "ttl": None}], "queues": rules}, 20)
    assert said == ["unstaffed 1"]
