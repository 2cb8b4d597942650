"""Runs one replication: simulated customers and agents on a simulated clock, every decision by the engine.

Order at equal times as in the contract: ends, hang-ups, ticks; then answers to offers, agents who are back, changes of
duty; then arrivals.
"""

import heapq
import math
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Protocol

from app.routing.simulation import chance
from app.routing.simulation.agents import BrokenRule, SimulatedAgent, agents_of, engine_config
from app.routing.simulation.customers import Arrivals, Customer, customers
from app.routing.simulation.records import Outcome, Records
from app.routing.simulation.scenario import HOUR, Answering, Recorded, Scenario

DONE, ABANDON, TICK, ANSWER, BACK, DUTY, ARRIVE = range(7)  # order at equal times
REPORT_EVERY = 2_000  # arrivals
MOST_STEPS_PER_CONTACT = 1_000  # beyond this the same contacts are offered again and again
TICK_EVENT = {"type": "tick"}

Progress = Callable[[int, float], None]
Event = dict[str, Any]


class Engine(Protocol):
    """The three calls of the contract."""

    def reset(self, config: Mapping[str, Any], t0: float) -> None: ...
    def step(self, t: float, event: Mapping[str, Any]) -> list[dict[str, Any]]: ...
    def next_deadline(self) -> float | None: ...


def run(scenario: Scenario, seed: int, engine: Engine, progress: Progress | None = None) -> Records:
    """One replication with this engine; `progress` hears how many have arrived, and the time.

    Raises BrokenRule when the engine connects a contact twice or to somebody who does not serve its queue, goes
    beyond an agent's capacity, refuses an event that is legal, or comes to no end.
    """
    return _Run(scenario, seed, engine, progress).run()


class _Run:
    def __init__(self, scenario: Scenario, seed: int, engine: Engine, progress: Progress | None) -> None:
        self.scenario, self.engine, self.progress = scenario, engine, progress
        self.records, self.agents = Records(), agents_of(scenario)
        self.numbers = {agent.id: n for n, agent in enumerate(self.agents)}
        self.customers, self.arrivals = customers(scenario, seed), Arrivals(scenario, seed)
        self.answers = None if scenario.answering is None else _Answers(scenario.answering, scenario, seed)
        self.channels = [row.channel for row in scenario.classes]
        costs = scenario.rules.channel_cost
        self.costs = [costs.get(channel, 1) for channel in self.channels]
        self.heap: list[tuple[float, int, int, int]] = []  # when, what, order, contact or agent
        self.handle: dict[int, float] = {}  # contact -> seconds of service, until it ends
        self.offered: dict[int, tuple[int, bool, str]] = {}  # contact -> order of its answer, accepts, agent
        self.order = count()
        # ends at the same instant: in the order of connection where times are recorded in whole seconds
        self.by_connection = any(isinstance(row.arrivals, Recorded) for row in scenario.classes)
        self.until = 0.0 if scenario.hours is None else scenario.hours * HOUR
        self.has_duty = any(pool.agents_by_hour is not None for pool in scenario.pools)
        self.steps = 0

    def run(self) -> Records:
        self.engine.reset(engine_config(self.scenario, self.agents), 0)
        if self.has_duty:
            self._push(HOUR, DUTY, 0)
        upcoming = next(self.customers, None)
        while True:
            at, kind = (math.inf, ARRIVE) if upcoming is None else (upcoming[0], ARRIVE)
            if self.heap and self.heap[0][:2] < (at, kind):
                at, kind = self.heap[0][:2]
            deadline = self.engine.next_deadline()
            if deadline is not None and (deadline, TICK) < (at, kind):
                at, kind = deadline, TICK
            if upcoming is None and self._is_over(at):
                break
            if kind == TICK:
                self._step(at, TICK_EVENT)
            elif kind == ARRIVE:
                assert upcoming is not None  # noqa: S101
                self._arrive(upcoming)
                upcoming = next(self.customers, None)
            else:
                at, kind, order, number = heapq.heappop(self.heap)
                _HANDLERS[kind](self, at, order, number)
        return self._close()

    def _is_over(self, at: float) -> bool:
        """Nobody comes any more: whether all is done, or nothing that is left can change anything."""
        if at == math.inf:
            return True
        if not self.handle:
            return at > self.until
        # the rest waits for staff: a whole round of the table and a day have brought nobody
        rounds = max([24, *(len(pool.agents_by_hour or []) for pool in self.scenario.pools)])
        return self.has_duty and at > max(self.until, self.records.arrived[-1]) + rounds * HOUR

    def _close(self) -> Records:
        records = self.records
        records.ended_at = max(records.ended_at, self.until)
        for agent in self.agents:
            agent.close(records.ended_at)
        records.busy = [agent.busy for agent in self.agents]
        records.staffed = [agent.staffed for agent in self.agents]
        return records

    def _push(self, at: float, kind: int, number: int, order: int | None = None) -> None:
        heapq.heappush(self.heap, (at, kind, number if order is None else order, number))

    def _step(self, at: float, event: Event) -> bool:
        """One step of the engine; tells whether it took the event."""
        self.steps += 1
        if self.steps > MOST_STEPS_PER_CONTACT * (len(self.records.arrived) + 1_000):
            raise BrokenRule(
                f"no end in sight after {self.steps} steps: contacts are offered again and again"
            )
        self.records.ended_at = at
        taken = True
        for effect in self.engine.step(at, event):
            match effect["type"]:
                case "connect":
                    self._connect(at, effect["contact"], effect["agent"])
                case "offer":
                    self._offer(at, effect["contact"], effect["agent"])
                case "rescind":
                    self._rescind(effect["contact"], effect["why"])
                case "agent.state":
                    self._fall_silent(at, effect["agent"])
                case "queue.full":
                    self._end(at, effect["contact"], Outcome.BLOCKED)
                case "contact.expired":
                    self._end(at, effect["contact"], Outcome.EXPIRED)
                case "reject":
                    taken = False
                case unknown:
                    raise BrokenRule(f"the effect {unknown!r} is not in the contract")
        return taken

    def _must(self, at: float, event: Event) -> None:
        if not self._step(at, event):
            raise BrokenRule(f"the engine refused {event} at {at}")

    # events, in the order they stand at equal times

    def _done(self, at: float, _: int, contact: int) -> None:
        kind, number = self.records.kind[contact], self.records.agent[contact]
        channel = self.channels[kind]
        wrapup = self.scenario.rules.wrapup if channel == "voice" else 0
        self.agents[number].release(at, channel, self.costs[kind], wrapup)
        del self.handle[contact]
        self._must(at, {"type": "contact.done", "contact": contact})

    def _abandon(self, at: float, _: int, contact: int) -> None:
        if self.records.outcome[contact] != Outcome.WAITING:
            return
        taken = self._step(at, {"type": "contact.abandon", "contact": contact})
        if taken:
            self._end(at, contact, Outcome.ABANDONED)
        elif self.records.outcome[contact] != Outcome.EXPIRED:  # that may happen at this very instant
            raise BrokenRule(f"the engine refused that {contact} hung up at {at}")

    def _answer(self, at: float, order: int, contact: int) -> None:
        live = self.offered.get(contact)
        if live is None or live[0] != order:
            return
        _, accepts, agent = live
        what = "reservation.accept" if accepts else "reservation.reject"
        self._must(at, {"type": what, "contact": contact, "agent": agent})

    def _back(self, at: float, _: int, number: int) -> None:
        agent = self.agents[number]
        if agent.silent_until == at:
            agent.silent_until = None
            if agent.is_on_duty:
                self._must(at, {"type": "agent.state", "agent": agent.id, "state": "available"})

    def _change_duty(self, at: float, _: int, hour: int) -> None:
        number = 0
        for pool in self.scenario.pools:
            wanted = pool.size
            if pool.agents_by_hour is not None:
                wanted = pool.agents_by_hour[(hour + 1) % len(pool.agents_by_hour)]
            for n in range(pool.size):
                self._set_duty(at, self.agents[number + n], n < wanted)
            number += pool.size
        self._push(HOUR * (hour + 2), DUTY, hour + 1)

    def _set_duty(self, at: float, agent: SimulatedAgent, is_on_duty: bool) -> None:
        if agent.is_on_duty == is_on_duty:
            return
        agent.change_duty(at, is_on_duty)
        agent.silent_until = None
        state = "available" if is_on_duty else "offline"
        self._must(at, {"type": "agent.state", "agent": agent.id, "state": state})

    def _arrive(self, customer: Customer) -> None:
        at, kind, handle, patience = customer
        contact = self.records.arrive(at, kind)
        self.handle[contact] = handle
        if patience < math.inf:
            self._push(at + patience, ABANDON, contact)
        self._must(at, self.arrivals.event(contact, kind))
        if self.progress and contact % REPORT_EVERY == 0:
            self.progress(contact, at)

    # effects

    def _connect(self, at: float, contact: int, agent_id: str) -> None:
        records, number = self.records, self.numbers[agent_id]
        agent, kind = self.agents[number], records.kind[contact]
        if records.outcome[contact] != Outcome.WAITING:
            raise BrokenRule(f"{contact} was connected at {at}, but it waits no more")
        live = self.offered.pop(contact, None)
        if live is None:
            self._check_may_get(at, contact, agent)
        elif live[2] != agent_id:
            raise BrokenRule(f"{contact} was connected at {at} to {agent_id}, but offered to {live[2]}")
        agent.take(at, self.channels[kind], self.costs[kind])
        records.end_wait(contact, at, Outcome.SERVED)
        records.agent[contact] = number
        self._push(at + self.handle[contact], DONE, contact, next(self.order) if self.by_connection else None)

    def _check_may_get(self, at: float, contact: int, agent: SimulatedAgent) -> None:
        queue = self.scenario.classes[self.records.kind[contact]].queue_name
        if queue not in agent.pool.queues or not agent.is_free(at):
            raise BrokenRule(f"{contact} went to {agent.id} at {at}, who does not serve it or is not free")

    def _offer(self, at: float, contact: int, agent: str) -> None:
        if self.answers is None:
            raise BrokenRule(f"{contact} was offered at {at}, but contacts are connected at once here")
        self._check_may_get(at, contact, self.agents[self.numbers[agent]])
        self.records.offers += 1
        ring, accepts = self.answers.draw()
        order = next(self.order)
        self.offered[contact] = order, accepts, agent
        if ring < math.inf:
            self._push(at + ring, ANSWER, contact, order)

    def _rescind(self, contact: int, why: str) -> None:
        self.offered.pop(contact, None)
        self.records.timed_out += why == "timeout"
        self.records.refused += why == "rejected"

    def _fall_silent(self, at: float, agent_id: str) -> None:
        if self.answers is not None:
            number = self.numbers[agent_id]
            back = self.agents[number].silent_until = at + self.answers.back_after
            self._push(back, BACK, number)

    def _end(self, at: float, contact: int, outcome: Outcome) -> None:
        if self.records.outcome[contact] != Outcome.WAITING:
            raise BrokenRule(f"{contact} ended at {at} as {outcome.name.lower()}, but it waits no more")
        self.records.end_wait(contact, at, outcome)
        self.handle.pop(contact)


_HANDLERS: dict[int, Callable[[_Run, float, int, int], None]] = {
    DONE: _Run._done,
    ABANDON: _Run._abandon,
    ANSWER: _Run._answer,
    BACK: _Run._back,
    DUTY: _Run._change_duty,
}


class _Answers:
    """How agents react to offers."""

    def __init__(self, answering: Answering, scenario: Scenario, seed: int) -> None:
        self._ring_time = chance.durations(answering.ring_time, chance.stream(seed, 0, chance.RINGING))
        self._chance = chance.stream(seed, 0, chance.ANSWERS)
        self._answering = answering
        timeout = scenario.rules.reservation_timeout
        self._timeout = math.inf if timeout is None else timeout
        self.back_after = answering.back_after

    def draw(self) -> tuple[float, bool]:
        """Seconds until the agent reacts (infinity: the offer rings out), and whether the agent says yes."""
        ring, luck = self._ring_time(), self._chance.random()
        if ring >= self._timeout or luck < self._answering.unanswered:
            return math.inf, False
        return ring, luck >= self._answering.unanswered + self._answering.refused
