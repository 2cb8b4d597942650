"""An agent begins a contact: it is in the agent's hands at once, offered to nobody and asked of nobody.

The channel opens the contact and rings; here the agent's capacity is taken under the lock of the agent's row, and the
offer is accepted the moment it is made. From then on everything goes as after any accepted offer.
"""

from datetime import datetime, timedelta
from uuid import UUID

from app.agents import states as agent_states
from app.agents.presence import Presence
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactMove
from app.core.db import Transaction
from app.core.ids import new_id
from app.routing import offers
from app.routing.errors import AgentNotFree
from app.routing.events import OfferAccepting, OfferMade
from app.routing.offers import Offer
from app.routing.queueing import mark_contact

COST = 1  # units of a call
NO_EPOCH = 0  # no router made this offer


async def take_in_hand(
    tx: Transaction, contact_id: UUID, agent_id: UUID, *, now: datetime, timeout: timedelta
) -> Offer:
    """Put a `new` contact into the agent's hands: an offer that is `accepting`, whose connection may take `timeout`.
    Raises AgentNotFree with the reason, or ContactMovedOn."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    row = await tx.fetchrow(
        """select a.is_enabled, s.presence, s.is_connected, s.wrap_up_until, s.units - s.used_units as room
           from agent_states s join agents a on a.id = s.agent_id where s.agent_id = $1 for update of s""",
        agent_id,
    )
    if row is None or not row["is_enabled"] or not row["is_connected"] or row["presence"] == Presence.OFFLINE:
        raise AgentNotFree("start your shift first; the console must be open")
    if row["wrap_up_until"] is not None:
        raise AgentNotFree("finish the wrap-up of your last contact first")
    if row["room"] < COST:
        raise AgentNotFree("you have a contact in hand or ringing; finish it first")
    changes = {"routing_round": contact.routing_round + 1, "queued_at": now, "item_since": now}
    contact = await contact_rows.move(tx, contact_id, ContactMove.TAKE, changes)
    await tx.execute(
        """update agent_states set used_units = used_units + $2, activity_since = switchboard_now(),
             version = version + 1 where agent_id = $1""",
        agent_id,
        COST,
    )
    new = (new_id(), contact.id, agent_id, contact.routing_round, COST, None, False, False)
    made = (await offers.insert_many(tx, [new], epoch=NO_EPOCH))[0]
    offer = await offers.accept(tx, made.id, expires_at=now + timeout)
    assert offer is not None  # noqa: S101 -- made in this transaction, without a deadline
    await mark_contact(tx, contact.id)
    await agent_states.mark_for_router(tx, agent_id)
    await tx.publish_many([OfferMade(offer, contact)])
    await tx.publish(OfferAccepting(offer, contact))
    return offer
