"""Offers, capacity and time: rules R13-R21 of the routing design."""

import pytest

from tests.routing.engine.support import Talk, agent


def ringing(*more: str, timeout: float = 20) -> Talk:
    """Contact 1 is offered to A since 0; further agents are on break."""
    agents = [agent("A"), *(agent(name, state="break") for name in more)]
    talk = Talk(*agents, auto_accept=False, reservation_timeout=timeout)
    assert talk.arrive(0, "1") == ["offer 1 A"]
    return talk


def test_r13_an_expired_offer_returns_its_contact_to_the_front_of_the_queue() -> None:
    talk = ringing("B")
    talk.arrive(5, "2")
    assert talk.next == 20
    assert talk.at(20) == ["rescind 1 A timeout", "agent A not_responding"]
    assert talk.state(25, "B", "available") == ["offer 1 B"]


def test_r13_an_accept_at_the_deadline_is_too_late() -> None:
    talk = ringing()
    expected = ["rescind 1 A timeout", "agent A not_responding", "reject"]
    assert talk.answer(20, "accept", "1", "A") == expected


def test_r13_an_accept_before_the_deadline_connects_and_ends_the_timer() -> None:
    talk = ringing()
    assert talk.answer(19.999, "accept", "1", "A") == ["connect 1 A"]
    assert talk.next is None


def test_r13_a_timed_out_offer_leaves_the_agents_other_offers_to_their_own_deadlines() -> None:
    talk = Talk(agent("A", units=2), auto_accept=False, reservation_timeout=20)
    talk.arrive(0, "1")
    talk.arrive(5, "2")
    assert talk.at(20) == ["rescind 1 A timeout", "agent A not_responding"]
    assert talk.next == 25
    assert talk.at(25) == ["rescind 2 A timeout"], "the state is not changed a second time"


def test_r13_offers_of_one_instant_time_out_in_arrival_order() -> None:
    talk = Talk(agent("B"), agent("A"), auto_accept=False, reservation_timeout=20)
    talk.arrive(0, "1", sticky=["A", 5])
    talk.arrive(0, "2")
    assert talk.at(30) == [
        "rescind 1 A timeout",
        "agent A not_responding",
        "rescind 2 B timeout",
        "agent B not_responding",
    ]


def test_r14_the_rejecting_agent_is_skipped_for_that_contact_only() -> None:
    talk = ringing()
    assert talk.answer(1, "reject", "1", "A") == ["rescind 1 A rejected"]
    assert talk.arrive(2, "2") == ["offer 2 A"]
    assert talk.next == 22, "no timer ends a rejection for ever"


def test_r14_a_reject_delay_is_over_at_its_instant() -> None:
    talk = Talk(agent("A"), auto_accept=False, reject_delay=10)
    talk.arrive(0, "1")
    assert talk.answer(3, "reject", "1", "A") == ["rescind 1 A rejected"]
    assert talk.next == 13
    assert talk.at(12.999) == []
    assert talk.at(13) == ["offer 1 A"]


def test_r15_a_late_accept_after_the_caller_left_is_refused() -> None:
    talk = ringing()
    assert talk.at(4, "contact.abandon", contact="1") == ["rescind 1 A abandoned"]
    assert talk.answer(5, "accept", "1", "A") == ["reject"]
    assert talk.next is None


def test_r15_a_waiting_caller_who_left_is_never_served() -> None:
    talk = Talk(agent("A"))
    talk.arrive(0, "1")
    talk.arrive(1, "2")
    assert talk.at(2, "contact.abandon", contact="2") == []
    assert talk.done(3, "1") == []
    assert talk.at(4, "contact.abandon", contact="2") == ["reject"]


def test_r16_wrap_up_blocks_offers_until_its_instant() -> None:
    talk = Talk(agent("A"), wrapup=30)
    talk.arrive(0, "1")
    talk.done(10, "1")
    assert talk.arrive(11, "2") == []
    assert talk.next == 40
    assert talk.at(40) == ["connect 2 A"]


def test_r16_the_idle_clock_starts_at_the_end_of_wrap_up() -> None:
    talk = Talk(agent("A"), agent("B"), wrapup=30)
    talk.arrive(0, "1")
    talk.arrive(1, "2")
    talk.done(10, "1")
    talk.done(11, "2")
    talk.at(20, "wrapup.end", agent="B")
    talk.at(40)
    assert talk.arrive(50, "3") == ["connect 3 B"], "B is idle since 20, A since 40"


def test_r16_wrap_up_follows_voice_only_and_runs_on_in_any_state() -> None:
    talk = Talk(agent("A"), wrapup=30)
    talk.arrive(0, "chat", channel="chat")
    talk.done(1, "chat")
    assert talk.arrive(2, "call") == ["connect call A"]
    talk.done(10, "call")
    talk.state(11, "A", "break")
    talk.state(12, "A", "available")
    assert talk.arrive(13, "next") == []
    assert talk.at(40) == ["connect next A"]


def test_r16_ending_a_wrap_up_that_is_not_there_is_nothing() -> None:
    talk = Talk(agent("A"), agent("B"))
    assert talk.at(5, "wrapup.end", agent="A") == []
    assert talk.arrive(6, "1") == ["connect 1 A"], "the idle clock did not move"


def test_r17_an_offer_already_uses_capacity() -> None:
    talk = Talk(agent("A", units=2), auto_accept=False)
    assert talk.arrive(0, "1") == ["offer 1 A"]
    assert talk.arrive(0, "2") == ["offer 2 A"]
    assert talk.arrive(0, "3") == []


def test_r17_slots_limit_one_channel_only() -> None:
    talk = Talk(agent("A", units=10, slots={"chat": 1}))
    assert talk.arrive(0, "1", channel="chat") == ["connect 1 A"]
    assert talk.arrive(0, "2", channel="chat") == []
    assert talk.arrive(0, "3", channel="mail") == ["connect 3 A"]


@pytest.mark.parametrize("first", ["voice", "chat"])
def test_r17_an_exclusive_channel_tolerates_nothing_beside_it_both_ways(first: str) -> None:
    second = {"voice": "chat", "chat": "voice"}[first]
    talk = Talk(agent("A", units=10, exclusive=["voice"]))
    assert talk.arrive(0, "1", channel=first) == ["connect 1 A"]
    assert talk.arrive(0, "2", channel=second) == []
    assert talk.arrive(0, "3", channel=first) == ["connect 3 A"], "more of the same channel is fine"


def test_r18_leaving_withdraws_offers_and_keeps_what_is_in_hand() -> None:
    talk = Talk(agent("A", units=3), agent("B", state="break"), auto_accept=False)
    for n in ("1", "2", "3"):
        talk.arrive(0, n)
    talk.answer(1, "accept", "2", "A")
    assert talk.state(2, "A", "break") == ["rescind 1 A agent left", "rescind 3 A agent left"]
    assert talk.state(3, "B", "available") == ["offer 1 B"]
    assert talk.done(4, "2") == []


def test_r18_the_same_state_again_is_nothing_at_all() -> None:
    talk = Talk(agent("A"), agent("B"))
    talk.state(5, "A", "available")
    assert talk.arrive(6, "1") == ["connect 1 A"]


def test_r18_contacts_in_hand_still_use_capacity_after_a_break() -> None:
    talk = Talk(agent("A"))
    talk.arrive(0, "1")
    talk.state(1, "A", "break")
    talk.state(2, "A", "available")
    assert talk.arrive(3, "2") == []
    assert talk.done(4, "1") == ["connect 2 A"]


def test_r19_everything_said_twice_is_refused_the_second_time() -> None:
    talk = ringing()
    assert talk.arrive(1, "1") == ["reject"]
    assert talk.answer(2, "accept", "1", "A") == ["connect 1 A"]
    assert talk.answer(2, "accept", "1", "A") == ["reject"]
    assert talk.done(3, "1") == []
    assert talk.done(3, "1") == ["reject"]
    assert talk.arrive(4, "1") == ["reject"], "an id that has ended does not come back"


def test_r19_a_refused_event_changes_no_state() -> None:
    talk = ringing()
    before = talk.engine.snapshot()
    for kind in ("accept", "accepting", "reject", "fail"):
        assert talk.answer(1, kind, "1", "B") == ["reject"]
    assert talk.done(1, "1") == ["reject"]
    assert talk.engine.snapshot() == before


def test_r20_an_expired_contact_is_gone_at_its_instant() -> None:
    talk = Talk(agent("A", state="break"))
    talk.arrive(1, "1", ttl=30)
    assert talk.next == 31
    assert talk.state(31, "A", "available") == ["expired 1"]


def test_r20_contacts_of_one_instant_expire_in_queue_order() -> None:
    talk = Talk(agent("A", {}))
    talk.arrive(0, "1", ttl=10)
    talk.arrive(0, "2", ttl=10, priority=1)
    talk.arrive(0, "3", ttl=10, age_credit=5)
    assert talk.at(10) == ["expired 2", "expired 3", "expired 1"]


def test_r20_an_offered_contact_expires_only_when_it_comes_back() -> None:
    talk = Talk(agent("A"), auto_accept=False, reservation_timeout=20)
    talk.arrive(0, "1", ttl=10)
    assert talk.at(10) == []
    assert talk.next == 20
    assert talk.at(20) == ["rescind 1 A timeout", "agent A not_responding", "expired 1"]


def test_r20_an_overdue_contact_that_is_rejected_expires_in_the_same_step() -> None:
    talk = Talk(agent("A"), agent("B"), auto_accept=False)
    talk.arrive(0, "1", ttl=10)
    assert talk.answer(12, "reject", "1", "A") == ["rescind 1 A rejected", "expired 1"]


def test_r21_the_newest_is_refused_and_those_waiting_stay() -> None:
    talk = Talk(agent("A"), max_waiting=1)
    talk.arrive(0, "1")
    assert talk.arrive(1, "2") == []
    assert talk.arrive(2, "3", priority=1) == ["full 3"]
    assert talk.done(3, "1") == ["connect 2 A"]


def test_r21_a_contact_that_is_served_at_once_is_not_refused() -> None:
    talk = Talk(agent("A"), max_waiting=0)
    assert talk.arrive(0, "1") == ["connect 1 A"]
    assert talk.arrive(1, "2") == ["full 2"]


def test_r21_offered_contacts_do_not_count_as_waiting() -> None:
    talk = Talk(agent("A"), auto_accept=False, max_waiting=1)
    talk.arrive(0, "1")
    assert talk.arrive(1, "2") == []
    assert talk.arrive(2, "3") == ["full 3"]


def test_due_work_comes_before_the_event_in_its_fixed_order() -> None:
    talk = Talk(agent("A"), agent("B"), auto_accept=False, reservation_timeout=20, wrapup=5)
    talk.arrive(0, "1")
    talk.arrive(0, "2")
    talk.answer(1, "accept", "2", "B")
    talk.done(15, "2")
    talk.arrive(16, "3", ttl=4)
    assert talk.arrive(20, "4") == [
        "rescind 1 A timeout",
        "agent A not_responding",
        "expired 3",
        "offer 1 B",
    ]
