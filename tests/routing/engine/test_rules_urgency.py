"""Priorities that rise with the wait (R26), the best agent first (R12), calls over mail (R29)."""

from typing import Any

import pytest

from app.routing.engine import Engine
from tests.routing.engine.support import Talk, agent, short


def spanish(level: float, **more: Any) -> list[Any]:
    return [{"skills": {"es": level, **more}, "for": None}]


# Rising


def test_a_contact_overtakes_from_the_very_instant_its_priority_rises() -> None:
    talk = Talk(agent("A"), queues={"q": {"rising": [[60, 1], [30, 3]]}})
    talk.arrive(0, "busy")
    talk.arrive(0, "old", priority=9)
    talk.arrive(1, "new", priority=2)
    assert talk.next == 30
    talk.at(30)
    assert talk.next == 60, "at 31 nothing rises: 3 is worse than 2"
    assert talk.done(59.9, "busy") == ["connect new A"]
    talk.arrive(59.9, "newer", priority=2)
    assert talk.done(60, "new") == ["connect old A"]


def test_a_rise_never_lowers() -> None:
    talk = Talk(agent("A"), queues={"q": {"rising": [[10, 4], [20, 7]]}})
    talk.arrive(0, "busy")
    talk.arrive(0, "second", priority=3)
    talk.arrive(1, "first", priority=1)
    assert talk.next is None, "there is nothing to wait for"
    for contact in ("first", "second"):
        talk.at(30, "contact.update", contact=contact, age_credit=0)
    assert talk.done(31, "busy") == ["connect first A"]
    assert talk.done(32, "first") == ["connect second A"]


def test_a_contacts_own_list_wins_over_its_queues() -> None:
    talk = Talk(agent("A"), queues={"q": {"rising": [[10, 1]]}})
    talk.arrive(0, "busy")
    talk.arrive(0, "never", rising=[])
    talk.arrive(1, "queue")
    talk.arrive(2, "own", rising=[[5, 0]])
    talk.at(7)
    assert talk.done(20, "busy") == ["connect own A"]
    assert talk.at(20, "contact.update", contact="never", rising=None) == []
    assert talk.done(21, "own") == ["connect never A"], "its queue's rises count again, and it came first"


def test_age_credit_moves_the_place_and_not_the_instant_of_a_rise() -> None:
    talk = Talk(agent("A"), queues={"q": {"rising": [[10, 1]]}})
    talk.arrive(0, "busy")
    talk.arrive(0, "1", age_credit=1000)
    assert talk.next == 10


def test_an_offered_contact_that_comes_back_stands_where_its_wait_has_brought_it() -> None:
    talk = Talk(
        agent("A"),
        auto_accept=False,
        reservation_timeout=20,
        queues={"q": {"rising": [[5, 1]]}},
        timeout_state="break",
    )
    talk.arrive(0, "old", priority=9)
    talk.arrive(10, "urgent", priority=2, rising=[])
    assert talk.next == 20
    assert talk.at(20) == ["rescind old A timeout", "agent A break"]
    assert talk.state(21, "A", "available") == ["offer old A"]


def test_new_rises_of_a_queue_move_those_who_wait_at_once() -> None:
    talk = Talk(agent("A"))
    talk.arrive(0, "busy")
    talk.arrive(0, "old", priority=9)
    talk.arrive(8, "new", priority=5)
    talk.at(10, "queue.update", queue="q", rising=[[10, 1]])
    assert talk.done(11, "busy") == ["connect old A"]
    assert talk.next == 18


def test_the_lowest_class_is_served_within_its_bound_however_many_come_before_it() -> None:
    """Load 0.8 of urgent contacts; without rises the last class would wait much longer."""

    def longest_wait(rising: Any) -> float:
        talk = Talk(agent("A"), queues={"q": {"rising": rising}})
        talk.arrive(0, "u0", priority=1)
        talk.arrive(0, "low", priority=9)
        t, number, connected = 0, 0, "u0"
        while True:
            t += 5
            for _ in range(1 if t > 100 else 2):  # overload at first, then just what one agent can do
                number += 1
                talk.arrive(t, f"u{number}", priority=1)
            said = talk.done(t, connected)
            connected = said[0].split()[1]
            if connected == "low" or t >= 1000:
                return t

    assert longest_wait([[60, 0]]) == 60
    assert longest_wait([]) == 1000


# Proficiency


def test_the_best_in_the_skills_asked_for_comes_before_the_longest_idle() -> None:
    agents = [agent(name, skills={"es": level}) for name, level in (("A", 3), ("B", 5), ("C", 5))]
    talk = Talk(*agents, queues={"q": {"order": "proficiency"}})
    assert talk.arrive(0, "1", steps=spanish(2)) == ["connect 1 B"]
    assert talk.arrive(1, "2", steps=spanish(2)) == ["connect 2 C"]
    assert talk.arrive(2, "3", steps=spanish(2)) == ["connect 3 A"]


def test_several_skills_count_by_the_sum_of_their_levels() -> None:
    talk = Talk(
        agent("A", skills={"es": 3, "loans": 3, "fr": 5}),
        agent("B", skills={"es": 2, "loans": 5}),
        queues={"q": {"order": "proficiency"}},
    )
    assert talk.arrive(0, "1", steps=spanish(1, loans=1)) == ["connect 1 B"]


def test_rank_comes_before_proficiency_and_without_skills_only_idle_time_counts() -> None:
    talk = Talk(
        agent("A", {"q": 2}, skills={"es": 5}),
        agent("B", skills={"es": 1}),
        agent("C", skills={"es": 5}, state="break"),
        queues={"q": {"order": "proficiency"}},
    )
    assert talk.arrive(0, "1", steps=spanish(1)) == ["connect 1 B"]
    assert talk.done(1, "1") == []
    assert talk.state(2, "C", "available") == []
    assert talk.arrive(3, "2") == ["connect 2 B"]


def test_proficiency_follows_the_step_a_contact_is_in() -> None:
    talk = Talk(
        agent("A", skills={"es": 1, "fr": 5}),
        agent("B", skills={"es": 2}),
        queues={"q": {"order": "proficiency"}},
    )
    steps = [{"skills": {"es": 4}, "for": 10}, {"skills": {"es": 1}, "for": None}]
    assert talk.arrive(0, "1", steps=steps) == []
    assert talk.at(10) == ["connect 1 B"]


def test_the_contact_is_chosen_first_and_the_agent_second() -> None:
    talk = Talk(
        agent("A", skills={"es": 1}, state="break"),
        agent("B", skills={"es": 5}),
        queues={"q": {"order": "proficiency"}},
    )
    talk.arrive(0, "busy")
    talk.arrive(1, "old")
    talk.arrive(2, "es", steps=spanish(1))
    assert talk.done(3, "busy") == ["connect old B"]
    assert talk.state(4, "A", "available") == ["connect es A"]


def test_the_order_of_a_queue_may_change() -> None:
    talk = Talk(agent("A", skills={"es": 1}), agent("B", skills={"es": 5}))
    assert talk.arrive(0, "1", steps=spanish(1)) == ["connect 1 A"]
    talk.done(0, "1")
    talk.at(1, "queue.update", queue="q", order="proficiency")
    assert talk.arrive(2, "2", steps=spanish(1)) == ["connect 2 B"]


# Interrupts


def desk(**more: Any) -> Talk:
    """A does one call or five mails; calls may be offered over mail."""
    clerk = agent("A", units=10, slots={"email": 5, "voice": 1}, **more)
    return Talk(clerk, channel_cost={"voice": 10, "email": 2, "chat": 3}, interrupts={"voice": ["email"]})


def test_a_call_may_be_offered_over_mail_which_keeps_its_slot() -> None:
    talk = desk()
    for n in range(5):
        assert talk.arrive(n, f"mail{n}", channel="email") == [f"connect mail{n} A"]
    assert talk.arrive(5, "mail5", channel="email") == []
    assert talk.arrive(6, "call") == ["connect call A"]
    assert talk.arrive(7, "call2") == [], "there is one slot for calls"
    assert talk.done(8, "mail0") == [], "beside the call there is no room for mail5"
    assert talk.done(9, "call") == ["connect mail5 A", "connect call2 A"], "in order, and both find room"


def test_only_the_channels_named_may_be_interrupted() -> None:
    talk = desk()
    assert talk.arrive(0, "chat", channel="chat") == ["connect chat A"]
    assert talk.arrive(1, "mail", channel="email") == ["connect mail A"]
    assert talk.arrive(2, "call") == [], "the chat counts"
    assert talk.done(3, "chat") == ["connect call A"]


@pytest.mark.parametrize("exclusive", [["voice"], ["email"], ["voice", "email"]])
def test_what_may_be_interrupted_stands_in_no_exclusive_channels_way(exclusive: list[str]) -> None:
    talk = desk(exclusive=exclusive)
    assert talk.arrive(0, "mail", channel="email") == ["connect mail A"]
    assert talk.arrive(1, "call") == ["connect call A"]
    assert talk.arrive(2, "mail2", channel="email") == [], "the other way round nothing is interrupted"
    assert talk.done(3, "call") == ["connect mail2 A"]


def test_a_chat_beside_mail_still_excludes_an_exclusive_call() -> None:
    talk = desk(exclusive=["voice"])
    talk.at(0, "agent.update", agent="A", units=100)
    talk.arrive(0, "mail", channel="email")
    talk.arrive(0, "chat", channel="chat")
    assert talk.arrive(1, "call") == []
    assert talk.done(2, "chat") == ["connect call A"]


def test_a_channel_cannot_interrupt_itself() -> None:
    with pytest.raises(ValueError, match=r"config\.interrupts.voice must not name itself"):
        Talk(agent("A"), interrupts={"voice": ["voice"]})


# Put back


def test_rises_order_and_interrupts_go_on_after_a_restart() -> None:
    talk = Talk(
        agent("A", skills={"es": 1}, units=1),
        agent("B", skills={"es": 2}, units=1),
        interrupts={"voice": ["email"]},
        queues={"q": {"order": "proficiency", "rising": [[10, 1]]}},
    )
    talk.arrive(0, "m1", channel="email", steps=spanish(1))
    talk.arrive(0, "m2", channel="email")
    talk.arrive(0, "m3", channel="email", rising=[[5, 0]])
    talk.arrive(1, "m4", channel="email", rising=[])
    engine = Engine()
    engine.reset(talk.engine.snapshot(), 1)
    assert engine.snapshot() == talk.engine.snapshot()
    call = {"type": "contact.arrive", "contact": "call", "queue": "q", "steps": spanish(1)}
    for one in (talk.engine, engine):
        assert one.next_deadline() == 5
        assert [short(effect) for effect in one.step(2, call)] == ["connect call B"]
        assert one.step(5, {"type": "tick"}) == []
        said = one.step(6, {"type": "agent.update", "agent": "A", "units": 2})
        assert [short(effect) for effect in said] == ["connect m3 A"]
