"""Makes the router's decisions true: many offers in a handful of statements, each decided by the tables alone.

Nobody is waited for. What an offer touches is locked first (`locks.py`); what somebody else is changing stays out and
is tried again. Both compare-and-sets of an offer must hit: the contact is still queued, the agent is still there, free
and available. An offer of a contact that rings already (R30) is the same, with those at whom it rings compared. The
unique indexes on live offers are the last word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.agents.presence import Presence
from app.contacts import lifecycle
from app.contacts.lifecycle import ContactMove, ContactState
from app.contacts.models import COLUMNS, Contact, contact_of
from app.core.db import Record, Transaction
from app.core.ids import new_id
from app.routing import callback_rows, capacity, offers
from app.routing.events import OfferMade
from app.routing.locks import Held, hold
from app.routing.offers import Offer, OfferState
from app.touchpoints import log as touchpoints
from app.touchpoints.log import Line

SPOKEN = ("voice", callback_rows.CHANNEL)  # channels whose agents need a telephone


@dataclass(frozen=True, slots=True)
class Proposal:
    """A contact for an agent, until `expires_at` (None: until it is answered), as one of up to `ring` at once."""

    contact_id: UUID
    agent_id: UUID
    expires_at: datetime | None
    cost: int = 1  # units, unless its channel takes a message slot
    ring: int = 1


class Refusal(StrEnum):
    """Why there is no offer."""

    CONTACT_BUSY = "contact_busy"  # somebody is changing the contact: try again in a moment
    AGENT_BUSY = "agent_busy"  # somebody is changing the agent
    NOT_SO = "not_so"  # the contact does not wait (nor ring together), or the agent is not free


async def make_offers(tx: Transaction, proposals: Sequence[Proposal], *, epoch: int) -> list[Offer | Refusal]:
    """Offers and refusals in the order of the proposals, each decided as if it came alone."""
    held = await hold(tx, [(p.contact_id, p.agent_id) for p in proposals], wait=False)
    room = {agent_id: row["units"] - row["used_units"] for agent_id, row in held.agents.items()}
    slots = {agent_id: row["free_slots"] for agent_id, row in held.agents.items()}
    ringing = await _ringing(tx, held)
    outcomes: list[Offer | Refusal] = []
    taken: list[tuple[int, Proposal]] = []
    for place, proposal in enumerate(proposals):
        outcomes.append(Refusal.NOT_SO)
        if proposal.contact_id not in held.contacts:
            outcomes[place] = Refusal.CONTACT_BUSY
        elif proposal.agent_id not in held.agents:
            outcomes[place] = Refusal.AGENT_BUSY
        elif (
            (asked := ringing.get(proposal.contact_id)) is not None
            and len(asked) < proposal.ring
            and proposal.agent_id not in asked
            and _is_available(held.agents[proposal.agent_id])
        ):
            is_text = capacity.takes_slot(held.contacts[proposal.contact_id]["channel"])
            left, takes = (slots, 1) if is_text else (room, proposal.cost)
            if left[proposal.agent_id] < takes:
                continue
            left[proposal.agent_id] -= takes
            asked.add(proposal.agent_id)
            if proposal.ring == 1:
                del ringing[proposal.contact_id]
            taken.append((place, replace(proposal, cost=0) if is_text else proposal))
    if taken:
        made = await _write(tx, [proposal for _, proposal in taken], held.agents, epoch)
        for (place, _), offer in zip(taken, made, strict=True):
            outcomes[place] = offer
    return outcomes


async def _ringing(tx: Transaction, held: Held) -> dict[UUID, set[UUID]]:
    """Of the contacts that may be offered: the agents at whom each rings already. Nobody, when it waits."""
    found: dict[UUID, set[UUID]] = {
        one: set() for one, contact in held.contacts.items() if contact["state"] == ContactState.QUEUED
    }
    offered = [one for one, contact in held.contacts.items() if contact["state"] == ContactState.OFFERED]
    if offered:
        for contact_id, live in (await offers.live_of_contacts(tx, offered)).items():
            if all(offer.is_shared and offer.state == OfferState.PENDING for offer in live):
                found[contact_id] = {offer.agent_id for offer in live}
    return found


def _is_available(agent: Record) -> bool:
    """The offer rule of last resort: whatever a router believes, an absent or disabled agent gets nothing."""
    return bool(
        agent["is_enabled"]
        and agent["presence"] == Presence.AVAILABLE
        and agent["is_connected"]
        and agent["not_responding_since"] is None
        and agent["wrap_up_until"] is None
        and not agent["is_engaged"]
    )


_CONTACTS = f"""
update contacts set state = $2, version = version + 1, routing_round = routing_round + 1
where id = any($1) and state = any($3) returning {COLUMNS}"""  # noqa: S608

_LOADS = """
update agent_states s set used_units = s.used_units + taken.cost, activity_since = switchboard_now(),
  version = s.version + 1
from (select agent_id, sum(cost) as cost from unnest($1::uuid[], $2::integer[]) as one(agent_id, cost)
      group by agent_id) taken
where s.agent_id = taken.agent_id and s.used_units + taken.cost <= s.units returning s.agent_id"""


async def _write(
    tx: Transaction, proposals: list[Proposal], agents: dict[UUID, Record], epoch: int
) -> list[Offer]:
    contacts = await _move(tx, list({proposal.contact_id for proposal in proposals}))
    agent_ids = [proposal.agent_id for proposal in proposals]
    loaded = await tx.fetch(_LOADS, agent_ids, [proposal.cost for proposal in proposals])
    if len(contacts) != len({proposal.contact_id for proposal in proposals}) or len(loaded) != len(
        set(agent_ids)
    ):
        raise RuntimeError("a locked row changed under an offer")  # cannot be: the locks are ours
    made = await offers.insert_many(
        tx,
        [
            (
                new_id(),
                p.contact_id,
                p.agent_id,
                contacts[p.contact_id].routing_round,
                p.cost,
                p.expires_at,
                p.ring > 1,
                _is_by_phone(contacts[p.contact_id], agents[p.agent_id]),
            )
            for p in proposals
        ],
        epoch=epoch,
    )
    lines = [
        (
            contacts[offer.contact_id].subject,
            Line("offer.made", str(offer.id), data={"agent": agents[offer.agent_id]["display_name"]}),
        )
        for offer in made
    ]
    await touchpoints.append_many(tx, lines)
    await tx.publish_many([OfferMade(offer, contacts[offer.contact_id]) for offer in made])
    return made


def _is_by_phone(contact: Contact, agent: Record) -> bool:
    """Whether the agent's telephone is to ring: what is spoken, to who is not at a browser phone."""
    return contact.channel in SPOKEN and agent["reached_by"] != "browser"


async def _move(tx: Transaction, contact_ids: list[UUID]) -> dict[UUID, Contact]:
    """Those that wait begin a round; those that ring go on with theirs."""
    move = ContactMove.OFFER
    rows = await tx.fetch(_CONTACTS, contact_ids, lifecycle.target(move), lifecycle.sources(move))
    moved = {row["id"]: contact_of(row) for row in rows}
    if rest := [one for one in contact_ids if one not in moved]:
        rows = await tx.fetch(
            f"select {COLUMNS} from contacts where id = any($1) and state = $2",  # noqa: S608
            rest,
            lifecycle.target(move),
        )
        moved |= {row["id"]: contact_of(row) for row in rows}
    return moved
