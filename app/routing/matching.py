"""The last part of a step: give contacts to agents until no eligible pair is left (R01, R24).

Before a step no eligible pair was left, so a new one holds a fresh contact or a fresh agent. Each of these
proposes its best pair; the smallest proposal wins. A match only uses capacity up, so a proposal that went
stale can only be replaced by a later one, and a heap of proposals serves pairs in exactly the order of R01.

In a queue ordered by proficiency (R12) the agents' sum of levels in the skills asked for now comes before the idle
clock, after rank, urgency and age: it chooses among agents for a contact, never among contacts.

With the Gc-mu rule (R31) a freed agent takes, among the first contacts of its queues of equal rank, the one with the
largest cost x wait x rate, equal ones in the usual order. Inside a queue and between ranks nothing changes, nor
for a contact that is listed (anew) in the very step: it finds its agent itself, as always.
"""

import math
from collections.abc import Iterable
from heapq import heappop, heappush

from app.routing.effects import Connected, Offered
from app.routing.eligibility import Id, Stance
from app.routing.floor import Floor
from app.routing.model import Agent, Contact, ContactState, GcMu, Place, Service
from app.routing.queue_rules import Order
from app.routing.waiting import WaitingIndex

PairKey = tuple[int, int, float, int, float, float, int]
# The flag: the agent proposed, not the contact. Each proposes once at a time, so (key, flag) is unique.
Proposal = tuple[PairKey, bool, Contact, Agent]


def match_all(floor: Floor) -> None:
    """Make every match there is, smallest pair key first; each is an effect `offer` or `connect`.

    Contacts that ring already and may ring further agents (R30) come after everyone who waits, in the same order
    among themselves: nobody rings a second agent while another contact could have that agent as its first.
    """
    for agent in floor.fresh_agents.values():
        floor.idle.refresh(agent)
    _match(floor, floor.waiting, floor.fresh_contacts, ContactState.WAITING)
    floor.fresh_contacts.clear()
    if floor.fresh_ringing or floor.ringing.total:
        _match(floor, floor.ringing, floor.fresh_ringing, ContactState.OFFERED)
        floor.fresh_ringing.clear()
    floor.fresh_agents.clear()


def _match(floor: Floor, listed: WaitingIndex, fresh: dict[Id, Contact], state: ContactState) -> None:
    """All matches of the contacts of one index, who are all in this state."""
    heap: list[Proposal] = []
    for contact in fresh.values():
        if contact.state is state:
            _propose_for_contact(floor, heap, contact)
    if listed.total:
        for agent in floor.fresh_agents.values():
            _propose_for_agent(floor, listed, heap, agent)
    while heap:
        _, from_agent, contact, agent = heappop(heap)
        if (
            contact.place is not None
            and contact.state is state
            and agent.shown is not None
            and agent.id not in contact.offers
            and agent.stance.fits(contact.signature)
        ):
            _assign(floor, contact, agent)
        if from_agent:
            _propose_for_agent(floor, listed, heap, agent)
        elif contact.state is state:
            _propose_for_contact(floor, heap, contact)


def _assign(floor: Floor, contact: Contact, agent: Agent) -> None:
    if contact.state is ContactState.WAITING:
        floor.withdraw(contact)
        contact.ring = contact.home.rules.ring
    if floor.settings.auto_accept:
        floor.hold(contact, agent, ContactState.CONNECTED, None)
        floor.effects.append(Connected(contact.id, agent.id))
        return
    seconds = floor.offer_seconds(contact)
    expires = None if seconds is None else floor.now + seconds
    floor.hold(contact, agent, ContactState.OFFERED, expires)
    floor.effects.append(Offered(contact.id, agent.id, expires, contact.ring))
    if contact.ring > 1:
        floor.ring_on(contact)


def _propose(
    heap: list[Proposal], rank: int, contact: Contact, agent: Agent, from_agent: bool, lead: float
) -> None:
    key = (rank, *contact.key(), lead, agent.idle_since, agent.order)
    heappush(heap, (key, from_agent, contact, agent))


def _propose_for_contact(floor: Floor, heap: list[Proposal], contact: Contact) -> None:
    if contact.place is None:
        return
    found = _among_named(floor, contact) if contact.names is not None else _among_all(floor, contact)
    if found is not None:
        rank, lead, agent = found
        _propose(heap, rank, contact, agent, False, lead)


def _lead(contact: Contact, stance: Stance) -> float:
    """What comes before the idle clock: nothing, or in a queue ordered by proficiency the best level first (R12)."""
    if not contact.signature.skills or contact.home.rules.order is Order.IDLE:
        return 0
    return -stance.level(contact.signature)


def _among_named(floor: Floor, contact: Contact) -> tuple[int, float, Agent] | None:
    best: tuple[int, float, float, int, Agent] | None = None
    for name in contact.names or ():
        agent = floor.agents.get(name)
        if agent is None or agent.shown is None or not agent.stance.fits(contact.signature):
            continue
        if contact.passes_over(name, floor.now):
            continue
        for service in agent.services:
            if service.queue == contact.queue and contact.enqueued_at + service.delay <= floor.now:
                lead = _lead(contact, agent.stance)
                candidate = (service.rank, lead, agent.idle_since, agent.order, agent)
                best = candidate if best is None else min(best, candidate)
    return None if best is None else (best[0], best[1], best[4])


def _among_all(floor: Floor, contact: Contact) -> tuple[int, float, Agent] | None:
    now, signature, picky = floor.now, contact.signature, bool(contact.skips or contact.offers)
    by_level = contact.home.rules.order is Order.PROFICIENCY
    for rank, kinds in floor.idle.ranks(contact.queue):
        best, best_lead = None, math.inf
        for (delay, stance), keys in kinds.items():
            if contact.enqueued_at + delay > now or not stance.fits(signature):
                continue
            lead = _lead(contact, stance) if by_level else 0
            if lead > best_lead:
                continue
            for key in keys:
                if best is not None and lead == best_lead and key > best:
                    break
                if not picky or not contact.passes_over(key[2].id, now):
                    best, best_lead = key, lead
                    break
        if best is not None:
            return rank, best_lead, best[2]
    return None


def _propose_for_agent(floor: Floor, listed: WaitingIndex, heap: list[Proposal], agent: Agent) -> None:
    if agent.shown is None:
        return
    if floor.settings.gcmu is None:
        best, best_rank = _oldest_for(floor, listed, agent, agent.services)
    else:
        best, best_rank = _dearest_for(floor, listed, agent, floor.settings.gcmu)
    if best is not None:
        _propose(heap, best_rank, best[3], agent, True, _lead(best[3], agent.stance))


def _oldest_for(
    floor: Floor, listed: WaitingIndex, agent: Agent, services: Iterable[Service]
) -> tuple[Place | None, int]:
    """The first contact the agent may take from these queues, best rank first, and the rank."""
    best: Place | None = None
    best_rank = 0
    for service in services:
        if best is not None and service.rank > best_rank:
            break
        for signature, places in listed.lists(service.queue, service.delay, agent.id):
            if not agent.stance.fits(signature):
                continue
            for place in places:
                if best is not None and place > best:
                    break
                contact = place[3]
                picky = contact.skips or contact.offers
                if not picky or not contact.passes_over(agent.id, floor.now):
                    best, best_rank = place, service.rank
                    break
    return best, best_rank


def _dearest_for(floor: Floor, listed: WaitingIndex, agent: Agent, rule: GcMu) -> tuple[Place | None, int]:
    """By the Gc-mu rule: of the first contact of each queue of the best rank, the one with the largest index."""
    best: Place | None = None
    best_rank, best_index = 0, 0.0
    for service in agent.services:
        if best is not None and service.rank > best_rank:
            break
        first, _ = _oldest_for(floor, listed, agent, (service,))
        if first is None:
            continue
        index = rule.index(agent.id, service.queue, floor.now - first[3].enqueued_at)
        if best is None or index > best_index or (index == best_index and first < best):
            best, best_rank, best_index = first, service.rank, index
    return best, best_rank
