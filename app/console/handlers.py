"""Writes what agents should see into their streams, in the transaction of the change itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from app.agents.events import AgentStateChanged, AgentUnavailable
from app.console import views
from app.console.streams import agent_stream
from app.contacts import repository as contact_rows
from app.contacts.events import ContactChanged, ContactClosed
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core import streams
from app.core.db import Transaction
from app.core.events import EventRegistry
from app.routing import service as routing
from app.routing.events import (
    ContactConnected,
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
    registry.subscribe(OfferMade, on_offer_made)
    registry.subscribe(OfferAccepting, on_offer_accepting)
    registry.subscribe(OfferEnded, on_offer_ended)
    registry.subscribe(ContactConnected, on_contact_connected)
    registry.subscribe(ContactReleased, on_contact_released)
    registry.subscribe(WrapUpStarted, on_wrap_up_started)
    registry.subscribe(ContactChanged, on_contact_changed)
    registry.subscribe(ContactClosed, on_contact_closed)


async def _tell(tx: Transaction, agent_id: UUID, event_type: str, body: dict[str, Any]) -> None:
    await streams.append(tx, agent_stream(agent_id), event_type, body)


def _json(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


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


async def on_offer_made(tx: Transaction, event: OfferMade) -> None:
    """Ring, with everything the agent should know."""
    view = await views.offer_view(tx, event.offer, event.contact)
    await _tell(tx, event.offer.agent_id, "offer.made", {"offer": _json(view)})
    await _tell_state(tx, event.offer.agent_id)


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
