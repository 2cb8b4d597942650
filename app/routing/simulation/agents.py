"""The simulated agents: who holds how much, who is on duty, who was busy when. It trusts no decision of the engine."""

from dataclasses import dataclass, field
from typing import Any

from app.routing.simulation.records import Spans
from app.routing.simulation.scenario import Pool, Scenario

TOLERANCE = 1e-9  # sums of units are floating point


class BrokenRule(RuntimeError):
    """The engine did what it must never do; the simulation stops."""


@dataclass(slots=True)
class SimulatedAgent:
    """One agent as the simulation sees it. Busy is: a contact in hand, or wrap-up."""

    id: str
    pool: Pool
    is_on_duty: bool
    in_hand: dict[str, int] = field(default_factory=dict)  # channel -> contacts
    used: float = 0  # units
    busy: Spans = field(default_factory=Spans)
    staffed: Spans = field(default_factory=Spans)
    silent_until: float | None = None  # when this agent is back after an offer that rang out
    _busy_since: float = 0
    _staffed_since: float = 0
    _busy_until: float = 0  # end of the last contact, wrap-up included

    def is_free(self, at: float) -> bool:
        """Whether new contacts may come: on duty and not in wrap-up."""
        return self.is_on_duty and at >= self._busy_until

    def take(self, at: float, channel: str, cost: float) -> None:
        """Be connected to a contact. Raises BrokenRule when that is beyond this agent's capacity."""
        if not self.in_hand:
            self._busy_since = max(at, self._busy_until)  # an offer from before may be accepted in wrap-up
        self.used += cost
        count = self.in_hand[channel] = self.in_hand.get(channel, 0) + 1
        alone = len(self.in_hand) == 1 or not any(one in self.pool.exclusive for one in self.in_hand)
        limit = self.pool.slots.get(channel, count)
        if self.used > self.pool.units + TOLERANCE or count > limit or not alone:
            raise BrokenRule(f"{self.id} was given more than fits, at {at}: {self.in_hand}")

    def release(self, at: float, channel: str, cost: float, wrapup: float) -> None:
        """The contact has ended; `wrapup` seconds of work may follow."""
        self._busy_until = max(self._busy_until, at + wrapup)
        self.used -= cost
        self.in_hand[channel] -= 1
        if not self.in_hand[channel]:
            del self.in_hand[channel]
        if not self.in_hand:
            self.used = 0
            self.busy.add(self._busy_since, self._busy_until)
            if not self.is_on_duty:
                self.staffed.add(self._staffed_since, self._busy_until)
                self._staffed_since = self._busy_until

    def change_duty(self, at: float, is_on_duty: bool) -> None:
        """Come or go; whoever has a contact in hand is staffed until it ends."""
        if not self.in_hand and at >= self._busy_until:
            if self.is_on_duty:
                self.staffed.add(self._staffed_since, at)
            self._staffed_since = at
        elif not self.in_hand and not is_on_duty:
            self.staffed.add(self._staffed_since, self._busy_until)
            self._staffed_since = self._busy_until
        self.is_on_duty = is_on_duty

    def close(self, at: float) -> None:
        """Nothing happens any more: end what is open."""
        if self.in_hand:
            self.busy.add(self._busy_since, at)
        if self.in_hand or self.is_on_duty:
            self.staffed.add(self._staffed_since, at)


def agents_of(scenario: Scenario) -> list[SimulatedAgent]:
    """All agents in agent order; those who come later in the day are off duty."""
    found = []
    for pool in scenario.pools:
        first = pool.size if pool.agents_by_hour is None else pool.agents_by_hour[0]
        found += [SimulatedAgent(name, pool, n < first) for n, name in enumerate(pool.agent_ids)]
    return found


def engine_config(scenario: Scenario, agents: list[SimulatedAgent]) -> dict[str, Any]:
    """The floor in the shape of the engine's contract."""
    listed = [
        {
            "id": agent.id,
            "queues": {
                queue: service if isinstance(service, int) else service.model_dump()
                for queue, service in agent.pool.queues.items()
            },
            "state": "available" if agent.is_on_duty else "offline",
            "skills": agent.pool.skills,
            "units": agent.pool.units,
            "slots": agent.pool.slots,
            "exclusive": agent.pool.exclusive,
        }
        for agent in agents
    ]
    return {"agents": listed} | scenario.rules.model_dump()
