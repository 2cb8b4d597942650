"""Writes what agents should see into their streams, in the transaction of the change itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, TypeAdapter

from app.agents.events import AgentStateChanged, AgentUnavailable
from app.console import views
from app.console.message_views import message_view
from app.console.streams import agent_stream
from app.contacts import repository as contact_rows
from app.contacts.events import ContactChanged, ContactClosed
from app.contacts.lifecycle import ContactState
from app.contacts.messages import MessageAdded, MessageChanged
from app.contacts.models import Contact
from app.core import streams
from app.core.db import Transaction
from app.core.events import EventRegistry
from app.routing import service as routing
from app.routing.events import (
    ContactConnected,
    ContactHandedOver,
    ContactReleased,
    OfferAccepting,
    OfferEnded,
    OfferMade,
    WrapUpStarted,
)

_TIME = TypeAdapter(datetime | None)  # writes times as the models do


def subscribe(registry: EventRegistry) -> None:
    """Connect this module to the events below it."""
    registry.subscribe(AgentStateChanged, on_agent_state_changed)
    registry.subscribe(AgentUnavailable, on_agent_unavailable)
    registry.subscribe_many(OfferMade, on_offers_made)
    registry.subscribe(OfferAccepting, on_offer_accepting)
    registry.subscribe(OfferEnded, on_offer_ended)
    registry.subscribe(ContactConnected, on_contact_connected)
    registry.subscribe(ContactReleased, on_contact_released)
    registry.subscribe(ContactHandedOver, on_contact_handed_over)
    registry.subscribe(WrapUpStarted, on_wrap_up_started)
    registry.subscribe(ContactChanged, on_contact_changed)
    registry.subscribe(ContactClosed, on_contact_closed)
    registry.subscribe(MessageAdded, on_message_added)
    registry.subscribe(MessageChanged, on_message_changed)


async def _tell(tx: Transaction, agent_id: UUID, event_type: str, body: dict[str, Any]) -> None:
    await streams.append(tx, agent_stream(agent_id), event_type, body)


def _json(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


def _raw(model: BaseModel) -> orjson.Fragment:
    """The same as JSON text, which is written as it is: half the work where many are told at once."""
    return orjson.Fragment(model.model_dump_json())


async def _tell_state(tx: Transaction, agent_id: UUID) -> None:
    state = await views.agent_state(tx, agent_id)
    await _tell(tx, agent_id, "agent.state_changed", {"agent": _json(state)})


async def _tell_contact(tx: Transaction, agent_id: UUID, contact: Contact) -> None:
    view = await views.contact_view(tx, contact, locale=await views.agent_locale(tx, agent_id))
    await _tell(tx, agent_id, "contact.changed", {"contact": _json(view)})


async def on_agent_state_changed(tx: Transaction, event: AgentStateChanged) -> None:
    """Presence or connection."""
    await _tell_state(tx, event.agent_id)


async def on_agent_unavailable(tx: Transaction, event: AgentUnavailable) -> None:
    """Nobody rings an agent who has gone (R18)."""
    await routing.withdraw_all_of(tx, event.agent_id, event.reason)


async def on_offers_made(tx: Transaction, events: Sequence[OfferMade]) -> None:
    """Ring, with everything the agents should know."""
    made = await views.offer_views(tx, [(event.offer, event.contact) for event in events])
    agents = list(dict.fromkeys(event.offer.agent_id for event in events))
    told = [
        (agent_stream(event.offer.agent_id), "offer.made", {"offer": _raw(view)})
        for event, view in zip(events, made, strict=True)
    ]
    told += [
        (agent_stream(state.agent_id), "agent.state_changed", {"agent": _raw(state)})
        for state in await views.agent_states(tx, agents)
    ]
    await streams.append_many(tx, told)


async def on_offer_accepting(tx: Transaction, event: OfferAccepting) -> None:
    """The media is being connected."""
    body = {
        "offer_id": str(event.offer.id),
        "contact_id": str(event.contact.id),
        "expires_at": _TIME.dump_python(event.offer.expires_at, mode="json"),
    }
    await _tell(tx, event.offer.agent_id, "offer.accepting", body)


async def _tell_offer_ended(tx: Transaction, event: OfferEnded | ContactConnected) -> None:
    body = {
        "offer_id": str(event.offer.id),
        "contact_id": str(event.contact.id),
        "state": event.offer.state.value,
        "reason": event.offer.reason,
        "taken_by": event.taken_by if isinstance(event, OfferEnded) else None,
    }
    await _tell(tx, event.offer.agent_id, "offer.ended", body)
    await _tell_state(tx, event.offer.agent_id)


async def on_offer_ended(tx: Transaction, event: OfferEnded) -> None:
    """Stop ringing."""
    await _tell_offer_ended(tx, event)


async def on_contact_connected(tx: Transaction, event: ContactConnected) -> None:
    """The offer became a contact in hand."""
    await _tell_offer_ended(tx, event)
    await _tell_contact(tx, event.offer.agent_id, event.contact)


async def on_contact_released(tx: Transaction, event: ContactReleased) -> None:
    """The contact went back to its queue."""
    await _tell(tx, event.offer.agent_id, "contact.removed", {"contact_id": str(event.contact.id)})
    await _tell_state(tx, event.offer.agent_id)


async def on_contact_handed_over(tx: Transaction, event: ContactHandedOver) -> None:
    """It goes from one work list to the other."""
    await _tell(tx, event.before.agent_id, "contact.removed", {"contact_id": str(event.contact.id)})
    await _tell_state(tx, event.before.agent_id)
    await _tell_state(tx, event.offer.agent_id)
    await _tell_contact(tx, event.offer.agent_id, event.contact)


async def on_wrap_up_started(tx: Transaction, event: WrapUpStarted) -> None:
    """The conversation is over."""
    await _tell_contact(tx, event.offer.agent_id, event.contact)
    await _tell_state(tx, event.offer.agent_id)


async def on_contact_changed(tx: Transaction, event: ContactChanged) -> None:
    """Only the agent who has it in hand is told."""
    contact = await contact_rows.get(tx, event.contact.id)
    if contact.agent_id is not None and contact.state in (ContactState.ACTIVE, ContactState.WRAP_UP):
        await _tell_contact(tx, contact.agent_id, contact)


async def on_contact_closed(tx: Transaction, event: ContactClosed) -> None:
    """It leaves the work list."""
    if event.contact.agent_id is not None:
        await _tell(tx, event.contact.agent_id, "contact.removed", {"contact_id": str(event.contact.id)})


async def on_message_added(tx: Transaction, event: MessageAdded) -> None:
    """Whoever has the conversation in hand reads along."""
    contact = event.contact
    if contact.agent_id is not None and contact.state == ContactState.ACTIVE:
        body = {"contact_id": str(contact.id), "message": _json(message_view(event.message))}
        await _tell(tx, contact.agent_id, "message.added", body)


async def on_message_changed(tx: Transaction, event: MessageChanged) -> None:
    """Also while the agent codes the outcome, and when the message is of an earlier contact of the conversation."""
    row = await tx.fetchrow(
        """select c.id, c.agent_id from conversations v join contacts c on c.id = v.contact_id
           where v.id = $1 and c.state in ('active', 'wrap_up')""",
        event.message.conversation_id,
    )
    if row is not None and row["agent_id"] is not None:
        body = {"contact_id": str(row["id"]), "message": _json(message_view(event.message))}
        await _tell(tx, row["agent_id"], "message.changed", body)
