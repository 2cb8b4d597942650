"""A contact in hand goes on to another queue or another agent (R27): routing's half; the channel moves the customer.

The contact keeps its id and its history. It begins another wait; what it was asked for before (preferred or assigned
agent) is dropped, and its agent has a wrap-up as after any conversation, in which the contact itself has no part.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.agents import states as agent_states
from app.agents.presence import Presence
from app.contacts import repository as contact_rows
from app.contacts.errors import ContactMovedOn
from app.contacts.lifecycle import ContactMove, ContactState
from app.contacts.models import Contact
from app.core.db import Transaction
from app.core.errors import InvalidInput
from app.routing import offers
from app.routing.errors import AgentNotThere, NotYourContact
from app.routing.events import ContactQueued, ContactReleased
from app.routing.offering import agent_name
from app.routing.offers import Offer, OfferState
from app.routing.queueing import mark_contact, new_item
from app.touchpoints import log as touchpoints

PERSONAL_LIMIT = timedelta(seconds=30)  # how long an agent alone is asked, unless told


async def transfer_to_queue(
    tx: Transaction,
    contact_id: UUID,
    queue_id: UUID,
    *,
    by: UUID | None,
    now: datetime,
    keeps_age: bool = True,
    required_skills: dict[str, int] | None = None,
    priority: int | None = None,
) -> Contact:
    """Let the customer wait in a queue; with `keeps_age` at the place the first wait gives there. Skills and priority
    stay unless told. `by` is the agent who has the contact, None a supervisor. A queue that is full or closed does
    what its overflow rules say. Raises NotYourContact, ContactMovedOn, or InvalidInput for an unknown queue."""
    contact, offer = await in_hand(tx, contact_id, by)
    key = await tx.fetchval("select key from queues where id = $1", queue_id)
    if key is None:
        raise InvalidInput.of("queue_id", "there is no such queue; GET /queues lists them")
    changes: dict[str, Any] = {"queue_id": queue_id}
    if required_skills is not None:
        changes["required_skills"] = required_skills
    if priority is not None:
        changes["priority"] = priority
    return await _pass_on(tx, contact, offer, changes, {"to_queue": key}, keeps_age=keeps_age, now=now)


async def transfer_to_agent(
    tx: Transaction,
    contact_id: UUID,
    agent_id: UUID,
    *,
    by: UUID | None,
    now: datetime,
    limit: timedelta = PERSONAL_LIMIT,
    keeps_age: bool = True,
) -> Contact:
    """Let the customer wait for one agent alone, before everything else that waits for that agent. When `limit` is
    over, or the agent declines, misses it or goes offline, everybody of the contact's queue is asked. Raises
    NotYourContact, ContactMovedOn, InvalidInput for an unknown agent or the one who has it, or AgentNotThere."""
    contact, offer = await in_hand(tx, contact_id, by)
    if agent_id == offer.agent_id:
        raise InvalidInput.of("agent_id", "this agent has the contact already; choose somebody else")
    row = await tx.fetchrow(
        """select a.display_name, a.is_enabled, s.presence from agents a join agent_states s on s.agent_id = a.id
           where a.id = $1""",
        agent_id,
    )
    if row is None:
        raise InvalidInput.of("agent_id", "there is no such agent; GET /agents lists them")
    if not row["is_enabled"] or row["presence"] == Presence.OFFLINE:
        raise AgentNotThere(f"{row['display_name']} is not at work; choose somebody who is, or a queue")
    changes = {"assigned_agent": agent_id, "assigned_until": now + limit}
    told = {"to_agent": row["display_name"], "limit_seconds": int(limit.total_seconds())}
    contact = await _pass_on(tx, contact, offer, changes, told, keeps_age=keeps_age, now=now)
    await agent_states.mark_for_router(tx, agent_id)  # the agent serves a personal queue from now on
    return contact


async def in_hand(tx: Transaction, contact_id: UUID, by: UUID | None) -> tuple[Contact, Offer]:
    """A contact that somebody has, locked, with its offer. Raises ContactMovedOn, or NotYourContact when it is not
    `by` who has it (None: whoever)."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    offer = await offers.taken_of_contact(tx, contact_id)
    if contact.state != ContactState.ACTIVE or offer is None or offer.state != OfferState.ACCEPTED:
        raise ContactMovedOn("only a contact that somebody has in hand can be transferred")
    if by is not None and offer.agent_id != by:
        raise NotYourContact("this contact is not in your hands")
    return contact, offer


async def _pass_on(
    tx: Transaction,
    contact: Contact,
    offer: Offer,
    changes: dict[str, Any],
    told: dict[str, Any],
    *,
    keeps_age: bool,
    now: datetime,
) -> Contact:
    """End the agent's part and begin the next wait."""
    ended = await offers.end(
        tx, offer.id, OfferState.ENDED, reason="transferred", sources=(OfferState.ACCEPTED,)
    )
    seconds = await tx.fetchval("select wrap_up_seconds from queues where id = $1", contact.queue_id) or 0
    dropped = {
        "agent_id": None,
        "preferred_agent": None,
        "preferred_seconds": None,
        "assigned_agent": None,
        "assigned_until": None,
        "overflowed_from": [],
        **new_item(contact, now),
    }
    if not keeps_age:
        dropped |= {"queued_at": now, "age_credit": 0.0}
    moved = await contact_rows.move(tx, contact.id, ContactMove.REQUEUE, {**dropped, **changes})
    await agent_states.finish_work(
        tx,
        offer.agent_id,
        offer.cost,
        contact_id=contact.id,
        wrap_up_until=now + timedelta(seconds=seconds) if seconds else None,
    )
    name = await agent_name(tx, offer.agent_id)
    talked = int((now - contact.accepted_at).total_seconds()) if contact.accepted_at else 0
    data = {**told, "age": "keep" if keeps_age else "new", "handled_seconds": talked}
    actor = touchpoints.agent(offer.agent_id, name)
    once = str(contact.work_item)
    await touchpoints.append(tx, moved.subject, "contact.transferred", actor=actor, data=data, once=once)
    await mark_contact(tx, contact.id, is_arrival=True)
    await tx.publish(ContactReleased(ended or offer, moved))
    await tx.publish(ContactQueued(moved))
    return moved
