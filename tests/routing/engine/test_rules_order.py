"""Who is served first, and by whom: rules R01-R11, R23, R24 of the routing design."""

import json
from typing import Any

import pytest

from app.routing.engine import Engine
from tests.routing.engine.support import Talk, agent


def test_r01_rank_beats_priority_beats_age() -> None:
    talk = Talk(agent("A", {"first": 1, "second": 2}))
    talk.arrive(0, "busy", "first")
    talk.arrive(1, "urgent elsewhere", "second", priority=1)
    talk.arrive(2, "older", "first", priority=5)
    talk.arrive(3, "urgent", "first", priority=2)
    assert talk.done(4, "busy") == ["connect urgent A"]
    assert talk.done(5, "urgent") == ["connect older A"]
    assert talk.done(6, "older") == ["connect urgent elsewhere A"]


def test_r01_several_matches_of_one_step_come_in_the_order_of_the_pair_key() -> None:
    talk = Talk(agent("A", "p", units=2))
    talk.arrive(0, "1", "p")
    talk.arrive(0, "2", "p")
    talk.arrive(1, "3", "p")
    talk.arrive(2, "4", "p", priority=1)
    update = talk.at(3, "agent.update", agent="A", units=4)
    assert update == ["connect 4 A", "connect 3 A"]


def test_r01_rank_comes_first_among_agents_freed_at_one_instant_too() -> None:
    talk = Talk(agent("A", {"p": 2, "x": 1}), agent("B", {"q": 1, "x": 1}), wrapup=10)
    talk.arrive(0, "1", "x")
    talk.arrive(0, "2", "x")
    talk.done(5, "1")
    talk.done(5, "2")
    talk.arrive(6, "urgent", "p", priority=1)
    talk.arrive(7, "plain", "q", priority=5)
    assert talk.at(15) == ["connect plain B", "connect urgent A"]


def test_r01_rank_decides_between_a_freed_agent_and_a_contact_that_comes_back() -> None:
    talk = Talk(
        agent("B", {"p": 1}),
        agent("A", {"p": 2, "q": 1}),
        auto_accept=False,
        reservation_timeout=20,
        wrapup=20,
    )
    assert talk.arrive(0, "urgent", "p", priority=1) == ["offer urgent B"]
    assert talk.arrive(0, "1", "q") == ["offer 1 A"]
    talk.answer(0, "accept", "1", "A")
    talk.done(0, "1")
    talk.arrive(1, "plain", "q", priority=5)
    assert talk.at(20)[2:] == ["offer plain A"], "A ranks q first, so the urgent contact of p waits"


def test_r02_first_come_first_served_inside_a_queue() -> None:
    talk = Talk(agent("A"))
    for n in range(4):
        talk.arrive(n, n)
    assert [talk.done(10 + n, n) for n in range(3)] == [["connect 1 A"], ["connect 2 A"], ["connect 3 A"]]


def test_r02_arrivals_of_one_instant_keep_their_order_whatever_their_ids() -> None:
    talk = Talk(agent("A"))
    talk.arrive(0, "busy")
    talk.arrive(1, "z")
    talk.arrive(1, 7)
    talk.arrive(1, "a")
    assert talk.done(2, "busy") == ["connect z A"]
    assert talk.done(3, "z") == ["connect 7 A"]


def test_r03_the_agent_idle_longest_is_chosen() -> None:
    talk = Talk(agent("A"), agent("B"))
    assert talk.arrive(0, "1") == ["connect 1 A"]
    assert talk.arrive(0, "2") == ["connect 2 B"]
    talk.done(5, "2")
    talk.done(6, "1")
    assert talk.arrive(7, "3") == ["connect 3 B"]


def test_r03_equal_idle_time_is_decided_by_agent_order_not_by_name() -> None:
    talk = Talk(agent("Z"), agent("A"))
    assert talk.arrive(0, "1") == ["connect 1 Z"]


def test_r03_a_rejected_or_withdrawn_offer_leaves_the_idle_clock() -> None:
    talk = Talk(agent("A"), agent("B"), auto_accept=False)
    talk.arrive(0, "1")
    assert talk.answer(5, "reject", "1", "A") == ["rescind 1 A rejected", "offer 1 B"]
    assert talk.arrive(6, "2") == ["offer 2 A"]
    assert talk.at(7, "contact.abandon", contact="2") == ["rescind 2 A abandoned"]
    assert talk.at(7, "contact.abandon", contact="1") == ["rescind 1 B abandoned"]
    assert talk.arrive(8, "3") == ["offer 3 A"]


def test_r03_idle_time_starts_when_the_last_contact_is_released() -> None:
    talk = Talk(agent("A", units=2), agent("B"))
    assert talk.arrive(0, "1") == ["connect 1 A"]
    assert talk.arrive(0, "2") == ["connect 2 A"]
    assert talk.arrive(0, "3") == ["connect 3 B"]
    talk.done(5, "1")
    talk.done(6, "3")
    assert talk.arrive(7, "4") == ["connect 4 A"], "A still held one, so its clock never moved"
    talk.done(8, "4")
    talk.done(9, "2")
    assert talk.arrive(10, "5") == ["connect 5 B"], "A is idle since 9, B since 6"


def test_r04_a_change_of_priority_acts_at_once_on_waiting_contacts() -> None:
    talk = Talk(agent("A"))
    for n in range(3):
        talk.arrive(n, n)
    talk.at(5, "contact.update", contact=2, priority=1)
    assert talk.done(6, 0) == ["connect 2 A"]


def test_r05_age_credit_moves_the_place_and_no_clock() -> None:
    talk = Talk(agent("A"))
    talk.arrive(0, "busy")
    talk.arrive(1, "early", ttl=100)
    talk.arrive(60, "favoured", age_credit=90, ttl=100)
    assert talk.next == 101
    assert talk.done(70, "busy") == ["connect favoured A"]


def test_r06_equal_rank_is_oldest_over_all_queues() -> None:
    talk = Talk(agent("A", {"p": 1, "q": 1}))
    talk.arrive(0, "busy", "p")
    talk.arrive(1, "in q", "q")
    talk.arrive(2, "in p", "p")
    assert talk.done(3, "busy") == ["connect in q A"]


def test_r06_r07_rank_comes_before_delay() -> None:
    talk = Talk(agent("A", {"t1": 1, "t3": {"rank": 2, "delay": 20}}))
    talk.arrive(0, "busy", "t1")
    talk.arrive(1, "old", "t3")
    talk.arrive(40, "new", "t1")
    assert talk.done(50, "busy") == ["connect new A"]


def test_r07_a_delayed_queue_is_offered_at_exactly_its_instant() -> None:
    talk = Talk(agent("A", {"q": {"rank": 1, "delay": 30}}))
    assert talk.arrive(5, "1") == []
    assert talk.next == 35
    assert talk.at(34.999) == []
    assert talk.at(35) == ["connect 1 A"]


def test_r07_delay_counts_from_the_true_enqueue_time_for_each_agent() -> None:
    talk = Talk(agent("A", {"q": {"rank": 1, "delay": 30}}), agent("B", {"q": {"rank": 1, "delay": 10}}))
    assert talk.arrive(0, "1", age_credit=1000) == []
    assert talk.arrive(1, "2") == []
    assert talk.at(10) == ["connect 1 B"]
    assert talk.at(31) == ["connect 2 A"]


def test_r08_a_personal_queue_beats_every_other() -> None:
    talk = Talk(agent("A", {"agent:A": 0, "q": 1}), agent("B"))
    talk.arrive(0, "busy")
    talk.arrive(0, "busy too")
    talk.arrive(1, "old", priority=1)
    assert talk.arrive(2, "mine", "agent:A", priority=9) == [], "nobody else may take it"
    assert talk.done(3, "busy") == ["connect mine A"]


def test_r09_a_skill_is_never_relaxed_without_a_step_that_says_so() -> None:
    talk = Talk(agent("low", skills={"es": 2}), agent("high", state="break", skills={"es": 4}))
    steps = [{"skills": {"es": 3}, "for": None}]
    assert talk.arrive(0, "1", steps=steps) == []
    assert talk.next is None
    assert talk.at(1_000_000) == []
    assert talk.state(1_000_001, "high", "available") == ["connect 1 high"]


def test_r10_each_step_runs_from_the_end_of_the_one_before_and_the_pool_may_change() -> None:
    talk = Talk(agent("A", state="break"), agent("B", state="break"), agent("C", state="break"))
    steps = [{"agents": ["A"], "for": 10}, {"agents": ["B"], "for": 5}]
    talk.arrive(0, "1", steps=steps)
    assert talk.next == 5 * 2
    talk.at(12)
    assert talk.state(12, "A", "available") == [], "A's step is over"
    assert talk.state(13, "C", "available") == []
    assert talk.next == 15
    assert talk.at(15) == ["connect 1 A"], "after the last step: anyone with the queue"


def test_r10_an_open_ended_step_never_ends_and_an_empty_list_names_nobody() -> None:
    talk = Talk(agent("A"))
    assert talk.arrive(0, "1", steps=[{"agents": [], "for": None}]) == []
    assert talk.next is None


def test_r11_the_preferred_agent_alone_until_the_limit_then_all() -> None:
    talk = Talk(agent("A"), agent("B"))
    talk.arrive(0, "busy")
    assert talk.arrive(1, "1", sticky=["A", 15], steps=[{"skills": {"es": 5}, "for": 5}]) == []
    assert talk.next == 6
    assert talk.at(15.999) == []
    assert talk.at(16) == ["connect 1 B"], "the step of 5 s is over by then too"


def test_r11_steps_are_not_looked_at_while_the_preference_lasts() -> None:
    talk = Talk(agent("A"), agent("B", skills={"es": 5}))
    steps = [{"skills": {"es": 5}, "for": None}]
    assert talk.arrive(0, "1", sticky=["A", 15], steps=steps) == ["connect 1 A"]
    assert talk.arrive(0, "2", sticky=["A", 15], steps=steps) == []
    assert talk.at(15) == ["connect 2 B"]


@pytest.mark.parametrize(("skip", "expected"), [(False, []), (True, ["connect 1 B"])])
def test_r11_an_agent_who_is_offline_is_skipped_at_once_only_if_told(skip: bool, expected: Any) -> None:
    talk = Talk(agent("A", state="offline"), agent("B"), sticky_skip=skip)
    assert talk.arrive(0, "1", sticky=["A", 15]) == expected


def test_r11_skipping_acts_when_the_agent_goes_offline_while_the_contact_waits() -> None:
    talk = Talk(agent("A", state="lunch"), agent("B"), sticky_skip=True)
    assert talk.arrive(0, "1", sticky=["A", 15]) == []
    assert talk.state(1, "A", "offline") == ["connect 1 B"]


def test_r23_same_input_gives_the_same_effects_byte_for_byte() -> None:
    def life() -> str:
        engine, said = Engine(), []
        names = [f"agent {n}" for n in range(20)]
        agents = [agent(name, exclusive=["voice", "chat"], units=3) for name in names]
        engine.reset({"agents": agents, "auto_accept": False, "reservation_timeout": 3}, 0)
        for n in range(100):
            event = {"type": "contact.arrive", "contact": f"c{n * 7 % 100}", "queue": "q"}
            said.append(engine.step(n / 3, {**event, "channel": ("voice", "chat")[n % 2]}))
        return json.dumps([said, engine.snapshot()])

    assert life() == life()


def test_r24_one_freed_agent_takes_as_many_as_fit() -> None:
    talk = Talk(agent("A", units=10), channel_cost={"voice": 10, "chat": 3})
    talk.arrive(0, "call")
    for n in range(4):
        assert talk.arrive(1, n, channel="chat") == []
    assert talk.done(2, "call") == ["connect 0 A", "connect 1 A", "connect 2 A"]


def test_r24_matching_follows_a_refused_event_too_because_time_may_have_freed_work() -> None:
    talk = Talk(agent("A"), wrapup=10)
    talk.arrive(0, "1")
    talk.done(1, "1")
    talk.arrive(2, "2")
    assert talk.done(11, "nobody") == ["reject", "connect 2 A"]
