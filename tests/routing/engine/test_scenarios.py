"""The published scenarios: exactly the listed effects, in order, at each step."""

from typing import Any

import pytest

from app.routing.engine import Engine
from tests.routing.engine.support import load, short

SCENARIOS = load("scenarios.json")["scenarios"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one["id"] for one in SCENARIOS])
def test_every_step_has_exactly_the_published_effects(scenario: dict[str, Any]) -> None:
    engine = Engine()
    engine.reset(scenario["cfg"], 0)
    for t, event, expected in scenario["steps"]:
        assert [short(effect) for effect in engine.step(t, event)] == expected, (t, event)
        deadline = engine.next_deadline()
        assert deadline is None or deadline > t


def test_worked_example_effects_and_deadlines_in_full() -> None:
    engine = Engine()
    agents = [{"id": "A", "queues": {"q": 1}}, {"id": "B", "queues": {"q": 1}}]
    engine.reset({"auto_accept": False, "reservation_timeout": 20, "agents": agents}, 0)
    rescinded = {"type": "rescind", "contact": "1", "agent": "A", "why": "timeout"}
    silent = {"type": "agent.state", "agent": "A", "state": "not_responding", "why": "reservation timeout"}
    for t, event, effects, deadline in [
        (0, {"type": "agent.state", "agent": "B", "state": "break"}, [], None),
        (
            0,
            {"type": "contact.arrive", "contact": "1", "queue": "q"},
            [{"type": "offer", "contact": "1", "agent": "A", "expires": 20}],
            20,
        ),
        (5, {"type": "contact.arrive", "contact": "2", "queue": "q"}, [], 20),
        (19.9, {"type": "tick"}, [], 20),
        (20, {"type": "tick"}, [rescinded, silent], None),
        (
            25,
            {"type": "agent.state", "agent": "B", "state": "available"},
            [{"type": "offer", "contact": "1", "agent": "B", "expires": 45}],
            45,
        ),
        (
            26,
            {"type": "reservation.accept", "contact": "1", "agent": "B"},
            [{"type": "connect", "contact": "1", "agent": "B"}],
            None,
        ),
    ]:
        assert engine.step(t, event) == effects
        assert engine.next_deadline() == deadline
