"""What a supervisor may do with a contact: change its place, move it, give it to an agent, take it back, end it.

Like `offering.py`: one change each, under the contact's lock, decided by the database. What the state does not allow
is refused with the reason; what is so already changes nothing, so a repeated command is harmless.
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.agents import states as agent_states
from app.agents.events import AgentStateChanged
from app.agents.presence import Presence
from app.agents.states import mark_for_router
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.errors import ControlRefused
from app.contacts.events import Control, ControlRequested
from app.contacts.lifecycle import ContactState, Outcome
from app.contacts.models import Contact
from app.core.db import Transaction
from app.core.errors import Conflict, InvalidInput
from app.routing import offers, unservable
from app.routing.conversation import requeue_active
from app.routing.offering import agent_name, fail_accepting, hold_live, stop_ringing, withdraw_offer
from app.routing.offers import Offer, OfferState
from app.routing.queueing import mark_contact, new_item
from app.routing.tables import TAKEN_BACK
from app.touchpoints import log as touchpoints

WAITING = (ContactState.QUEUED, ContactState.OFFERED)


class NotPossibleNow(Conflict):
    """The state of the contact, the agent or the queue does not allow the command; the detail says why."""

    code = "not_possible_now"
    title = "Not possible now"


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who gives the command, for the log."""

    id: UUID
    name: str

    @property
    def actor(self) -> touchpoints.Actor:
        """For touchpoints."""
        return touchpoints.agent(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a waiting contact stands and who may have it. `age_credit` in seconds."""

    queue_id: UUID
    priority: int
    age_credit: float
    assigned_agent: UUID | None
    assigned_until: datetime | None


async def direction(tx: Transaction, contact_id: UUID) -> Direction:
    """As the contact's row says; call under the contact's lock."""
    row = await tx.fetchrow(
        "select queue_id, priority, age_credit, assigned_agent, assigned_until from contacts where id = $1",
        contact_id,
    )
    assert row is not None  # noqa: S101 -- the caller holds the row
    return Direction(**dict(row.items()))


async def reprioritise(tx: Transaction, contact_id: UUID, priority: int, by: Supervisor) -> Contact:
    """Another priority (1 first … 9) for a waiting contact, at once. While it rings the offer stands, and the new
    priority counts if it comes back. Raises NotPossibleNow."""
    contact = await _waiting(tx, contact_id)
    if contact.priority == priority:
        return contact
    data = {"before": contact.priority, "priority": priority}
    return await _redirect(tx, contact, {"priority": priority}, "contact.reprioritised", data, by)


async def move_to_queue(
    tx: Transaction, contact_id: UUID, queue_id: UUID, *, keep_age: bool, now: datetime, by: Supervisor
) -> Contact:
    """Let a waiting contact wait in another queue. An offer that rings is withdrawn; whoever it was meant for
    (preferred or assigned agent) is forgotten. Without `keep_age` it starts at the end of the other queue: its place
    counts from now, while the time it has waited stays true. Raises NotPossibleNow or InvalidInput."""
    contact = await _waiting(tx, contact_id)
    queue = await tx.fetchrow("select name, is_closed from queues where id = $1", queue_id)
    if queue is None:
        raise InvalidInput.of("queue_id", "there is no such queue; GET /queues lists them")
    if contact.queue_id == queue_id:
        return contact
    if queue["is_closed"]:
        raise NotPossibleNow(f"the queue {queue['name']} is closed; open it first")
    contact = await _stop_ringing(tx, contact, "moved")
    changes: dict[str, Any] = {
        "queue_id": queue_id,
        "preferred_agent": None,
        "overflowed_from": [],
        **_FREE,
        **new_item(contact, now),  # limits of waiting count anew
    }
    if not keep_age and contact.queued_at is not None:
        changes["age_credit"] = -(now - contact.queued_at).total_seconds()
    data = {"queue": queue["name"], "age": "keep" if keep_age else "new"}
    return await _redirect(tx, contact, changes, "contact.moved", data, by)


async def assign(
    tx: Transaction,
    contact_id: UUID,
    agent_id: UUID,
    *,
    limit: timedelta | None,
    now: datetime,
    by: Supervisor,
) -> Contact:
    """Give a waiting contact to one agent, before everything else that waits for them: nobody else is asked, until
    `limit` is over, the agent declines, misses it or goes offline. Raises NotPossibleNow or InvalidInput."""
    contact = await _waiting(tx, contact_id)
    agent = await tx.fetchrow(
        """select a.display_name, a.is_enabled, s.presence from agents a join agent_states s on s.agent_id = a.id
           where a.id = $1""",
        agent_id,
    )
    if agent is None:
        raise InvalidInput.of("agent_id", "there is no such agent; GET /agents lists them")
    if not agent["is_enabled"]:
        raise NotPossibleNow(f"the account of {agent['display_name']} is disabled")
    if agent["presence"] == Presence.OFFLINE:
        raise NotPossibleNow(f"{agent['display_name']} is offline; choose somebody who is at work")
    before = await direction(tx, contact_id)
    if before.assigned_agent == agent_id and limit is None and before.assigned_until is None:
        return contact
    contact = await _stop_ringing(tx, contact, "assigned", but=agent_id)
    until = now + limit if limit is not None else None
    changes: dict[str, Any] = {"assigned_agent": agent_id, "assigned_until": until}
    data: dict[str, Any] = {
        "agent": agent["display_name"],
        "limit_seconds": int(limit.total_seconds()) if limit else None,
    }
    contact = await _redirect(tx, contact, changes, "contact.assigned", data, by)
    await mark_for_router(tx, agent_id)
    return contact


async def unassign(tx: Transaction, contact_id: UUID, by: Supervisor) -> Contact:
    """Everybody in the queue is asked again. A contact that is assigned to nobody stays as it is."""
    contact = await _waiting(tx, contact_id)
    before = await direction(tx, contact_id)
    if before.assigned_agent is None:
        return contact
    data = {"agent": await agent_name(tx, before.assigned_agent)}
    return await _redirect(tx, contact, dict(_FREE), "contact.unassigned", data, by)


async def end_assignment(tx: Transaction, offer: Offer) -> None:
    """The agent it was given to has declined or missed it: everybody is asked again. Under the contact's lock."""
    await tx.execute(
        """update contacts set assigned_agent = null, assigned_until = null, version = version + 1
           where id = $1 and assigned_agent = $2""",
        offer.contact_id,
        offer.agent_id,
    )


async def take_back(tx: Transaction, contact_id: UUID, by: Supervisor) -> Contact:
    """Take a contact from the agents it rings at or the one who holds it: it waits at its original place. Raises
    NotPossibleNow when nobody has it."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    live = await hold_live(tx, contact)
    if contact.state not in (ContactState.OFFERED, ContactState.ACTIVE) or not live:
        raise NotPossibleNow(f"nobody has this contact: it is {_words(contact.state)}")
    await tx.execute(
        "update contacts set assigned_agent = null, assigned_until = null where id = $1", contact_id
    )
    if contact.state == ContactState.ACTIVE:
        await requeue_active(tx, contact_id, reason=TAKEN_BACK)
        await tx.publish(AgentStateChanged(live[0].agent_id))
    else:
        for offer in live:
            await _withdraw(tx, offer, TAKEN_BACK)
    data = {"agent": ", ".join([await agent_name(tx, offer.agent_id) for offer in live])}
    await touchpoints.append(
        tx, contact.subject, "contact.taken_back", actor=by.actor, data=data, once=str(live[0].id)
    )
    return await contact_rows.get(tx, contact_id)


async def end(
    tx: Transaction, contact_id: UUID, outcome: Outcome, *, reason: str, now: datetime, by: Supervisor
) -> Contact:
    """Close a contact in whatever state it is: its offer, its conversation and its wrap-up end, its channel is told
    to hang up. Raises NotPossibleNow when it was closed with another outcome."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.state == ContactState.CLOSED:
        if contact.outcome == outcome.value:
            return contact
        raise NotPossibleNow(f"the contact is closed already, as {contact.outcome}")
    with contextlib.suppress(
        ControlRefused
    ):  # a channel with nothing left to hang up is no reason to stay open
        await tx.publish(ControlRequested(contact, by.id, Control.HANG_UP))
    offer = await offers.taken_of_contact(tx, contact_id)
    if offer is not None and offer.state == OfferState.ACCEPTED:
        await offers.end(
            tx, offer.id, OfferState.ENDED, reason="ended_by_supervisor", sources=(OfferState.ACCEPTED,)
        )
        await agent_states.finish_work(
            tx, offer.agent_id, offer.cost, contact_id=contact_id, wrap_up_until=None
        )
    await stop_ringing(tx, contact, "ended_by_supervisor")  # which tells those at whom it rang
    holder = offer.agent_id if offer is not None else contact.agent_id
    if contact.state == ContactState.WRAP_UP and contact.agent_id is not None:
        await agent_states.end_wrap_up(tx, contact.agent_id, contact_id)
    data = {"by": by.name, "reason": reason}
    closed = await contacts.close(tx, contact_id, outcome, now=now, data=data)
    await mark_contact(tx, contact_id)
    if holder is not None:
        await tx.publish(AgentStateChanged(holder))
    return closed or contact


_FREE: dict[str, Any] = {"assigned_agent": None, "assigned_until": None}


async def _waiting(tx: Transaction, contact_id: UUID) -> Contact:
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.state not in WAITING:
        raise NotPossibleNow(f"the contact does not wait: it is {_words(contact.state)}")
    return contact


async def _redirect(
    tx: Transaction,
    contact: Contact,
    changes: dict[str, Any],
    kind: str,
    data: dict[str, Any],
    by: Supervisor,
) -> Contact:
    changed = await contact_rows.change(tx, contact.id, changes)
    await touchpoints.append(tx, changed.subject, kind, actor=by.actor, data=data, once=str(changed.version))
    await mark_contact(tx, contact.id)
    await unservable.check_queued(tx, changed)
    await unservable.check_again(tx)
    return changed


async def _stop_ringing(
    tx: Transaction, contact: Contact, reason: str, *, but: UUID | None = None
) -> Contact:
    """Withdraw the contact's pending offers, but not that of the agent `but`. Raises NotPossibleNow when another agent
    has said yes already."""
    for offer in await hold_live(tx, contact):
        if offer.agent_id == but:
            continue
        if offer.state != OfferState.PENDING:
            raise NotPossibleNow(
                f"{await agent_name(tx, offer.agent_id)} has just accepted it; take it back first"
            )
        await withdraw_offer(tx, contact_id=contact.id, agent_id=offer.agent_id, reason=reason)
    return await contact_rows.get(tx, contact.id)


async def _withdraw(tx: Transaction, offer: Offer, reason: str) -> None:
    if offer.state == OfferState.PENDING:
        await withdraw_offer(tx, contact_id=offer.contact_id, agent_id=offer.agent_id, reason=reason)
    else:
        await fail_accepting(
            tx, contact_id=offer.contact_id, agent_id=offer.agent_id, reason=reason, blame=False
        )


def _words(state: ContactState) -> str:
    return state.value.replace("_", " ")
