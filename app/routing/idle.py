"""Agents who may be offered something, by (queue, rank, delay and stance), longest idle first.

A new contact meets one list for each kind of agent in its queue, never every agent. An agent who serves k
queues costs k short list operations each time the agent becomes free or busy.
"""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.routing.eligibility import Id, Stance
from app.routing.model import AVAILABLE, Agent, AgentKey, Service
from app.routing.ordered import SortedKeys

Kind = tuple[float, Stance]  # delay in seconds, stance


@dataclass(slots=True)
class Bench:
    """The agents of one queue; ranks in ascending order."""

    ranks: list[int] = field(default_factory=list)
    kinds: dict[int, dict[Kind, SortedKeys[AgentKey]]] = field(default_factory=dict)


class IdleIndex:
    """Lists every agent who is available, not in wrap-up, not lost and not full."""

    def __init__(self) -> None:
        self._benches: dict[Id, Bench] = {}

    def refresh(self, agent: Agent) -> None:
        """List the agent as it stands now; call after changes of state, clock or load, before matching."""
        wanted = (agent.stance, (agent.idle_since, agent.order, agent)) if _may_be_listed(agent) else None
        if wanted == agent.shown:
            return
        self.hide(agent)
        if wanted is not None:
            stance, key = wanted
            for service in agent.services:
                self._add(service, stance, key)
            agent.shown = wanted

    def hide(self, agent: Agent) -> None:
        """Take the agent out everywhere; call before its services change."""
        if agent.shown is None:
            return
        stance, key = agent.shown
        for service in agent.services:
            self._remove(service, stance, key)
        agent.shown = None

    def ranks(self, queue: Id) -> Iterator[tuple[int, dict[Kind, SortedKeys[AgentKey]]]]:
        """Ranks in ascending order, each with its listed agents by kind."""
        bench = self._benches.get(queue)
        if bench is not None:
            for rank in bench.ranks:
                yield rank, bench.kinds[rank]

    def _add(self, service: Service, stance: Stance, key: AgentKey) -> None:
        bench = self._benches.get(service.queue)
        if bench is None:
            bench = self._benches[service.queue] = Bench()
        kinds = bench.kinds.get(service.rank)
        if kinds is None:
            kinds = bench.kinds[service.rank] = {}
            insort(bench.ranks, service.rank)
        kind = (service.delay, stance)
        keys = kinds.get(kind)
        if keys is None:
            keys = kinds[kind] = SortedKeys()
        keys.add(key)

    def _remove(self, service: Service, stance: Stance, key: AgentKey) -> None:
        kinds = self._benches[service.queue].kinds[service.rank]
        kind = (service.delay, stance)
        keys = kinds[kind]
        keys.remove(key)
        if not keys:
            del kinds[kind]


def _may_be_listed(agent: Agent) -> bool:
    return (
        agent.state == AVAILABLE
        and agent.wrapup_until is None
        and agent.lost_until is None
        and not agent.stance.full
    )
