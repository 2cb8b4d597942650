"""Queueing a contact, and the mark that makes the router look at it.

Lock order of everything routing does: contact, offer, agent state, then the streams of touchpoints and events.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.agents.states import ROUTER_TOPIC
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactMove
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import last_agent, redial
from app.routing.events import ContactQueued
from app.touchpoints import log as touchpoints


async def mark_contact(tx: Transaction, contact_id: UUID, *, is_arrival: bool = False) -> None:
    """Have the router look at this contact again. `is_arrival`: it begins to wait, so that a full or closed queue
    may still refuse it, even if another router takes over meanwhile."""
    await tx.execute(
        "insert into router_marks (kind, ref, is_arrival) values ('contact', $1, $2)", contact_id, is_arrival
    )
    tx.hint(ROUTER_TOPIC)


@dataclass(frozen=True, slots=True)
class QueueRequest:
    """Where a contact waits and what it needs. `age_credit`: seconds its place is older than its wait (R05)."""

    queue_id: UUID
    priority: int
    required_skills: dict[str, int]
    topic: str | None
    reason: str | None
    age_credit: float = 0.0


@dataclass(frozen=True, slots=True)
class Memory:
    """How long routing remembers: the place of a caller who left a queue, and who spoke with a customer last."""

    redial: timedelta = timedelta(minutes=5)
    last_agent: timedelta = timedelta(hours=72)


REMEMBER = Memory()


def new_item(contact: Contact, now: datetime) -> dict[str, Any]:
    """The columns of a wait that begins: whatever the router still decides about the one before is void."""
    return {"work_item": contact.work_item + 1, "item_since": now}


async def enqueue(
    tx: Transaction, contact_id: UUID, request: QueueRequest, *, now: datetime, memory: Memory = REMEMBER
) -> Contact:
    """Queue a contact that self-service did not solve. A caller who has just left this queue is given the old
    place; a customer who spoke with an agent of it is kept for that agent for as long as the queue says. Raises
    ContactMovedOn."""
    before = await contact_rows.get_for_update(tx, contact_id)
    place = await redial.take_place(tx, before, request.queue_id, now=now, within=memory.redial)
    preference = await last_agent.preference(tx, before, request.queue_id, now=now, within=memory.last_agent)
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
            "age_credit": max(request.age_credit, place.credit if place else 0.0),
            "overflowed_from": [],
            "preferred_agent": preference.agent_id if preference else None,
            "preferred_seconds": preference.seconds if preference else None,
            **new_item(before, now),
        },
    )
    data = {"topic": request.topic, "reason": request.reason, "priority": request.priority}
    await touchpoints.append(
        tx, contact.subject, "contact.queued", data=data, once=str(contact.routing_round)
    )
    if place is not None:
        data = {"from_contact": str(place.contact_id), "seconds": round(place.credit)}
        once = str(contact.work_item)
        await touchpoints.append(tx, contact.subject, "contact.place_kept", data=data, once=once)
    await mark_contact(tx, contact_id, is_arrival=True)
    await tx.publish(ContactQueued(contact))
    return contact
