"""The customers of one replication, in the order of their arrival."""

import heapq
import math
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Any

from app.routing.simulation import chance
from app.routing.simulation.scenario import HOUR, ContactClass, Pool, Scenario

# when, number of the class, seconds of service, seconds of patience (infinity: no end)
Customer = tuple[float, int, float, float]


def customers(scenario: Scenario, seed: int) -> Iterator[Customer]:
    """All classes together; equal times stand in the order of the classes."""
    merged = heapq.merge(*(_of_class(row, n, seed) for n, row in enumerate(scenario.classes)))
    if scenario.contacts is not None:
        return islice(merged, scenario.contacts)
    if scenario.hours is not None:
        end = scenario.hours * HOUR
        return takewhile(lambda customer: customer[0] < end, merged)
    return merged


def _of_class(row: ContactClass, number: int, seed: int) -> Iterator[Customer]:
    handle_time = chance.durations(row.handle_time, chance.stream(seed, number, chance.HANDLE_TIMES))
    patience = None
    if row.patience is not None:
        patience = chance.durations(row.patience, chance.stream(seed, number, chance.PATIENCE))
    for at in chance.instants(row.arrivals, chance.stream(seed, number, chance.ARRIVALS)):
        yield at, number, handle_time(), math.inf if patience is None else patience()


class Arrivals:
    """Makes the engine's event of an arrival."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._events = [_event(row) for row in scenario.classes]
        self._preferred = [_Preferred(row, n, scenario.pools, seed) for n, row in enumerate(scenario.classes)]

    def event(self, contact: int, kind: int) -> dict[str, Any]:
        """The event of contact number `contact` of class number `kind`."""
        event = self._events[kind] | {"contact": contact}
        sticky = self._preferred[kind].draw()
        return event if sticky is None else event | {"sticky": sticky}


def _event(row: ContactClass) -> dict[str, Any]:
    event: dict[str, Any] = {"type": "contact.arrive", "queue": row.queue_name, "priority": row.priority}
    if row.channel != "voice":
        event["channel"] = row.channel
    if row.age_credit:
        event["age_credit"] = row.age_credit
    if row.ttl is not None:
        event["ttl"] = row.ttl
    if row.steps:
        event["steps"] = [step.model_dump(by_alias=True) for step in row.steps]
    return event


class _Preferred:
    """Draws the agent whom a contact knows from before."""

    def __init__(self, row: ContactClass, number: int, pools: list[Pool], seed: int) -> None:
        self._rule = row.last_agent
        self._chance = chance.stream(seed, number, chance.LAST_AGENTS)
        serving = [pool for pool in pools if row.queue_name in pool.queues]
        self._agents = [agent for pool in serving for agent in pool.agent_ids] if row.last_agent else []

    def draw(self) -> list[Any] | None:
        if self._rule is None or self._chance.random() >= self._rule.share:
            return None
        return [self._chance.choice(self._agents), self._rule.seconds]
