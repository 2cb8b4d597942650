"""Contacts that are transferred (R27), keep a place for a call back (R28), or ring several agents at once (R30)."""

import json
from typing import Any

import pytest

from app.routing.engine import Engine
from tests.routing.engine.support import Talk, agent, short


def both(talk: Talk, t: float) -> list[Any]:
    """The engine and one put back from its snapshot, through JSON."""
    engine = Engine()
    engine.reset(json.loads(json.dumps(talk.engine.snapshot())), t)
    assert engine.snapshot() == talk.engine.snapshot()
    return [talk.engine, engine]


# Transfer


def two_queues(**more: Any) -> Talk:
    """A serves q, B serves p; 1 is connected to A since 0."""
    talk = Talk(agent("A"), agent("B", "p", state="break"), **more)
    assert talk.arrive(0, "1", ttl=100) == ["connect 1 A"]
    return talk


def transfer(talk: Talk, t: float, contact: str = "1", queue: str = "p", **more: Any) -> list[str]:
    return talk.at(t, "contact.transfer", contact=contact, queue=queue, **more)


def test_a_transferred_contact_keeps_its_age_and_its_agent_is_let_go() -> None:
    talk = two_queues(wrapup=30)
    talk.arrive(10, "younger", "p")
    talk.arrive(10, "next")
    assert transfer(talk, 20) == [], "A is in wrap-up"
    assert talk.at(50) == ["connect next A"]
    assert talk.state(60, "B", "available") == ["connect 1 B"]
    assert talk.done(70, "1") == []
    assert talk.arrive(71, "1") == ["reject"], "it was the same contact all the time"


def test_a_transferred_contact_may_start_a_new_wait() -> None:
    talk = two_queues()
    talk.arrive(10, "older", "p")
    talk.arrive(20, "same instant", "p")
    assert transfer(talk, 20, age="new") == []
    order = []
    for said in (talk.state(30, "B", "available"), talk.done(31, "older"), talk.done(32, "same instant")):
        order += said
    assert order == ["connect older B", "connect same instant B", "connect 1 B"]


def test_the_time_to_live_counts_anew_from_a_transfer() -> None:
    talk = two_queues()
    assert transfer(talk, 500) == []
    assert talk.next == 600
    assert talk.at(600) == ["expired 1"]


def test_the_old_preference_is_dropped_and_a_new_one_counts_from_the_transfer() -> None:
    talk = Talk(agent("A", {"q": 1, "p": 1}), agent("B", "p"), agent("C", "p"))
    assert talk.arrive(0, "1", sticky=["A", 1000]) == ["connect 1 A"]
    talk.state(1, "A", "break")
    assert transfer(talk, 500) == ["connect 1 B"]
    assert transfer(talk, 600, sticky=["A", 10]) == []
    assert talk.at(609.9) == []
    assert talk.at(610) == ["connect 1 C"]


def test_steps_stay_unless_new_ones_are_given_and_begin_anew() -> None:
    talk = Talk(agent("A"), agent("B", "p", skills={"es": 1}), agent("C", "p"))
    steps = [{"skills": {"es": 2}, "for": 10}, {"for": None}]
    talk.arrive(0, "1", steps=steps)
    talk.at(10)
    assert transfer(talk, 20) == []
    assert talk.at(30) == ["connect 1 B"]
    assert transfer(talk, 40, steps=[]) == ["connect 1 C"]


def test_a_transfer_may_change_the_priority() -> None:
    talk = two_queues()
    talk.arrive(1, "first", "p", priority=2)
    transfer(talk, 5, priority=1, age="new")
    assert talk.state(6, "B", "available") == ["connect 1 B"]


def test_only_a_connected_contact_can_be_transferred() -> None:
    talk = Talk(agent("A"), auto_accept=False)
    talk.arrive(0, "1")
    talk.arrive(0, "2")
    for contact in ("1", "2", "nobody"):
        assert transfer(talk, 1, contact) == ["reject"]
    wrong = {"type": "contact.transfer", "contact": "1", "queue": "p", "age": "old"}
    assert talk.why(1, wrong) == "contact.transfer.age must be one of keep, new"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"closed": True}, ["closed 1"]),
        ({"closed": True, "when_closed": "wait"}, []),
        ({"closed": True, "at_close": "serve"}, ["closed 1"]),
        ({"max_waiting": 0}, []),
    ],
)
def test_a_transfer_arrives_in_the_other_queue_as_that_stands(rules: Any, said: list[str]) -> None:
    talk = two_queues(queues={"p": rules})
    assert transfer(talk, 5) == said
    assert talk.arrive(6, "2") == ["connect 2 A"], "A is free in any case"


def test_a_transfer_to_a_queue_without_staff_is_refused_like_an_arrival() -> None:
    talk = two_queues(queues={"p": {"unstaffed": "refuse"}})
    talk.state(1, "B", "offline")
    assert transfer(talk, 5) == ["unstaffed 1"]


def test_a_transferred_contact_goes_on_after_a_restart() -> None:
    talk = two_queues()
    transfer(talk, 50, sticky=["nobody", 20])
    for engine in both(talk, 50):
        assert engine.next_deadline() == 70
        state = {"type": "agent.state", "agent": "B", "state": "available"}
        assert engine.step(60, state) == []
        assert [short(effect) for effect in engine.step(70, {"type": "tick"})] == ["connect 1 B"]


# Virtual


def test_a_virtual_contact_is_offered_to_nobody_and_told_once_when_it_comes_first() -> None:
    talk = Talk(agent("A"))
    talk.arrive(0, "busy")
    talk.arrive(1, "live")
    assert talk.arrive(2, "v", virtual=True) == []
    assert talk.arrive(3, "later") == []
    assert talk.done(4, "busy") == ["connect live A", "first v"]
    assert talk.done(5, "live") == ["connect later A"], "it stands in nobody's way"
    assert talk.at(6) == []
    assert talk.at(7, "contact.update", contact="v", virtual=False) == []
    talk.arrive(8, "last")
    assert talk.done(9, "later") == ["connect v A"], "a live contact at its old place"


def test_a_virtual_contact_that_is_first_on_arrival_is_told_at_once_if_somebody_serves() -> None:
    talk = Talk(agent("A", state="offline"))
    assert talk.arrive(0, "v", virtual=True) == []
    assert talk.at(1) == []
    assert talk.state(2, "A", "break") == ["first v"]
    assert talk.state(3, "A", "offline") == []
    assert talk.state(4, "A", "available") == [], "once"


def test_one_virtual_contact_of_a_queue_after_the_other() -> None:
    talk = Talk(agent("A", state="break"))
    assert talk.arrive(0, "1", virtual=True) == ["first 1"]
    assert talk.arrive(1, "2", virtual=True) == []
    assert talk.arrive(2, "other", "p", virtual=True) == []
    assert talk.at(3, "agent.update", agent="A", queues={"q": 1, "p": 1}) == ["first other"]
    assert talk.at(4, "contact.abandon", contact="1") == ["first 2"]


def test_a_waiting_contact_may_become_virtual_and_a_failed_try_may_wait_again() -> None:
    talk = Talk(agent("A", state="break"))
    talk.arrive(0, "1")
    assert talk.at(5, "contact.update", contact="1", virtual=True) == ["first 1"]
    assert talk.at(6, "contact.update", contact="1", virtual=True) == [], "it is virtual already"
    assert talk.at(7, "contact.update", contact="1", virtual=False) == []
    assert talk.at(8, "contact.update", contact="1", virtual=True) == ["first 1"], "the next try"


def test_priority_and_rises_decide_who_is_first() -> None:
    talk = Talk(agent("A", state="break"), queues={"q": {"rising": [[10, 1]]}})
    talk.arrive(0, "live", rising=[])
    assert talk.arrive(1, "v", virtual=True) == []
    assert talk.next == 11
    assert talk.at(11) == ["first v"]


def test_a_virtual_contact_of_a_closed_queue_is_told_after_the_opening() -> None:
    talk = Talk(agent("A", state="break"), queues={"q": {"closed": True, "when_closed": "wait"}})
    assert talk.arrive(0, "v", virtual=True) == []
    assert talk.at(5, "queue.update", queue="q", closed=False) == ["first v"]


def test_a_virtual_contact_expires_is_counted_and_refused_like_any_other() -> None:
    talk = Talk(agent("A", state="break"), queues={"q": {"max_waiting": 1, "unstaffed": "refuse"}})
    assert talk.arrive(0, "1", virtual=True, ttl=5) == ["first 1"]
    assert talk.arrive(1, "2") == ["full 2"]
    assert talk.at(5) == ["expired 1"]
    assert talk.arrive(6, "3", virtual=True) == ["first 3"]
    assert talk.state(7, "A", "offline") == ["unstaffed 3"]


def test_what_was_told_is_not_told_again_after_a_restart() -> None:
    talk = Talk(agent("A", state="break"))
    talk.arrive(0, "1", virtual=True)
    talk.arrive(1, "2", virtual=True)
    for engine in both(talk, 2):
        assert engine.step(2, {"type": "tick"}) == []
        said = engine.step(3, {"type": "contact.abandon", "contact": "1"})
        assert [short(effect) for effect in said] == ["first 2"]


# Ring


def ring(k: int, agents: str = "ABC", **more: Any) -> Talk:
    config: dict[str, Any] = {"auto_accept": False, "reservation_timeout": 20, "queues": {"q": {"ring": k}}}
    return Talk(*(agent(name) for name in agents), **{**config, **more})


def test_up_to_k_agents_ring_and_the_first_yes_wins() -> None:
    talk = ring(2)
    assert talk.arrive(0, "1") == ["offer 1 A", "offer 1 B"]
    assert talk.answer(5, "accept", "1", "B") == ["connect 1 B", "rescind 1 A taken"]
    assert talk.answer(5, "accept", "1", "A") == ["reject"]
    assert talk.arrive(6, "2") == ["offer 2 A", "offer 2 C"], "A kept its idle clock"


def test_one_who_is_accepting_has_won_too() -> None:
    talk = ring(3)
    talk.arrive(0, "1")
    assert talk.answer(5, "accepting", "1", "C") == ["rescind 1 A taken", "rescind 1 B taken"]
    assert talk.answer(6, "accepting", "1", "A") == ["reject"]
    assert talk.at(15) == ["rescind 1 C connect timeout", "offer 1 A", "offer 1 B", "offer 1 C"]


def test_every_ringing_agent_is_taken_up() -> None:
    talk = ring(2)
    talk.arrive(0, "1")
    assert talk.arrive(1, "2") == ["offer 2 C"]
    assert talk.arrive(2, "3") == []


def test_nobody_rings_a_second_agent_while_another_contact_has_none() -> None:
    talk = ring(2, agents="AB")
    for name in "AB":
        talk.state(0, name, "break")
    talk.arrive(1, "1")
    talk.arrive(2, "2")
    assert talk.state(3, "A", "available") == ["offer 1 A"]
    assert talk.state(4, "B", "available") == ["offer 2 B"]
    assert talk.at(5, "agent.add", agent="C", queues={"q": 1}) == ["offer 1 C"]
    assert talk.at(6, "agent.add", agent="D", queues={"q": 1}) == ["offer 2 D"]
    assert talk.at(7, "agent.add", agent="E", queues={"q": 1}) == []


def test_another_agent_rings_in_place_of_one_who_rejects() -> None:
    talk = ring(2)
    talk.arrive(0, "1")
    assert talk.answer(5, "reject", "1", "A") == ["rescind 1 A rejected", "offer 1 C"]
    assert talk.answer(6, "reject", "1", "B") == ["rescind 1 B rejected"]
    assert talk.answer(7, "reject", "1", "C") == ["rescind 1 C rejected"], "all have passed"
    assert talk.at(8, "contact.abandon", contact="1") == []


def test_when_one_of_several_runs_out_the_others_ring_on_and_the_contact_does_not_wait() -> None:
    talk = ring(2, agents="A")
    talk.arrive(0, "1")
    assert talk.at(10, "agent.add", agent="B", queues={"q": 1}) == ["offer 1 B"]
    assert talk.next == 20
    assert talk.at(20) == ["rescind 1 A timeout", "agent A not_responding"]
    assert talk.state(21, "A", "available") == ["offer 1 A"], "it may ring again, as any agent may"
    assert talk.at(30) == ["rescind 1 B timeout", "agent B not_responding"]
    assert talk.next == 41


def test_when_all_run_out_at_once_each_is_silent_and_the_contact_waits() -> None:
    talk = ring(2, agents="AB")
    talk.arrive(0, "1", ttl=15)
    assert talk.next == 20, "an offered contact does not expire"
    assert talk.at(20) == [
        "rescind 1 A timeout", "agent A not_responding", "rescind 1 B timeout", "agent B not_responding", "expired 1"
    ]  # fmt: skip


def test_a_caller_who_leaves_stops_every_bell() -> None:
    talk = ring(3)
    talk.arrive(0, "1")
    said = talk.at(5, "contact.abandon", contact="1")
    assert said == [f"rescind 1 {name} abandoned" for name in "ABC"]
    assert talk.next is None


def test_an_agent_who_leaves_takes_only_its_own_offer_along() -> None:
    talk = ring(2, agents="AB")
    talk.arrive(0, "1")
    assert talk.state(5, "A", "break") == ["rescind 1 A agent left"]
    assert talk.at(6, "agent.remove", agent="B") == ["rescind 1 B agent left"]
    assert talk.state(7, "A", "available") == ["offer 1 A"]


def test_further_agents_ring_as_steps_and_delays_allow() -> None:
    talk = Talk(
        agent("A", skills={"es": 1}),
        agent("B"),
        agent("C", {"q": {"rank": 1, "delay": 5}}, skills={"es": 1}),
        auto_accept=False,
        queues={"q": {"ring": 3}},
    )
    assert talk.arrive(0, "1", steps=[{"skills": {"es": 1}, "for": 10}]) == ["offer 1 A"]
    assert talk.next == 5
    assert talk.at(5) == ["offer 1 C"]
    assert talk.at(10) == ["offer 1 B"]
    assert talk.next is None


def test_a_preferred_agent_rings_alone_until_its_time_is_over() -> None:
    talk = ring(2)
    assert talk.arrive(0, "1", sticky=["B", 10]) == ["offer 1 B"]
    assert talk.at(10) == ["offer 1 A"]


def test_closing_does_not_stop_bells_that_ring() -> None:
    talk = ring(2, queues={"q": {"ring": 2, "at_close": "refuse"}})
    talk.arrive(0, "1")
    assert talk.at(5, "queue.update", queue="q", closed=True) == []
    assert talk.answer(6, "reject", "1", "A") == ["rescind 1 A rejected", "offer 1 C"], "this round goes on"
    assert talk.answer(7, "reject", "1", "B") == ["rescind 1 B rejected"]
    assert talk.answer(8, "reject", "1", "C") == ["rescind 1 C rejected", "closed 1"]


def test_new_demands_count_for_further_agents_while_offers_stand() -> None:
    talk = ring(2, agents="A")
    talk.arrive(0, "1")
    assert talk.at(1, "contact.update", contact="1", steps=[{"skills": {"es": 1}, "for": None}]) == []
    assert talk.at(2, "agent.add", agent="B", queues={"q": 1}) == []
    assert talk.at(3, "agent.add", agent="C", queues={"q": 1}, skills={"es": 1}) == ["offer 1 C"]


def test_a_new_number_of_bells_counts_from_the_next_round() -> None:
    talk = ring(1)
    talk.arrive(0, "1")
    assert talk.at(1, "queue.update", queue="q", ring=2) == []
    for engine in both(talk, 1):
        assert engine.step(1, {"type": "tick"}) == []
    assert talk.answer(2, "reject", "1", "A") == ["rescind 1 A rejected", "offer 1 B", "offer 1 C"]


def test_with_auto_accept_one_agent_is_enough() -> None:
    talk = ring(3, auto_accept=True)
    assert talk.arrive(0, "1") == ["connect 1 A"]
    assert talk.arrive(0, "2") == ["connect 2 B"]


def test_bells_ring_on_after_a_restart() -> None:
    talk = ring(3, agents="AB", reject_delay=30)
    talk.arrive(0, "1", steps=[{"agents": ["A"], "for": 4}])
    assert talk.at(4) == ["offer 1 B"]
    talk.arrive(5, "2")
    for engine in both(talk, 6):
        said = []
        for t, event in [
            (7, {"type": "agent.add", "agent": "C", "queues": {"q": 1}}),
            (8, {"type": "agent.add", "agent": "D", "queues": {"q": 1}}),
            (9, {"type": "reservation.accept", "contact": "1", "agent": "D"}),
        ]:
            said += [short(effect) for effect in engine.step(t, event)]
        assert said == [
            "offer 2 C",
            "offer 1 D",
            "connect 1 D",
            "rescind 1 A taken",
            "rescind 1 B taken",
            "offer 2 A",
            "offer 2 B",
        ]


@pytest.mark.parametrize("k", [0, -1, 1.5, None])
def test_a_contact_rings_at_least_one_agent(k: Any) -> None:
    talk = Talk(agent("A"))
    assert "queue.update.ring must be" in talk.why(0, {"type": "queue.update", "queue": "q", "ring": k})
