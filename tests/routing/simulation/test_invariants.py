"""What must hold in every simulation: nobody lost or doubled, nobody beyond capacity, nobody idle for nothing."""

import math
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from app.routing.engine import Engine
from app.routing.simulation.agents import BrokenRule
from app.routing.simulation.driver import run
from app.routing.simulation.loading import read
from app.routing.simulation.records import Outcome
from tests.routing.simulation.scenes import constant, exponential, kind, poisson, pool, scene

Record = dict[str, Any]
RICH = scene(
    kind(
        "voice",
        poisson(150),
        exponential(120),
        patience=exponential(90),
        steps=[{"skills": {"es": 3}, "for": 15}, {"skills": {"es": 1}, "for": 20}],
        last_agent={"share": 0.3, "seconds": 10},
    ),
    kind("vip", poisson(30), exponential(100), queue="voice", priority=1, age_credit=30),
    kind("chat", poisson(120), exponential(200), channel="chat", ttl=30),
    kind("mail", poisson([60, 0, 90]), {"kind": "lognormal", "mean": 240, "cv": 1.5}, channel="email", priority=9),
    pools=[
        pool("spanish", 5, {"voice": 1, "chat": 2}, skills={"es": 3}, units=10, slots={"chat": 2}, exclusive=["voice"]),
        pool("all", None, {"voice": {"rank": 2, "delay": 10}, "chat": 1, "mail": 1}, units=10, slots={"email": 1},
             agents_by_hour=[6, 9, 3]),
    ],
    rules={
        "auto_accept": False,
        "reservation_timeout": 15,
        "wrapup": 20,
        "reject_delay": 40,
        "max_waiting": 25,
        "channel_cost": {"voice": 10, "chat": 3, "email": 4},
    },
    answering={"ring_time": exponential(5), "refused": 0.05, "unanswered": 0.03, "back_after": 45},
    hours=4,
)  # fmt: skip


class Watched:
    """The production engine, with a look at the whole floor after every step."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.effects: Counter[str] = Counter()
        self.connected: Counter[Any] = Counter()

    def reset(self, config: Mapping[str, Any], t0: float) -> None:
        self.engine.reset(config, t0)
        self.agents = {agent["id"]: agent for agent in config["agents"]}
        self.states = {agent["id"]: agent["state"] for agent in config["agents"]}
        self.cost, self.wrapup = config["channel_cost"], config["wrapup"]
        self.arrived: dict[Any, tuple[float, Record]] = {}
        self.waiting: set[Any] = set()
        self.held: dict[Any, str] = {}  # offered or connected contact -> agent
        self.refusals: dict[tuple[Any, str], float] = {}
        self.reject_delay = config["reject_delay"] or math.inf
        self.busy_until: dict[str, float] = {}

    def next_deadline(self) -> float | None:
        return self.engine.next_deadline()

    def step(self, t: float, event: Mapping[str, Any]) -> list[Record]:
        effects = self.engine.step(t, event)
        assert all(effect["type"] != "reject" for effect in effects)
        self._follow_event(t, event)
        for effect in effects:
            self.effects[effect["type"]] += 1
            self._follow_effect(effect)
        for agent in self.agents:
            assert self._room(agent, None), f"{agent} holds more than fits at {t}"
        free = [agent for agent in self.agents if self._may_work(t, agent)]
        left = [(c, a) for c in self.waiting for a in free if self._fits(t, c, a)]
        assert not left, f"{left} are left at {t} although they fit"
        return effects

    def _follow_event(self, t: float, event: Mapping[str, Any]) -> None:
        contact = event.get("contact")
        match event["type"]:
            case "contact.arrive":
                self.arrived[contact] = t, dict(event)
                self.waiting.add(contact)
            case "contact.abandon":
                self.waiting.discard(contact)
                self.held.pop(contact, None)
            case "contact.done":
                agent = self.held.pop(contact)
                if self.arrived[contact][1].get("channel", "voice") == "voice":
                    self.busy_until[agent] = t + self.wrapup
            case "agent.state":
                self.states[event["agent"]] = event["state"]
            case "reservation.reject":
                self.refusals[contact, event["agent"]] = t

    def _follow_effect(self, effect: Record) -> None:
        contact, agent = effect.get("contact"), effect.get("agent", "")
        match effect["type"]:
            case "offer" | "connect" as what:
                assert self.held.get(contact, agent) == agent
                self.waiting.discard(contact)
                self.held[contact] = agent
                if what == "connect":
                    self.connected[contact] += 1
            case "rescind":
                if self.held.pop(contact, None) is not None:
                    self.waiting.add(contact)
            case "agent.state":
                self.states[agent] = effect["state"]
            case "contact.expired" | "queue.full":
                self.waiting.discard(contact)

    def _may_work(self, t: float, agent: str) -> bool:
        return self.states[agent] == "available" and t >= self.busy_until.get(agent, 0)

    def _room(self, agent: str, more: str | None) -> bool:
        config = self.agents[agent]
        held = [self._channel(c) for c, holder in self.held.items() if holder == agent]
        channels = held + ([more] if more else [])
        mixed = len(set(channels)) > 1 and any(one in config["exclusive"] for one in channels)
        full = any(channels.count(name) > limit for name, limit in config["slots"].items())
        return sum(self.cost.get(one, 1) for one in channels) <= config["units"] and not mixed and not full

    def _channel(self, contact: Any) -> str:
        return str(self.arrived[contact][1].get("channel", "voice"))

    def _fits(self, t: float, contact: Any, agent: str) -> bool:
        since, event = self.arrived[contact]
        service = self.agents[agent]["queues"].get(event["queue"])
        delay = service["delay"] if isinstance(service, dict) else 0
        if service is None or t < since + delay or not self._room(agent, self._channel(contact)):
            return False
        if t < self.refusals.get((contact, agent), -math.inf) + self.reject_delay:
            return False
        if "sticky" in event and t < since + event["sticky"][1]:
            return bool(event["sticky"][0] == agent)
        end = since
        for step in event.get("steps", []):
            end += math.inf if step["for"] is None else step["for"]
            if t < end:
                skills = self.agents[agent]["skills"]
                return all(skills.get(name, -math.inf) >= level for name, level in step["skills"].items())
        return True


def test_rich_floor_keeps_every_rule_after_every_step() -> None:
    watched = Watched()
    records = run(read(RICH), 1, watched)
    outcomes = Counter(records.outcome)
    assert outcomes[Outcome.WAITING] == 0, "nobody is lost"
    assert sum(outcomes.values()) == len(records.arrived) > 1_000
    assert outcomes[Outcome.SERVED] == len(watched.connected)
    assert set(watched.connected.values()) == {1}
    for outcome in (Outcome.SERVED, Outcome.ABANDONED, Outcome.EXPIRED):
        assert outcomes[outcome] > 10, "the scenario exercises it"
    assert min(watched.effects[name] for name in ("offer", "rescind", "agent.state")) > 10
    assert not watched.waiting
    assert not watched.held


def test_pieces_of_busy_time_do_not_overlap_and_lie_within_duty() -> None:
    records = run(read(RICH), 5, Engine())
    for busy, staffed in zip(records.busy, records.staffed, strict=True):
        for spans in (busy, staffed):
            ends = [0.0, *spans.ends]
            assert all(start >= before for before, start in zip(ends, spans.starts, strict=False))
        duty = list(zip(staffed.starts, staffed.ends, strict=True))
        for start, end in zip(busy.starts, busy.ends, strict=True):
            assert any(low <= start and end <= high for low, high in duty)


class Faulty(Engine):
    """An engine with one of the mistakes that must never pass."""

    def __init__(self, mistake: str) -> None:
        super().__init__()
        self.mistake, self.random = mistake, random.Random(1)
        self.last: Record | None = None

    def reset(self, config: Mapping[str, Any], t0: float) -> None:
        if self.mistake == "capacity":
            agents = [agent | {"units": agent["units"] + 1} for agent in config["agents"]]
            config = {**config, "agents": agents}
        if self.mistake == "queue":
            agents = [agent | {"queues": {"a": 1, "b": 1}} for agent in config["agents"]]
            config = {**config, "agents": agents}
        super().reset(config, t0)

    def step(self, t: float, event: Mapping[str, Any]) -> list[Record]:
        effects = super().step(t, event)
        if self.mistake == "twice" and self.last is not None:
            effects = [*effects, self.last]
        if self.mistake == "refusal" and event["type"] == "contact.done":
            effects = [{"type": "reject", "why": "no reason"}]
        self.last = next((one for one in effects if one["type"] == "connect"), self.last)
        return effects


@pytest.mark.parametrize("mistake", ["capacity", "queue", "twice", "refusal"])
def test_engine_that_breaks_a_rule_stops_the_simulation(mistake: str) -> None:
    classes = [kind(name, poisson(100), constant(60)) for name in ("a", "b")]
    scenario = read(scene(*classes, pools=[pool("one", 2, {"a": 1}), pool("two", 2, {"b": 1})], contacts=500))
    run(scenario, 1, Faulty("none"))
    with pytest.raises(BrokenRule):
        run(scenario, 1, Faulty(mistake))
