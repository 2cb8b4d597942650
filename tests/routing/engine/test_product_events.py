"""What the product adds to the contract: accepting, failing, updates, lost agents, rules of one queue."""

import pytest

from tests.routing.engine.support import Talk, agent


def ringing(**config: object) -> Talk:
    """Contact 1 is offered to A since 0 for 20 s."""
    talk = Talk(agent("A"), agent("B"), **{"auto_accept": False, "reservation_timeout": 20, **config})
    assert talk.arrive(0, "1") == ["offer 1 A"]
    return talk


def test_accepting_replaces_the_offers_deadline_by_the_legs_own() -> None:
    talk = ringing()
    assert talk.answer(18, "accepting", "1", "A") == []
    assert talk.next == 28
    assert talk.answer(25, "accept", "1", "A") == ["connect 1 A"]


def test_a_leg_that_does_not_join_in_time_is_nobodys_fault() -> None:
    talk = ringing()
    talk.answer(5, "accepting", "1", "A", timeout=3)
    talk.arrive(6, "2")
    talk.arrive(6, "3")
    assert talk.at(8) == ["rescind 1 A connect timeout", "offer 1 A"], "A is free with its old idle clock"


def test_accepting_without_a_limit_waits_for_the_leg() -> None:
    talk = ringing()
    talk.answer(5, "accepting", "1", "A", timeout=None)
    assert talk.next is None


def test_accepting_at_the_offers_deadline_is_too_late() -> None:
    talk = ringing()
    assert talk.answer(20, "accepting", "1", "A")[-2:] == ["reject", "offer 1 B"]


def test_in_accepting_the_agent_can_no_longer_reject_and_a_break_leaves_the_offer() -> None:
    talk = ringing()
    talk.answer(5, "accepting", "1", "A")
    assert talk.answer(6, "reject", "1", "A") == ["reject"]
    assert talk.state(6, "A", "break") == []
    assert talk.answer(7, "accept", "1", "A") == ["connect 1 A"]


def test_a_caller_who_leaves_during_accepting_is_gone() -> None:
    talk = ringing()
    talk.answer(5, "accepting", "1", "A")
    assert talk.at(6, "contact.abandon", contact="1") == ["rescind 1 A abandoned"]
    assert talk.next is None


@pytest.mark.parametrize("accepting", [False, True])
def test_a_failed_offer_goes_back_to_its_place_without_blame(accepting: bool) -> None:
    talk = ringing()
    if accepting:
        talk.answer(1, "accepting", "1", "A")
    said = talk.answer(2, "fail", "1", "A", why="no microphone")
    assert said == ["rescind 1 A no microphone", "offer 1 A"]


def test_a_failed_offer_may_avoid_the_agent_for_a_while() -> None:
    talk = Talk(agent("A"), auto_accept=False)
    talk.arrive(0, "1")
    assert talk.answer(2, "fail", "1", "A", skip=5) == ["rescind 1 A failed"]
    assert talk.next == 7
    assert talk.at(7) == ["offer 1 A"]


def test_a_requeued_contact_keeps_its_place_and_frees_its_agent_without_wrap_up() -> None:
    talk = Talk(agent("A"), agent("B", state="break"), wrapup=30)
    talk.arrive(0, "1")
    talk.arrive(1, "2")
    talk.state(2, "A", "offline")
    assert talk.at(12, "contact.requeue", contact="1", why="agent left") == ["rescind 1 A agent left"]
    assert talk.state(13, "B", "available") == ["connect 1 B"]
    assert talk.state(14, "A", "available") == ["connect 2 A"]


def test_a_contact_may_bring_its_age_but_not_from_the_future() -> None:
    talk = Talk(agent("A", state="break"))
    talk.arrive(100, "1", ttl=100)
    talk.arrive(100, "2", enqueued_at=50, ttl=100)
    assert talk.next == 150
    event = {"type": "contact.arrive", "contact": "3", "queue": "q", "enqueued_at": 100.1}
    assert talk.why(100, event) == "enqueued_at lies in the future"
    assert talk.state(110, "A", "available") == ["connect 2 A"]


def test_a_contact_older_than_its_time_to_live_expires_on_arrival() -> None:
    talk = Talk(agent("A"))
    assert talk.arrive(100, "1", enqueued_at=0, ttl=100) == ["expired 1"]


def test_new_demands_of_a_waiting_contact_act_at_once() -> None:
    talk = Talk(agent("A"))
    assert talk.arrive(0, "1", steps=[{"skills": {"es": 1}, "for": None}]) == []
    assert talk.at(5, "contact.update", contact="1", steps=[]) == ["connect 1 A"]
    assert talk.at(6, "contact.update", contact="1", priority=1) == ["reject"], "it is connected"


def test_moving_a_contact_to_another_queue_keeps_its_age() -> None:
    talk = Talk(agent("A", {"p": 1, "q": 1}))
    talk.arrive(0, "busy")
    talk.arrive(1, "1", "elsewhere")
    talk.arrive(2, "2")
    assert talk.at(3, "contact.update", contact="1", queue="p") == []
    assert talk.done(4, "busy") == ["connect 1 A"]


def test_an_update_does_not_withdraw_an_offer_and_counts_when_it_comes_back() -> None:
    talk = ringing()
    assert talk.at(1, "contact.update", contact="1", queue="elsewhere", ttl=5) == []
    assert talk.answer(2, "reject", "1", "A") == ["rescind 1 A rejected"]
    assert talk.next == 5


def test_new_skills_queues_and_units_of_an_agent_act_at_once() -> None:
    talk = Talk(agent("A", "p"))
    talk.arrive(0, "1", steps=[{"skills": {"es": 3}, "for": None}])
    talk.arrive(1, "2")
    assert talk.at(2, "agent.update", agent="A", queues={"q": 1}) == ["connect 2 A"]
    assert talk.at(3, "agent.update", agent="A", skills={"es": 3}) == []
    assert talk.at(4, "agent.update", agent="A", units=2) == ["connect 1 A"]


def test_a_new_delay_is_seen_by_contacts_that_wait_already() -> None:
    talk = Talk(agent("A", {}))
    talk.arrive(0, "1")
    talk.at(5, "agent.update", agent="A", queues={"q": {"rank": 1, "delay": 30}})
    assert talk.next == 30
    assert talk.at(30) == ["connect 1 A"]


def test_agents_come_and_go() -> None:
    talk = Talk(agent("A"), auto_accept=False)
    talk.arrive(0, "1")
    talk.arrive(1, "2")
    assert talk.at(2, "agent.add", agent="B", queues={"q": 1}) == ["offer 2 B"]
    assert talk.at(3, "agent.add", agent="B", queues={"q": 1}) == ["reject"]
    assert talk.at(4, "agent.remove", agent="A") == ["rescind 1 A agent left"]
    talk.answer(5, "accept", "2", "B")
    event = {"type": "agent.remove", "agent": "B"}
    assert talk.why(6, event) == "agent has contacts in hand"
    assert talk.done(7, "2") == ["offer 1 B"]


def test_a_lost_agent_gets_nothing_new_and_back_in_time_is_as_before() -> None:
    talk = ringing()
    assert talk.at(1, "agent.lost", agent="A") == []
    assert talk.arrive(2, "2") == ["offer 2 B"]
    assert talk.arrive(2, "3") == []
    assert talk.next == 16
    assert talk.at(10, "agent.lost", agent="A") == [], "the first loss counts"
    assert talk.at(15.999, "agent.back", agent="A") == []
    assert talk.answer(17, "accept", "1", "A") == ["connect 1 A"]


def test_after_the_grace_offers_go_back_and_the_agent_is_not_responding() -> None:
    talk = ringing(grace=5)
    talk.at(1, "agent.lost", agent="A")
    assert talk.at(6, "agent.back", agent="A") == [
        "rescind 1 A agent left",
        "agent A not_responding",
        "offer 1 B",
    ]


def test_a_lost_agent_on_break_stays_on_break() -> None:
    talk = Talk(agent("A", state="break"))
    talk.at(1, "agent.lost", agent="A")
    assert talk.at(16) == []
    assert talk.engine.snapshot()["agents"][0]["state"] == "break"


def test_an_offer_whose_deadline_falls_on_the_end_of_the_grace_has_timed_out() -> None:
    talk = ringing(grace=20)
    talk.at(0, "agent.lost", agent="A")
    assert talk.at(20)[:2] == ["rescind 1 A timeout", "agent A not_responding"]


def test_the_queues_timeout_wins_over_the_channels_and_that_over_the_floors() -> None:
    talk = Talk(
        agent("A", {"p": 1, "q": 1}, units=9),
        auto_accept=False,
        reservation_timeout=20,
        reservation_timeouts={"chat": 60},
        queues={"p": {"reservation_timeout": 5}},
    )
    deadlines = []
    for number, (queue, channel) in enumerate([("q", "voice"), ("q", "chat"), ("p", "chat")]):
        event = {"type": "contact.arrive", "contact": number, "queue": queue, "channel": channel}
        deadlines.append(talk.engine.step(0, event)[0]["expires"])
    assert deadlines == [20, 60, 5]


def test_wrap_up_and_limit_of_one_queue() -> None:
    talk = Talk(agent("A", {"p": 1, "q": 1}), wrapup=30, queues={"p": {"wrapup": 0, "max_waiting": 1}})
    talk.arrive(0, "1", "p")
    assert talk.arrive(1, "2", "p") == []
    assert talk.arrive(1, "3", "p") == ["full 3"]
    assert talk.arrive(1, "4") == []
    assert talk.done(2, "1") == ["connect 2 A"], "no wrap-up after p"
    talk.at(3, "queue.update", queue="p", wrapup=7, max_waiting=None)
    assert talk.done(4, "2") == []
    assert talk.next == 11
    assert talk.arrive(5, "5", "p") == []
    assert talk.arrive(5, "6", "p") == []


def test_a_contact_an_agent_begins_takes_the_agents_capacity_and_is_offered_to_nobody() -> None:
    talk = Talk(agent("A"), auto_accept=False)
    assert talk.at(0, "contact.take", contact="out", queue="q", agent="A", expires=12) == []
    assert talk.arrive(1, "1") == []
    assert talk.answer(2, "accept", "out", "A") == ["connect out A"]
    assert talk.at(3, "contact.done", contact="out")[-1] == "offer 1 A"


def test_what_an_agent_begins_may_be_connected_already_and_is_known_once() -> None:
    talk = Talk(agent("A"))
    take = {"contact": "out", "queue": "q", "agent": "A"}
    assert talk.at(0, "contact.take", **take) == []
    assert talk.at(0, "contact.take", **take) == ["reject"]
    assert talk.at(0, "contact.take", **{**take, "contact": "x", "agent": "nobody"}) == ["reject"]
    assert talk.arrive(1, "1") == []
    assert talk.next is None
