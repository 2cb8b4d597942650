"""A floor put back from its tables stands exactly as it stood."""

import json
from typing import Any

from app.routing.engine import Engine
from tests.routing.engine.support import Talk, agent, short


def rebuilt(config: dict[str, Any], t: float) -> tuple[Engine, list[str]]:
    """An engine put back at t, with what its first tick said."""
    engine = Engine()
    engine.reset(json.loads(json.dumps(config)), t)
    return engine, [short(effect) for effect in engine.step(t, {"type": "tick"})]


def test_every_state_of_contact_and_agent_survives_a_restart() -> None:
    talk = Talk(
        *(agent(name) for name in "ABCDEF"),
        agent("G", state="not_responding"),
        auto_accept=False,
        reservation_timeout=20,
        wrapup=30,
    )
    for n in range(6):
        talk.arrive(n, str(n))
    talk.answer(6, "accept", "0", "A")
    talk.done(7, "0")
    talk.answer(8, "accept", "1", "B")
    talk.answer(9, "accepting", "2", "C")
    talk.at(10, "agent.lost", agent="D")
    talk.arrive(11, "w", ttl=100, steps=[{"skills": {"es": 1}, "for": 50}])
    engine, said = rebuilt(talk.engine.snapshot(), 11)
    assert said == []
    for other in (engine, talk.engine):
        said = []
        while (t := other.next_deadline()) is not None:
            said += [f"{t:g} {short(effect)}" for effect in other.step(t, {"type": "tick"})]
        assert said == [
            "19 rescind 2 C connect timeout",
            "19 offer 2 C",
            "23 rescind 3 D timeout",
            "23 agent D not_responding",
            "24 rescind 4 E timeout",
            "24 agent E not_responding",
            "25 rescind 5 F timeout",
            "25 agent F not_responding",
            "37 offer 3 A",
            "39 rescind 2 C timeout",
            "39 agent C not_responding",
            "57 rescind 3 A timeout",
            "57 agent A not_responding",
            "111 expired w",
        ]


def test_deadlines_missed_while_away_happen_at_the_first_tick() -> None:
    talk = Talk(agent("A"), agent("B"), auto_accept=False, reservation_timeout=20)
    talk.arrive(0, "1")
    talk.arrive(1, "2", ttl=30, sticky=["A", 10])
    state = talk.engine.snapshot()
    engine = Engine()
    engine.reset(state, 25)
    assert engine.next_deadline() == 25
    said = [short(effect) for effect in engine.step(25, {"type": "tick"})]
    assert said == ["rescind 1 A timeout", "agent A not_responding", "offer 1 B"]


def test_a_floor_that_was_not_matched_when_it_was_written_is_matched_at_the_first_tick() -> None:
    waiting = {"contact": "1", "queue": "q", "enqueued_at": 5}
    _, said = rebuilt({"agents": [agent("A")], "contacts": [waiting]}, 9)
    assert said == ["connect 1 A"]


def test_rejections_and_ended_ids_are_put_back() -> None:
    talk = Talk(agent("A"), auto_accept=False)
    talk.arrive(0, "gone")
    talk.at(1, "contact.abandon", contact="gone")
    talk.arrive(2, "1")
    talk.answer(3, "reject", "1", "A")
    engine, said = rebuilt(talk.engine.snapshot(), 4)
    assert said == []
    again = engine.step(5, {"type": "contact.arrive", "contact": "gone", "queue": "q"})
    assert [effect["type"] for effect in again] == ["reject"]
