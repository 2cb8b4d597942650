"""The life of an offer: made by the router, answered by the agent, ended by time, failure or departure.

Any node may run these; the database decides every race. Each function is one change: contact, agent load, offer,
touchpoint, events, and a mark that makes the router look again. None of them trusts the router's memory.
"""

from datetime import datetime, timedelta
from uuid import UUID

from app.agents import states as agent_states
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactMove
from app.contacts.models import Contact
from app.core.db import Reader, Transaction
from app.routing import callback_rows, offers
from app.routing.errors import AnswerOnPhone, OfferNoLongerAvailable, OfferNotFound
from app.routing.events import ContactConnected, ContactQueued, OfferAccepting, OfferEnded
from app.routing.locks import hold
from app.routing.offers import Offer, OfferState
from app.routing.queueing import mark_contact
from app.touchpoints import log as touchpoints


async def accept_offer(
    tx: Transaction,
    *,
    offer_id: UUID,
    agent_id: UUID,
    now: datetime,
    timeout: timedelta,
    by_phone: bool = False,
) -> Offer:
    """The agent says yes: on the page, or with `by_phone` at the telephone that is the offer. Where the contact rings
    at others too the first yes wins: their offers end with the reason `taken`. Raises OfferNotFound, AnswerOnPhone, or
    OfferNoLongerAvailable with the reason. Saying yes twice is answered alike."""
    offer, contact = await _own_offer(tx, offer_id, agent_id)
    if offer.state in (OfferState.ACCEPTING, OfferState.ACCEPTED):
        return offer
    if offer.state == OfferState.PENDING and offer.is_by_phone and not by_phone:
        raise AnswerOnPhone("your telephone is ringing; answer it there, or decline here")
    if contact.channel == callback_rows.CHANNEL:
        timeout += await callback_rows.dial_time(tx, contact.id)
    others = await _hold_ringing(tx, contact, but=offer) if offer.is_shared else []
    accepting = await offers.accept(tx, offer_id, expires_at=now + timeout)
    if accepting is None:
        raise OfferNoLongerAvailable(_why_gone(offer))
    name = await agent_name(tx, agent_id)
    actor = touchpoints.agent(agent_id, name)
    await touchpoints.append(tx, contact.subject, "offer.accepted", actor=actor, once=str(offer_id))
    for other in others:
        await end_without_requeue(tx, other, contact, offers.TAKEN, taken_by=name)
    await mark_contact(tx, contact.id)
    await tx.publish(OfferAccepting(accepting, contact))
    return await offers.get(tx, offer_id) or accepting  # a channel without media has connected it already


async def reject_offer(tx: Transaction, *, offer_id: UUID, agent_id: UUID) -> Offer:
    """The agent says no: this contact skips the agent, who stays free for others (R14). Others at whom it rings too are
    asked on."""
    offer, contact = await _own_offer(tx, offer_id, agent_id)
    if offer.state == OfferState.REJECTED:
        return offer
    ended = await _end_and_requeue(tx, offer, contact, OfferState.REJECTED, "rejected", (OfferState.PENDING,))
    if ended is None:
        raise OfferNoLongerAvailable(_why_gone(offer))
    return ended


async def expire_offer(tx: Transaction, *, contact_id: UUID, agent_id: UUID, now: datetime) -> bool:
    """The offer's time is up: the agent is not responding, the contact goes back to its place unless it rings at
    others too (R13). False when it is not due or no longer pending."""
    offer, contact = await _live_offer(tx, contact_id, agent_id)
    if offer is None or offer.state != OfferState.PENDING:
        return False
    if offer.expires_at is None or offer.expires_at > now:
        return False
    ended = await _end_and_requeue(
        tx, offer, contact, OfferState.TIMED_OUT, "timeout", (OfferState.PENDING,), not_responding=True
    )
    return ended is not None


async def miss_offer(tx: Transaction, *, offer_id: UUID, reason: str) -> bool:
    """The telephone that is this offer was not answered, or nobody there took the call: like an offer whose time is
    up, only sooner. False when it is not pending any more."""
    found = await offers.get(tx, offer_id)
    if found is None:
        return False
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    missed = await _end_and_requeue(
        tx,
        found,
        contact,
        OfferState.TIMED_OUT,
        reason,
        (OfferState.PENDING,),
        not_responding=True,
    )
    return missed is not None


async def expire_accepting(tx: Transaction, *, contact_id: UUID, now: datetime) -> bool:
    """The media did not join in time: back to the queue, without blame on the agent."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    offer = await offers.taken_of_contact(tx, contact_id)
    if (
        offer is None
        or offer.state != OfferState.ACCEPTING
        or offer.expires_at is None
        or offer.expires_at > now
    ):
        return False
    return await _withdraw(tx, offer, contact, "connect_timeout", OfferState.ACCEPTING) is not None


async def withdraw_offer(tx: Transaction, *, contact_id: UUID, agent_id: UUID, reason: str) -> bool:
    """Take back a pending offer of this agent; the contact goes back to its place unless it rings at others too. An
    accepting one stays: the agent has said yes, and it has a short deadline of its own. False when there is none."""
    offer, contact = await _live_offer(tx, contact_id, agent_id)
    if offer is None:
        return False
    return await _withdraw(tx, offer, contact, reason, OfferState.PENDING) is not None


async def fail_accepting(
    tx: Transaction, *, contact_id: UUID, agent_id: UUID, reason: str, blame: bool
) -> bool:
    """The agent said yes but the media failed; with `blame` (the agent's own phone did not take it) the agent is
    not responding until they say otherwise."""
    offer, contact = await _live_offer(tx, contact_id, agent_id)
    if offer is None:
        return False
    ended = await _end_and_requeue(
        tx, offer, contact, OfferState.WITHDRAWN, reason, (OfferState.ACCEPTING,), not_responding=blame
    )
    return ended is not None


async def withdraw_all_of(tx: Transaction, agent_id: UUID, reason: str) -> int:
    """Take back every pending offer of an agent who left (R18); returns how many. Work in hand stays."""
    pending = [o for o in await offers.live_of_agent(tx, agent_id) if o.state == OfferState.PENDING]
    if len(pending) > 1:
        await hold(tx, [(offer.contact_id, agent_id) for offer in pending], wait=True)
    count = 0
    for offer in pending:
        count += await withdraw_offer(tx, contact_id=offer.contact_id, agent_id=agent_id, reason=reason)
    return count


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
    name = await agent_name(tx, offer.agent_id)
    waited = int((now - contact.queued_at).total_seconds()) if contact.queued_at else 0
    data = {"agent": name, "waited_seconds": waited}
    await touchpoints.append(tx, contact.subject, "contact.connected", data=data, once=str(offer.id))
    await mark_contact(tx, contact.id)
    await tx.publish(ContactConnected(offer, contact))
    return contact


async def stop_ringing(tx: Transaction, contact: Contact, reason: str) -> list[Offer]:
    """End every pending or accepting offer of a contact that goes elsewhere, under its lock; returns what they were."""
    ringing = await _hold_ringing(tx, contact)
    for offer in ringing:
        await end_without_requeue(tx, offer, contact, reason)
    return ringing


async def hold_live(tx: Transaction, contact: Contact) -> list[Offer]:
    """The contact's live offers, under its lock. Where there are several, their agents are locked in their order, so
    that two who end several offers never wait for each other."""
    live = await offers.live_of_contact(tx, contact.id)
    if len(live) > 1:
        await hold(tx, [(contact.id, offer.agent_id) for offer in live], wait=True)
    return live


async def _hold_ringing(tx: Transaction, contact: Contact, *, but: Offer | None = None) -> list[Offer]:
    return [
        offer
        for offer in await hold_live(tx, contact)
        if offer.state != OfferState.ACCEPTED and (but is None or offer.id != but.id)
    ]


async def end_without_requeue(
    tx: Transaction, offer: Offer, contact: Contact, reason: str, *, taken_by: str | None = None
) -> None:
    """End a pending or accepting offer of a contact that goes elsewhere, or to the agent `taken_by`; the agent is free,
    the idle clock stays."""
    ended = await offers.end(
        tx, offer.id, OfferState.WITHDRAWN, reason=reason, sources=(OfferState.PENDING, OfferState.ACCEPTING)
    )
    if ended is None:
        return
    await agent_states.release_load(tx, offer.agent_id, offer.cost)
    data = {"agent": await agent_name(tx, offer.agent_id), "reason": reason}
    if taken_by is not None:
        data["taken_by"] = taken_by
    await touchpoints.append(tx, contact.subject, "offer.withdrawn", data=data, once=str(offer.id))
    await tx.publish(OfferEnded(ended, contact, taken_by))


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
    rings_on = offer.is_shared and bool(await offers.live_of_contact(tx, contact.id))
    if not rings_on:
        contact = await contact_rows.move(tx, contact.id, ContactMove.REQUEUE)
    await agent_states.release_load(tx, offer.agent_id, offer.cost, not_responding=not_responding)
    name = await agent_name(tx, offer.agent_id)
    await touchpoints.append(
        tx,
        contact.subject,
        f"offer.{state.value}",
        data={"agent": name, "reason": reason},
        once=str(offer.id),
    )
    await mark_contact(tx, contact.id)
    await tx.publish(OfferEnded(ended, contact))
    if not rings_on:
        await tx.publish(ContactQueued(contact))
    return ended


async def _own_offer(tx: Transaction, offer_id: UUID, agent_id: UUID) -> tuple[Offer, Contact]:
    found = await offers.get(tx, offer_id)
    if found is None or found.agent_id != agent_id:
        raise OfferNotFound("there is no such offer for you")
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    return await offers.get(tx, offer_id) or found, contact


async def _live_offer(tx: Transaction, contact_id: UUID, agent_id: UUID) -> tuple[Offer | None, Contact]:
    contact = await contact_rows.get_for_update(tx, contact_id)
    live = await offers.live_of_contact(tx, contact_id)
    return next((offer for offer in live if offer.agent_id == agent_id), None), contact


async def agent_name(reader: Reader, agent_id: UUID) -> str:
    """What colleagues call the agent; empty when there is no such agent."""
    name: str | None = await reader.fetchval("select display_name from agents where id = $1", agent_id)
    return name or ""


def _why_gone(offer: Offer) -> str:
    match offer.state:
        case OfferState.TIMED_OUT | OfferState.PENDING:
            return "the offer's time is up; the contact is offered to somebody else"
        case OfferState.WITHDRAWN if offer.reason == "abandoned":
            return "the customer has left"
        case OfferState.WITHDRAWN if offer.reason == offers.TAKEN:
            return "a colleague was first to take it"
        case OfferState.WITHDRAWN:
            return "the offer was withdrawn"
        case OfferState.REJECTED:
            return "you declined this offer"
        case _:
            return "the offer is over"
