"""How a contact in hand ends: the customer leaves, the agent is lost, the wrap-up runs and is completed.

Like `offering.py`: one change each, safe to run twice, decided by the database.
"""

from datetime import datetime, timedelta
from uuid import UUID

from app.agents import states as agent_states
from app.agents.events import AgentStateChanged
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.events import ContactChanged
from app.contacts.lifecycle import ContactMove, ContactState, Outcome
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import offers
from app.routing.errors import NotYourContact
from app.routing.events import ContactQueued, ContactReleased, WrapUpStarted
from app.routing.offering import agent_name, stop_ringing
from app.routing.offers import OfferState
from app.routing.queueing import mark_contact
from app.touchpoints import log as touchpoints

WRAP_UP_EXTENSION = timedelta(seconds=30)


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
            await stop_ringing(tx, contact, "abandoned")
            return await _abandon(tx, contact, now)
        case ContactState.ACTIVE:
            return await start_wrap_up(tx, contact_id, now=now, ended_by=ended_by)
        case ContactState.WRAP_UP | ContactState.CLOSED:
            return contact


async def start_wrap_up(tx: Transaction, contact_id: UUID, *, now: datetime, ended_by: str) -> Contact:
    """The conversation is over: capacity is given back and the wrap-up begins, once. A contact that is not
    active is returned as it is."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.state != ContactState.ACTIVE:
        return contact
    offer = await offers.taken_of_contact(tx, contact_id)
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
    offer = await offers.taken_of_contact(tx, contact_id)
    if contact.state != ContactState.ACTIVE or offer is None:
        return None
    ended = await offers.end(tx, offer.id, OfferState.ENDED, reason=reason, sources=(OfferState.ACCEPTED,))
    contact = await contact_rows.move(tx, contact_id, ContactMove.REQUEUE, {"agent_id": None})
    await agent_states.finish_work(tx, offer.agent_id, offer.cost, contact_id=contact_id, wrap_up_until=None)
    name = await agent_name(tx, offer.agent_id)
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
    name = await agent_name(tx, contact.agent_id)
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


async def _abandon(tx: Transaction, contact: Contact, now: datetime) -> Contact:
    waited = int((now - contact.queued_at).total_seconds()) if contact.queued_at else 0
    closed = await contacts.close(
        tx, contact.id, Outcome.ABANDONED_IN_QUEUE, now=now, data={"waited_seconds": waited}
    )
    await mark_contact(tx, contact.id)
    return closed or contact
