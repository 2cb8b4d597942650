"""What may happen between contacts and agents. Any node may run these; the database decides every race.

Lock order: contact, offer, agent state, then the streams of touchpoints and events.

Each function is one change: contact, agent load, offer, touchpoint, events, and a mark that makes the router look
again. None of them trusts the router's memory.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.agents import states as agent_states
from app.agents.events import AgentStateChanged
from app.agents.states import ROUTER_TOPIC
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.events import ContactChanged
from app.contacts.lifecycle import ContactMove, ContactState, Outcome
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import offers
from app.routing.errors import NotYourContact, OfferNoLongerAvailable, OfferNotFound
from app.routing.events import (
    ContactConnected,
    ContactQueued,
    ContactReleased,
    OfferAccepting,
    OfferEnded,
    OfferMade,
    WrapUpStarted,
)
from app.routing.offers import Offer, OfferState
from app.touchpoints import log as touchpoints

WRAP_UP_EXTENSION = timedelta(seconds=30)


async def mark_contact(tx: Transaction, contact_id: UUID) -> None:
    """Have the router look at this contact again."""
    await tx.execute("insert into router_marks (kind, ref) values ('contact', $1)", contact_id)
    tx.hint(ROUTER_TOPIC)


@dataclass(frozen=True, slots=True)
class QueueRequest:
    """Where a contact waits and what it needs."""

    queue_id: UUID
    priority: int
    required_skills: dict[str, int]
    topic: str | None
    reason: str | None


async def enqueue(tx: Transaction, contact_id: UUID, request: QueueRequest, *, now: datetime) -> Contact:
    """Queue a contact that self-service did not solve. Raises ContactMovedOn."""
    contact = await contact_rows.move(
        tx,
        contact_id,
        ContactMove.QUEUE,
        {
            "queue_id": request.queue_id,
            "priority": request.priority,
            "required_skills": request.required_skills,
            "topic": request.topic,
            "queued_at": now,
        },
    )
    data = {"topic": request.topic, "reason": request.reason, "priority": request.priority}
    await touchpoints.append(
        tx, contact.subject, "contact.queued", data=data, once=str(contact.routing_round)
    )
    await mark_contact(tx, contact_id)
    await tx.publish(ContactQueued(contact))
    return contact


async def make_offer(
    tx: Transaction, *, contact_id: UUID, agent_id: UUID, cost: int, expires_at: datetime | None, epoch: int
) -> Offer | None:
    """The router's decision made true, or None when the tables say otherwise (the contact left, the agent is
    full or absent): both compare-and-sets must hit. Raises asyncpg.LockNotAvailableError while somebody changes
    the contact, AgentBusy while somebody changes the agent: the router holds agents of other offers in the same
    transaction and must not wait for what may be waiting for one of them."""
    contact = await contact_rows.get_for_update(tx, contact_id, wait=False)
    if contact.state != ContactState.QUEUED:
        return None
    name = await agent_states.take_load(tx, agent_id, cost)
    if name is None:
        return None
    contact = await contact_rows.move(
        tx, contact_id, ContactMove.OFFER, {"routing_round": contact.routing_round + 1}
    )
    offer = await offers.insert(
        tx,
        contact_id=contact_id,
        agent_id=agent_id,
        round=contact.routing_round,
        cost=cost,
        expires_at=expires_at,
        epoch=epoch,
    )
    await touchpoints.append(tx, contact.subject, "offer.made", data={"agent": name}, once=str(offer.id))
    await tx.publish(OfferMade(offer, contact))
    return offer


async def accept_offer(
    tx: Transaction, *, offer_id: UUID, agent_id: UUID, now: datetime, timeout: timedelta
) -> Offer:
    """The agent says yes. Raises OfferNotFound, or OfferNoLongerAvailable with the reason. Saying yes twice is
    answered alike."""
    offer, contact = await _own_offer(tx, offer_id, agent_id)
    if offer.state in (OfferState.ACCEPTING, OfferState.ACCEPTED):
        return offer
    accepting = await offers.accept(tx, offer_id, expires_at=now + timeout)
    if accepting is None:
        raise OfferNoLongerAvailable(_why_gone(offer))
    await touchpoints.append(
        tx,
        contact.subject,
        "offer.accepted",
        actor=touchpoints.agent(agent_id, await _agent_name(tx, agent_id)),
        once=str(offer_id),
    )
    await mark_contact(tx, contact.id)
    await tx.publish(OfferAccepting(accepting, contact))
    return accepting


async def reject_offer(tx: Transaction, *, offer_id: UUID, agent_id: UUID) -> Offer:
    """The agent says no: this contact skips the agent, who stays free for others (R14)."""
    offer, contact = await _own_offer(tx, offer_id, agent_id)
    if offer.state == OfferState.REJECTED:
        return offer
    ended = await _end_and_requeue(tx, offer, contact, OfferState.REJECTED, "rejected", (OfferState.PENDING,))
    if ended is None:
        raise OfferNoLongerAvailable(_why_gone(offer))
    return ended


async def expire_offer(tx: Transaction, *, contact_id: UUID, agent_id: UUID, now: datetime) -> bool:
    """The offer's time is up: the agent is not responding, the contact goes back to its place (R13). False when
    it is not due or no longer pending."""
    offer, contact = await _live_offer(tx, contact_id)
    if offer is None or offer.agent_id != agent_id or offer.state != OfferState.PENDING:
        return False
    if offer.expires_at is None or offer.expires_at > now:
        return False
    ended = await _end_and_requeue(
        tx, offer, contact, OfferState.TIMED_OUT, "timeout", (OfferState.PENDING,), not_responding=True
    )
    return ended is not None


async def expire_accepting(tx: Transaction, *, contact_id: UUID, now: datetime) -> bool:
    """The media did not join in time: back to the queue, without blame on the agent."""
    offer, contact = await _live_offer(tx, contact_id)
    if (
        offer is None
        or offer.state != OfferState.ACCEPTING
        or offer.expires_at is None
        or offer.expires_at > now
    ):
        return False
    return await _withdraw(tx, offer, contact, "connect_timeout", OfferState.ACCEPTING) is not None


async def withdraw_offer(tx: Transaction, *, contact_id: UUID, agent_id: UUID, reason: str) -> bool:
    """Take back a pending offer of this agent; the contact goes back to its place. An accepting one stays: the
    agent has said yes, and it has a short deadline of its own. False when there is none."""
    offer, contact = await _live_offer(tx, contact_id)
    if offer is None or offer.agent_id != agent_id:
        return False
    return await _withdraw(tx, offer, contact, reason, OfferState.PENDING) is not None


async def fail_accepting(
    tx: Transaction, *, contact_id: UUID, agent_id: UUID, reason: str, blame: bool
) -> bool:
    """The agent said yes but the media failed; with `blame` (the agent's own phone did not take it) the agent is
    not responding until they say otherwise."""
    offer, contact = await _live_offer(tx, contact_id)
    if offer is None or offer.agent_id != agent_id:
        return False
    ended = await _end_and_requeue(
        tx, offer, contact, OfferState.WITHDRAWN, reason, (OfferState.ACCEPTING,), not_responding=blame
    )
    return ended is not None


async def withdraw_all_of(tx: Transaction, agent_id: UUID, reason: str) -> int:
    """Take back every pending offer of an agent who left (R18); returns how many. Work in hand stays."""
    count = 0
    for offer in await offers.live_of_agent(tx, agent_id):
        if offer.state == OfferState.PENDING:
            count += await withdraw_offer(tx, contact_id=offer.contact_id, agent_id=agent_id, reason=reason)
    return count


async def _withdraw(
    tx: Transaction, offer: Offer, contact: Contact, reason: str, source: OfferState
) -> Offer | None:
    return await _end_and_requeue(tx, offer, contact, OfferState.WITHDRAWN, reason, (source,))


async def _end_and_requeue(
    tx: Transaction,
    offer: Offer,
    contact: Contact,
    state: OfferState,
    reason: str,
    sources: tuple[OfferState, ...],
    *,
    not_responding: bool = False,
) -> Offer | None:
    ended = await offers.end(tx, offer.id, state, reason=reason, sources=sources)
    if ended is None:
        return None
    contact = await contact_rows.move(tx, contact.id, ContactMove.REQUEUE)
    await agent_states.release_load(tx, offer.agent_id, offer.cost, not_responding=not_responding)
    name = await _agent_name(tx, offer.agent_id)
    await touchpoints.append(
        tx,
        contact.subject,
        f"offer.{state.value}",
        data={"agent": name, "reason": reason},
        once=str(offer.id),
    )
    await mark_contact(tx, contact.id)
    await tx.publish(OfferEnded(ended, contact))
    await tx.publish(ContactQueued(contact))
    return ended


async def connected(tx: Transaction, *, offer_id: UUID, now: datetime) -> Contact | None:
    """Agent and customer are together. None when the offer is not accepting any more (late proof)."""
    found = await offers.get(tx, offer_id)
    if found is None:
        return None
    await contact_rows.get_for_update(tx, found.contact_id)
    offer = await offers.confirm(tx, offer_id)
    if offer is None:
        return None
    contact = await contact_rows.move(
        tx, offer.contact_id, ContactMove.CONNECT, {"agent_id": offer.agent_id, "accepted_at": now}
    )
    name = await _agent_name(tx, offer.agent_id)
    waited = int((now - contact.queued_at).total_seconds()) if contact.queued_at else 0
    data = {"agent": name, "waited_seconds": waited}
    await touchpoints.append(tx, contact.subject, "contact.connected", data=data, once=str(offer.id))
    await mark_contact(tx, contact.id)
    await tx.publish(ContactConnected(offer, contact))
    return contact


async def customer_left(
    tx: Transaction, contact_id: UUID, *, now: datetime, ended_by: str = "customer"
) -> Contact:
    """The customer is gone, whatever the state: self-service and queue are abandoned (R15), a conversation goes
    to wrap-up, a closed contact stays as it is."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    match contact.state:
        case ContactState.NEW | ContactState.SELF_SERVICE:
            closed = await contacts.close(tx, contact_id, Outcome.ABANDONED_IN_SELF_SERVICE, now=now)
            return closed or contact
        case ContactState.QUEUED:
            return await _abandon(tx, contact, now)
        case ContactState.OFFERED:
            offer = await offers.live_of_contact(tx, contact_id)
            if offer is not None:
                await _end_without_requeue(tx, offer, contact, "abandoned")
            return await _abandon(tx, contact, now)
        case ContactState.ACTIVE:
            return await start_wrap_up(tx, contact_id, now=now, ended_by=ended_by)
        case ContactState.WRAP_UP | ContactState.CLOSED:
            return contact


async def _abandon(tx: Transaction, contact: Contact, now: datetime) -> Contact:
    waited = int((now - contact.queued_at).total_seconds()) if contact.queued_at else 0
    closed = await contacts.close(
        tx, contact.id, Outcome.ABANDONED_IN_QUEUE, now=now, data={"waited_seconds": waited}
    )
    await mark_contact(tx, contact.id)
    return closed or contact


async def _end_without_requeue(tx: Transaction, offer: Offer, contact: Contact, reason: str) -> None:
    ended = await offers.end(
        tx, offer.id, OfferState.WITHDRAWN, reason=reason, sources=(OfferState.PENDING, OfferState.ACCEPTING)
    )
    if ended is None:
        return
    await agent_states.release_load(tx, offer.agent_id, offer.cost)
    name = await _agent_name(tx, offer.agent_id)
    await touchpoints.append(
        tx, contact.subject, "offer.withdrawn", data={"agent": name, "reason": reason}, once=str(offer.id)
    )
    await tx.publish(OfferEnded(ended, contact))


async def start_wrap_up(tx: Transaction, contact_id: UUID, *, now: datetime, ended_by: str) -> Contact:
    """The conversation is over: capacity is given back and the wrap-up begins, once. A contact that is not
    active is returned as it is."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.state != ContactState.ACTIVE:
        return contact
    offer = await offers.live_of_contact(tx, contact_id)
    seconds = await tx.fetchval("select wrap_up_seconds from queues where id = $1", contact.queue_id) or 0
    until = now + timedelta(seconds=seconds)
    contact = await contact_rows.move(
        tx, contact_id, ContactMove.START_WRAP_UP, {"ended_at": now, "wrap_up_until": until}
    )
    ended = None
    if offer is not None:
        ended = await offers.end(
            tx, offer.id, OfferState.ENDED, reason=f"ended_by_{ended_by}", sources=(OfferState.ACCEPTED,)
        )
        await agent_states.finish_work(
            tx, offer.agent_id, offer.cost, contact_id=contact_id, wrap_up_until=until
        )
    talked = int((now - contact.accepted_at).total_seconds()) if contact.accepted_at else 0
    data = {"ended_by": ended_by, "handled_seconds": talked}
    await touchpoints.append(tx, contact.subject, "contact.ended", data=data, once=str(contact.routing_round))
    if ended is not None:
        await tx.publish(WrapUpStarted(ended, contact))
    await mark_contact(tx, contact_id)
    return contact


async def requeue_active(tx: Transaction, contact_id: UUID, *, reason: str) -> Contact | None:
    """The agent was lost in mid-conversation: the customer goes back to the queue at the old place. None when
    the contact is not active."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    offer = await offers.live_of_contact(tx, contact_id)
    if contact.state != ContactState.ACTIVE or offer is None:
        return None
    ended = await offers.end(tx, offer.id, OfferState.ENDED, reason=reason, sources=(OfferState.ACCEPTED,))
    contact = await contact_rows.move(tx, contact_id, ContactMove.REQUEUE, {"agent_id": None})
    await agent_states.finish_work(tx, offer.agent_id, offer.cost, contact_id=contact_id, wrap_up_until=None)
    name = await _agent_name(tx, offer.agent_id)
    await touchpoints.append(
        tx, contact.subject, "contact.requeued", data={"agent": name, "reason": reason}, once=str(offer.id)
    )
    await mark_contact(tx, contact_id)
    await tx.publish(ContactReleased(ended or offer, contact))
    await tx.publish(ContactQueued(contact))
    return contact


async def complete_wrap_up(
    tx: Transaction, contact_id: UUID, *, now: datetime, dispositions: list[str] | None, by: str
) -> Contact:
    """Close the contact and free its agent. `dispositions` None means the deadline passed without any. A closed
    contact is returned as it is."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.state == ContactState.CLOSED:
        return contact
    if contact.state != ContactState.WRAP_UP or contact.agent_id is None:
        raise NotYourContact("this contact is not in wrap-up")
    if dispositions:
        await contacts.set_dispositions(tx, contact_id, dispositions)
    await agent_states.end_wrap_up(tx, contact.agent_id, contact_id)
    name = await _agent_name(tx, contact.agent_id)
    await touchpoints.append(
        tx,
        contact.subject,
        "wrap_up.completed",
        actor=touchpoints.agent(contact.agent_id, name),
        data={"dispositions": dispositions or [], "by": by},
        once=str(contact.routing_round),
    )
    closed = await contacts.close(tx, contact_id, Outcome.HANDLED, now=now)
    await tx.publish(AgentStateChanged(contact.agent_id))
    return closed or contact


async def extend_wrap_up(tx: Transaction, contact_id: UUID, *, now: datetime) -> Contact:
    """Thirty seconds more (WCAG 2.2.1). Raises NotYourContact when the wrap-up is over."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.state != ContactState.WRAP_UP or contact.agent_id is None:
        raise NotYourContact("the wrap-up of this contact is over")
    until = max(contact.wrap_up_until or now, now) + WRAP_UP_EXTENSION
    agent_id = contact.agent_id
    await agent_states.extend_wrap_up(tx, agent_id, contact_id, until)
    contact = await contact_rows.change(tx, contact_id, {"wrap_up_until": until})
    await tx.publish(ContactChanged(contact))
    await tx.publish(AgentStateChanged(agent_id))
    return contact


async def _own_offer(tx: Transaction, offer_id: UUID, agent_id: UUID) -> tuple[Offer, Contact]:
    found = await offers.get(tx, offer_id)
    if found is None or found.agent_id != agent_id:
        raise OfferNotFound("there is no such offer for you")
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    return await offers.get(tx, offer_id) or found, contact


async def _live_offer(tx: Transaction, contact_id: UUID) -> tuple[Offer | None, Contact]:
    contact = await contact_rows.get_for_update(tx, contact_id)
    return await offers.live_of_contact(tx, contact_id), contact


async def _agent_name(tx: Transaction, agent_id: UUID) -> str:
    name: str | None = await tx.fetchval("select display_name from agents where id = $1", agent_id)
    return name or ""


def _why_gone(offer: Offer) -> str:
    match offer.state:
        case OfferState.TIMED_OUT | OfferState.PENDING:
            return "the offer's time is up; the contact is offered to somebody else"
        case OfferState.WITHDRAWN if offer.reason == "abandoned":
            return "the customer has left"
        case OfferState.WITHDRAWN:
            return "the offer was withdrawn"
        case OfferState.REJECTED:
            return "you declined this offer"
        case _:
            return "the offer is over"
