"""The last part of a step: give contacts to agents until no eligible pair is left (R01, R24).

Before a step no eligible pair was left, so a new one holds a fresh contact or a fresh agent. Each of these
proposes its best pair; the smallest proposal wins. A match only uses capacity up, so a proposal that went
stale can only be replaced by a later one, and a heap of proposals serves pairs in exactly the order of R01.
"""

from heapq import heappop, heappush

from app.routing.effects import Connected, Offered
from app.routing.floor import Floor
from app.routing.model import Agent, Contact, ContactState, Place

PairKey = tuple[int, int, float, int, float, int]
# The flag: the agent proposed, not the contact. Each proposes once at a time, so (key, flag) is unique.
Proposal = tuple[PairKey, bool, Contact, Agent]


def match_all(floor: Floor) -> None:
    """Make every match there is, smallest pair key first; each is an effect `offer` or `connect`."""
    heap: list[Proposal] = []
    for agent in floor.fresh_agents.values():
        floor.idle.refresh(agent)
    for contact in floor.fresh_contacts.values():
        _propose_for_contact(floor, heap, contact)
    for agent in floor.fresh_agents.values():
        _propose_for_agent(floor, heap, agent)
    floor.fresh_contacts.clear()
    floor.fresh_agents.clear()
    while heap:
        _, from_agent, contact, agent = heappop(heap)
        if contact.place is not None and agent.shown is not None and agent.stance.fits(contact.signature):
            _assign(floor, contact, agent)
        if from_agent:
            _propose_for_agent(floor, heap, agent)
        else:
            _propose_for_contact(floor, heap, contact)


def _assign(floor: Floor, contact: Contact, agent: Agent) -> None:
    floor.withdraw(contact)
    if floor.settings.auto_accept:
        floor.hold(contact, agent, ContactState.CONNECTED, None)
        floor.effects.append(Connected(contact.id, agent.id))
        return
    seconds = floor.offer_seconds(contact)
    expires = None if seconds is None else floor.now + seconds
    floor.hold(contact, agent, ContactState.OFFERED, expires)
    floor.effects.append(Offered(contact.id, agent.id, expires))


def _propose(heap: list[Proposal], rank: int, contact: Contact, agent: Agent, from_agent: bool) -> None:
    key = (rank, *contact.key(), agent.idle_since, agent.order)
    heappush(heap, (key, from_agent, contact, agent))


def _propose_for_contact(floor: Floor, heap: list[Proposal], contact: Contact) -> None:
    if contact.place is None:
        return
    found = _among_named(floor, contact) if contact.names is not None else _among_all(floor, contact)
    if found is not None:
        _propose(heap, *found, from_agent=False)


def _among_named(floor: Floor, contact: Contact) -> tuple[int, Contact, Agent] | None:
    best: tuple[int, float, int, Agent] | None = None
    for name in contact.names or ():
        agent = floor.agents.get(name)
        if agent is None or agent.shown is None or not agent.stance.fits(contact.signature):
            continue
        if contact.skips and contact.passes_over(name, floor.now):
            continue
        for service in agent.services:
            if service.queue == contact.queue and contact.enqueued_at + service.delay <= floor.now:
                candidate = (service.rank, agent.idle_since, agent.order, agent)
                best = candidate if best is None else min(best, candidate)
    return None if best is None else (best[0], contact, best[3])


def _among_all(floor: Floor, contact: Contact) -> tuple[int, Contact, Agent] | None:
    now, signature = floor.now, contact.signature
    for rank, kinds in floor.idle.ranks(contact.queue):
        best = None
        for (delay, stance), keys in kinds.items():
            if contact.enqueued_at + delay > now or not stance.fits(signature):
                continue
            for key in keys:
                if best is not None and key > best:
                    break
                if not contact.skips or not contact.passes_over(key[2].id, now):
                    best = key
                    break
        if best is not None:
            return rank, contact, best[2]
    return None


def _propose_for_agent(floor: Floor, heap: list[Proposal], agent: Agent) -> None:
    if agent.shown is None:
        return
    best: Place | None = None
    best_rank = 0
    for service in agent.services:
        if best is not None and service.rank > best_rank:
            break
        for signature, places in floor.waiting.lists(service.queue, service.delay, agent.id):
            if not agent.stance.fits(signature):
                continue
            for place in places:
                if best is not None and place > best:
                    break
                contact = place[3]
                if not contact.skips or not contact.passes_over(agent.id, floor.now):
                    best, best_rank = place, service.rank
                    break
    if best is not None:
        _propose(heap, best_rank, best[3], agent, from_agent=True)
