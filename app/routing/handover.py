"""A contact in hand goes to a colleague who is in the conversation already, without a wait in between.

Offer, load and contact move in one transaction: at every moment somebody has the contact, and one agent only.
"""

from datetime import datetime, timedelta
from uuid import UUID

from app.agents import states as agent_states
from app.contacts import repository as contact_rows
from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing import offers
from app.routing.errors import AgentNotThere
from app.routing.events import ContactHandedOver
from app.routing.offering import agent_name
from app.routing.offers import OfferState
from app.routing.queueing import mark_contact
from app.routing.transfer import in_hand
from app.touchpoints import log as touchpoints


async def hand_over(
    tx: Transaction, contact_id: UUID, agent_id: UUID, *, by: UUID | None, now: datetime
) -> Contact:
    """Give the contact to a colleague who is engaged with it (`agents.states.engage`): that engagement becomes work of
    their own, the agent who had the contact begins the wrap-up. `by` is the agent who has the contact, None when they
    were lost. Raises NotYourContact, ContactMovedOn, or AgentNotThere when the colleague has no capacity for it."""
    contact, offer = await in_hand(tx, contact_id, by)
    await tx.execute(
        "select from agent_states where agent_id = any($1) order by agent_id for update",
        [offer.agent_id, agent_id],
    )
    taken = await tx.fetchval(
        """update agent_states set used_units = used_units + $2, engagement = null,
             activity_since = switchboard_now(), version = version + 1
           where agent_id = $1 and agent_id <> $3 and used_units + $2 <= units returning true""",
        agent_id,
        offer.cost,
        offer.agent_id,
    )
    name = await agent_name(tx, agent_id)
    if not taken:
        raise AgentNotThere(f"{name} has other work and cannot take it over")
    ended = await offers.end(
        tx, offer.id, OfferState.ENDED, reason="transferred", sources=(OfferState.ACCEPTED,)
    )
    after = await offers.insert_accepted(tx, offer, agent_id)
    moved = await contact_rows.change(tx, contact_id, {"agent_id": agent_id})
    seconds = await tx.fetchval("select wrap_up_seconds from queues where id = $1", contact.queue_id) or 0
    await agent_states.finish_work(
        tx,
        offer.agent_id,
        offer.cost,
        contact_id=contact_id,
        wrap_up_until=now + timedelta(seconds=seconds) if seconds else None,
    )
    await agent_states.mark_for_router(tx, agent_id)
    since = offer.accepted_at or contact.accepted_at
    data = {"to_agent": name, "handled_seconds": int((now - since).total_seconds()) if since else 0}
    actor = touchpoints.agent(offer.agent_id, await agent_name(tx, offer.agent_id))
    await touchpoints.append(
        tx, moved.subject, "contact.transferred", actor=actor, data=data, once=str(after.id)
    )
    await mark_contact(tx, contact_id)
    await tx.publish(ContactHandedOver(ended or offer, after, moved))
    return moved
