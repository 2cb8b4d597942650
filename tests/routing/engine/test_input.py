"""Wrong events are refused with a reason and change nothing; wrong calls raise; old ids can be forgotten."""

import ast
from pathlib import Path
from typing import Any

import pytest

import app.routing.engine
from app.routing.engine import Engine
from tests.routing.engine.support import Talk, agent

ARRIVE = {"type": "contact.arrive", "contact": "1", "queue": "q"}


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (None, "event must be an object"),
        ([], "event must be an object"),
        ({}, "event.type None is not known"),
        ({"type": ["tick"]}, "event.type"),
        ({"type": "contact.dance"}, "contact.dance"),
        ({"type": "contact.arrive", "queue": "q"}, "contact.arrive.contact is missing"),
        ({**ARRIVE, "contact": ["1"]}, "contact.arrive.contact must be a string or an integer"),
        ({**ARRIVE, "contact": True}, "contact.arrive.contact"),
        ({**ARRIVE, "queue": None}, "contact.arrive.queue"),
        ({**ARRIVE, "priority": 1.5}, "contact.arrive.priority must be a whole number"),
        ({**ARRIVE, "priority": "high"}, "contact.arrive.priority"),
        ({**ARRIVE, "age_credit": float("nan")}, "contact.arrive.age_credit must be a finite number"),
        ({**ARRIVE, "age_credit": 10**400}, "contact.arrive.age_credit must be a finite number"),
        ({**ARRIVE, "priority": -(10**400)}, "contact.arrive.priority must be a whole number"),
        ({**ARRIVE, "ttl": -1}, "contact.arrive.ttl must not be negative"),
        ({**ARRIVE, "sticky": ["A"]}, "contact.arrive.sticky must be [agent, seconds]"),
        ({**ARRIVE, "sticky": "A5"}, "contact.arrive.sticky must be a list"),
        ({**ARRIVE, "steps": {"for": 1}}, "contact.arrive.steps must be a list"),
        ({**ARRIVE, "steps": [{"for": "10"}]}, "contact.arrive.steps[0].for"),
        ({**ARRIVE, "steps": [{"skills": {"es": "4"}}]}, "contact.arrive.steps[0].skills.es"),
        ({**ARRIVE, "steps": [{}, {"agents": "A"}]}, "contact.arrive.steps[1].agents must be a list"),
        ({"type": "agent.state", "agent": "A"}, "agent.state.state is missing"),
        ({"type": "agent.state", "agent": "nobody", "state": "break"}, "unknown agent"),
        ({"type": "agent.update", "agent": "A", "units": -1}, "agent.update.units must not be negative"),
        ({"type": "agent.add", "agent": "B", "queues": {"q": "1"}}, "agent.add.queues.q"),
        ({"type": "wrapup.end", "agent": "nobody"}, "unknown agent"),
        ({"type": "reservation.accept", "contact": "1"}, "reservation.accept.agent is missing"),
        ({"type": "queue.update", "queue": "q", "wrapup": None}, "queue.update.wrapup"),
        (
            {"type": "queue.update", "queue": "q", "closed": "yes"},
            "queue.update.closed must be true or false",
        ),
        (
            {"type": "queue.update", "queue": "q", "when_closed": "serve"},
            "when_closed must be one of refuse, wait",
        ),
        ({"type": "queue.update", "queue": "q", "at_close": 1}, "queue.update.at_close must be a string"),
        ({"type": "queue.update", "queue": "q", "unstaffed": "go"}, "unstaffed must be one of wait, refuse"),
        (
            {"type": "queue.update", "queue": "q", "calendar": {}},
            "queue.update.calendar.time_zone is missing",
        ),
    ],
)
def test_a_malformed_event_is_refused_with_the_field_and_changes_nothing(event: Any, named: str) -> None:
    talk = Talk(agent("A"))
    before = talk.engine.snapshot()
    assert named in talk.why(1, event)
    assert talk.engine.snapshot() == before
    assert talk.next is None


def test_unknown_keys_are_passed_over() -> None:
    talk = Talk(agent("A", nickname="Ada"), colour="blue")
    assert talk.arrive(0, "1", note="hello", ttl=None, steps=None, sticky=None) == ["connect 1 A"]


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({}, "config.agents is missing"),
        ({"agents": [{"queues": {}}]}, "agents[0].id is missing"),
        ({"agents": [{"id": "A"}]}, "agents[0].queues is missing"),
        ({"agents": [agent("A"), agent("A")]}, "agents[1].id 'A' is there twice"),
        ({"agents": [agent("A", {"q": {"rank": -1}})]}, "agents[0].queues.q.rank"),
        ({"agents": [], "reservation_timeout": 0}, "config.reservation_timeout must be above zero"),
        ({"agents": [], "auto_accept": 1}, "config.auto_accept must be true or false"),
        ({"agents": [], "queues": {"q": {"max_waiting": "5"}}}, "config.queues.q.max_waiting"),
        ({"agents": [], "contacts": [{**ARRIVE, "enqueued_at": 5}]}, "enqueued_at lies in the future"),
        ({"agents": [], "contacts": [{**ARRIVE, "state": "lost"}]}, "contacts[0].state must be one of"),
        (
            {"agents": [], "contacts": [{**ARRIVE, "state": "connected", "agent": "A"}]},
            "contacts[0].agent is not one of the agents",
        ),
    ],
)
def test_a_wrong_config_raises_and_leaves_the_engine_as_it_was(config: Any, named: str) -> None:
    talk = Talk(agent("A"))
    before = talk.engine.snapshot()
    with pytest.raises(ValueError) as raised:
        talk.engine.reset(config, 0)
    assert named in str(raised.value)
    assert talk.engine.snapshot() == before


def test_time_never_goes_backwards_and_is_a_number() -> None:
    talk = Talk(agent("A"))
    talk.at(5)
    talk.at(5)
    with pytest.raises(ValueError, match="t goes backwards"):
        talk.at(4.999)
    for t in (float("nan"), float("inf"), "6", None, True):
        with pytest.raises(ValueError, match="finite number"):
            talk.at(t)  # type: ignore[arg-type]


def test_a_step_before_the_first_reset_raises() -> None:
    with pytest.raises(RuntimeError, match="reset"):
        Engine().step(0, {"type": "tick"})


def test_ended_ids_are_forgotten_after_the_time_given() -> None:
    talk = Talk(agent("A"), remember=60)
    talk.arrive(0, "1")
    talk.done(10, "1")
    assert talk.arrive(69.9, "1") == ["reject"]
    assert talk.arrive(70, "1") == ["connect 1 A"]


def test_the_engine_imports_nothing_but_the_standard_library_and_itself_and_no_clock() -> None:
    folder = Path(app.routing.engine.__file__).parent
    seen, todo = set(), ["engine"]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("now", "utcnow", "today") or ast.unparse(node) in (
                    "floor.now",
                    "self.now",
                ), name
            found = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if found == ["app.routing"] and isinstance(node, ast.ImportFrom):
                todo += [alias.name for alias in node.names]
                continue
            for module in found:
                if module.startswith("app."):
                    assert module.startswith("app.routing."), f"{name} imports {module}"
                    todo.append(module.removeprefix("app.routing."))
                else:
                    assert module in PURE, f"{name} imports {module}"


PURE = {
    "bisect", "collections.abc", "dataclasses", "datetime", "enum", "functools", "heapq", "math", "re", "typing",
    "zoneinfo",
}  # fmt: skip
