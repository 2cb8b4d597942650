"""Cost of one engine step on a large floor: prints, never asserts. Run: python -m bench.engine [--events N].

Goal of the design: 10 000 agents, 200 queues, 5000 waiting: p99 step <= 2 ms and >= 1000 events/s on a core.
"""

import argparse
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.routing.engine import Engine

Event = dict[str, Any]
LANGUAGES = ("en", "zh", "es", "fr", "de", "ja")


@dataclass
class Load:
    """The size of the floor and the mix of its work."""

    agents: int = 10_000
    queues: int = 200
    waiting: int = 5_000
    queues_per_agent: int = 5
    offers: bool = True
    rich: bool = True  # skills, steps, delays, channels; else one demand for each queue
    turns_per_second: float = 400.0  # of simulated time


@dataclass
class Clock:
    """Durations of single steps in seconds, by kind of event."""

    took: dict[str, list[float]] = field(default_factory=dict)

    def add(self, kind: str, seconds: float) -> None:
        self.took.setdefault(kind, []).append(seconds)

    def lines(self) -> Iterator[str]:
        everything = sorted(one for times in self.took.values() for one in times)
        for name, times in [*sorted(self.took.items()), ("all", everything)]:
            times = sorted(times)
            p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
            yield (
                f"  {name:22} {len(times):8} steps  p50 {p50 * 1e3:7.3f}  p99 {p99 * 1e3:7.3f}"
                f"  max {times[-1] * 1e3:8.3f} ms"
            )
        yield f"  {len(everything) / sum(everything):,.0f} events/s on one core"


class Floor:
    """Drives one engine with a seeded mix of events and times every step."""

    def __init__(self, load: Load, seed: int) -> None:
        self.load, self.random, self.clock = load, random.Random(seed), Clock()
        self.t, self.number, self.waiting = 0.0, 0, 0
        self.connected: list[str] = []
        self.offered: list[tuple[str, str]] = []
        self.effects: Counter[str] = Counter()
        self.engine = Engine()
        self.engine.reset(self._config(), 0)

    def _config(self) -> dict[str, Any]:
        agents = [self._agent(n) for n in range(self.load.agents)]
        cost = {"voice": 10, "chat": 3, "email": 2} if self.load.rich else {}
        timing: dict[str, Any] = {"reservation_timeout": 20, "wrapup": 5} if self.load.offers else {}
        return {"agents": agents, "auto_accept": not self.load.offers, "channel_cost": cost, **timing}

    def _agent(self, n: int) -> dict[str, Any]:
        rnd = self.random
        served: dict[str, Any] = {f"agent:{n}": 0}
        for queue in rnd.sample(range(self.load.queues), self.load.queues_per_agent):
            rank, delay = rnd.randint(1, 3), rnd.choice((0, 0, 0, 30)) if self.load.rich else 0
            served[f"q{queue}"] = {"rank": rank, "delay": delay}
        agent: dict[str, Any] = {"id": f"a{n}", "queues": served}
        if self.load.rich:
            skills = {language: rnd.randint(1, 5) for language in rnd.sample(LANGUAGES, 2)}
            agent |= {"units": 10, "skills": skills, "slots": {"chat": 3}, "exclusive": ["voice"]}
        return agent

    def step(self, event: Event) -> None:
        started = time.perf_counter()
        effects = self.engine.step(self.t, event)
        self.engine.next_deadline()
        self.clock.add(event["type"], time.perf_counter() - started)
        for effect in effects:
            self._note(effect)

    def _note(self, effect: Event) -> None:
        self.effects[effect["type"]] += 1
        match effect["type"]:
            case "connect":
                self.connected.append(effect["contact"])
                self.waiting -= not self.load.offers
            case "offer":
                self.offered.append((effect["contact"], effect["agent"]))
                self.waiting -= 1
            case "rescind":
                self.waiting += 1

    def arrive(self) -> None:
        rnd = self.random
        self.number += 1
        event: Event = {"type": "contact.arrive", "contact": f"c{self.number}"}
        event |= {"queue": f"q{rnd.randrange(self.load.queues)}", "priority": rnd.choice((3, 5, 5, 5, 7))}
        if self.load.rich:
            event["channel"] = rnd.choice(("voice", "voice", "chat", "email"))
            if rnd.random() < 0.5:
                language = rnd.choice(LANGUAGES)
                event["steps"] = [
                    {"skills": {language: 3}, "for": 60},
                    {"skills": {language: 1}, "for": None},
                ]
            if rnd.random() < 0.05:
                event["sticky"] = [f"a{rnd.randrange(self.load.agents)}", 30]
        self.waiting += 1
        self.step(event)

    def advance(self, seconds: float) -> None:
        """Let time pass, with a tick at every deadline, as the driver does."""
        end = self.t + seconds
        while (at := self.engine.next_deadline()) is not None and at <= end:
            self.t = at
            self.step({"type": "tick"})
        self.t = end

    def pop(self, items: list[Any]) -> Any:
        """Take a random item out."""
        at = self.random.randrange(len(items))
        items[at], items[-1] = items[-1], items[at]
        return items.pop()

    def turn(self) -> None:
        """One event of the steady state: as many arrive as end, so that the queue keeps its length."""
        self.advance(self.random.expovariate(self.load.turns_per_second))
        if self.offered:
            contact, agent = self.pop(self.offered)
            kind = "reservation.reject" if self.random.random() < 0.02 else "reservation.accept"
            self.step({"type": kind, "contact": contact, "agent": agent})
        elif self.waiting < self.load.waiting or not self.connected:
            self.arrive()
        else:
            self.step({"type": "contact.done", "contact": self.pop(self.connected)})

    def fill(self) -> None:
        """Bring the floor to its load: everybody busy, the wanted number waiting."""
        while self.waiting < self.load.waiting:
            self.t += 0.0005
            self.arrive()
            while self.offered:
                contact, agent = self.offered.pop()
                self.step({"type": "reservation.accept", "contact": contact, "agent": agent})


def measure(name: str, load: Load, events: int) -> None:
    """Fill a floor and print the cost of a steady stretch."""
    started = time.perf_counter()
    floor = Floor(load, seed=7)
    floor.fill()
    filled, floor.clock = floor.clock, Clock()
    floor.effects.clear()
    print(
        f"{name}: {load.agents} agents, {load.queues} queues, {floor.waiting} waiting, {len(floor.connected)}"
        f" connected (ready in {time.perf_counter() - started:.1f} s)"
    )
    print(" while it fills:")
    print("\n".join(filled.lines()))
    for _ in range(events):
        floor.turn()
    print(f" steady, {floor.waiting} waiting at the end, effects {dict(floor.effects)}:")
    print("\n".join(floor.clock.lines()))


def main() -> None:
    """Measure three floors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    events = parser.parse_args().events
    measure("rich", Load(), events)
    measure("plain", Load(offers=False, rich=False), events)
    measure(
        "small", Load(agents=90, queues=6, waiting=20, queues_per_agent=2, offers=False, rich=False), events
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
