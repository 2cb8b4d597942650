"""The console's commands and reads. Commands are idempotent and answered after their commit; what follows from
them arrives on the agent's stream."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.agents import states
from app.console import snapshot as snapshots
from app.console import views
from app.console.schemas import (
    AgentState,
    ConsoleSnapshot,
    ContactView,
    CustomerChoice,
    NewNote,
    NoteView,
    OfferAnswer,
    PresenceChange,
    TimelinePage,
    WrapUp,
)
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.errors import ContactNotFound, ControlRefused
from app.contacts.events import Control, ControlRequested
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core import streams
from app.core.auth import Permission, Principal
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput
from app.core.http import Read, Requires, Tx, database_of, problem_responses, settings_of
from app.customers import identify
from app.customers.models import Identity, IdentityKind
from app.intake import classifying
from app.routing import service as routing
from app.routing.errors import AnswerOnPhone, NotYourContact, OfferNoLongerAvailable, OfferNotFound
from app.touchpoints import timeline
from app.touchpoints.log import timeline_stream

router = APIRouter(tags=["console"])

ConsoleUser = Annotated[Principal, Depends(Requires(Permission.CONSOLE_USE))]
PresenceChanger = Annotated[Principal, Depends(Requires(Permission.PRESENCE_CHANGE_OWN))]
OfferAnswerer = Annotated[Principal, Depends(Requires(Permission.OFFERS_ANSWER))]
ContactHandler = Annotated[Principal, Depends(Requires(Permission.CONTACTS_HANDLE_OWN))]
CustomerReader = Annotated[Principal, Depends(Requires(Permission.CUSTOMERS_READ))]
CustomerConfirmer = Annotated[Principal, Depends(Requires(Permission.CUSTOMERS_CONFIRM))]
PageSize = Annotated[int, Query(ge=1, le=200)]


async def _now(reader: Reader) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now


async def _own_contact(tx: Transaction, contact_id: UUID, principal: Principal) -> Contact:
    """Another agent's contact is answered like one that does not exist."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.agent_id != principal.agent_id:
        raise NotYourContact("there is no such contact")
    return contact


@router.get("/console/snapshot", operation_id="console_snapshot")
async def console_snapshot(principal: ConsoleUser, request: Request) -> ConsoleSnapshot:
    """Everything the console shows, as of `seq` of the agent's stream."""
    async with database_of(request).read(snapshot=True) as reader:
        return await snapshots.snapshot(reader, principal.agent_id)


@router.put("/agents/me/presence", operation_id="set_presence")
async def set_presence(body: PresenceChange, principal: PresenceChanger, tx: Tx) -> AgentState:
    """Choose available, away (with a reason) or offline. Leaving available withdraws pending offers."""
    await states.set_presence(tx, principal.agent_id, body.presence, body.reason)
    return await views.agent_state(tx, principal.agent_id)


@router.post(
    "/offers/{offer_id}/accept",
    operation_id="accept_offer",
    responses=problem_responses(OfferNotFound, OfferNoLongerAvailable, AnswerOnPhone),
)
async def accept_offer(offer_id: UUID, principal: OfferAnswerer, request: Request, tx: Tx) -> OfferAnswer:
    """Say yes. 409 `offer_no_longer_available` when the time is up, the customer has left or it was withdrawn;
    `detail` says which. Saying yes twice gives the same answer. 409 `answer_on_phone` when the offer is
    your ringing telephone (`is_by_phone`)."""
    offer = await routing.accept_offer(
        tx,
        offer_id=offer_id,
        agent_id=principal.agent_id,
        now=await _now(tx),
        timeout=settings_of(request).accepting_timeout,
    )
    return OfferAnswer(offer_id=offer.id, state=offer.state)


@router.post(
    "/offers/{offer_id}/reject",
    operation_id="reject_offer",
    responses=problem_responses(OfferNotFound, OfferNoLongerAvailable),
)
async def reject_offer(offer_id: UUID, principal: OfferAnswerer, tx: Tx) -> OfferAnswer:
    """Say no: the contact goes to somebody else, you stay available."""
    offer = await routing.reject_offer(tx, offer_id=offer_id, agent_id=principal.agent_id)
    return OfferAnswer(offer_id=offer.id, state=offer.state)


@router.get(
    "/contacts/{contact_id}", operation_id="get_contact", responses=problem_responses(ContactNotFound)
)
async def get_contact(contact_id: UUID, principal: CustomerReader, tx: Read) -> ContactView:
    """One contact with its screen-pop."""
    contact = await contact_rows.get(tx, contact_id)
    return await views.contact_view(tx, contact, locale=principal.locale)


async def _control(tx: Transaction, contact_id: UUID, principal: Principal, control: Control) -> ContactView:
    contact = await _own_contact(tx, contact_id, principal)
    if contact.state != ContactState.ACTIVE:
        raise ControlRefused("the conversation is over")
    await tx.publish(ControlRequested(contact, principal.agent_id, control))
    return await views.contact_view(tx, await contact_rows.get(tx, contact_id), locale=principal.locale)


@router.post(
    "/contacts/{contact_id}/hold",
    operation_id="hold",
    status_code=202,
    responses=problem_responses(NotYourContact, ControlRefused),
)
async def hold(contact_id: UUID, principal: ContactHandler, tx: Tx) -> ContactView:
    """Put the customer on hold. Accepted means ordered: `contact.changed` says when the carrier has done it."""
    return await _control(tx, contact_id, principal, Control.HOLD)


@router.post(
    "/contacts/{contact_id}/resume",
    operation_id="resume",
    status_code=202,
    responses=problem_responses(NotYourContact, ControlRefused),
)
async def resume(contact_id: UUID, principal: ContactHandler, tx: Tx) -> ContactView:
    """Take the customer off hold."""
    return await _control(tx, contact_id, principal, Control.RESUME)


@router.post(
    "/contacts/{contact_id}/hang-up",
    operation_id="hang_up",
    status_code=202,
    responses=problem_responses(NotYourContact, ControlRefused),
)
async def hang_up(contact_id: UUID, principal: ContactHandler, tx: Tx) -> ContactView:
    """End the conversation for everybody; wrap-up follows."""
    return await _control(tx, contact_id, principal, Control.HANG_UP)


@router.post(
    "/contacts/{contact_id}/notes", operation_id="add_note", responses=problem_responses(NotYourContact)
)
async def add_note(contact_id: UUID, body: NewNote, principal: ContactHandler, tx: Tx) -> NoteView:
    """Add an internal note. The same `client_id` again returns the note that is there."""
    contact = await _own_contact(tx, contact_id, principal)
    note = await contacts.add_note(
        tx,
        contact,
        note_id=body.client_id,
        agent_id=principal.agent_id,
        agent_name=principal.display_name,
        body=body.body,
    )
    return NoteView(note_id=note.id, body=note.body, agent_name=note.agent_name, at=note.at)


@router.post(
    "/contacts/{contact_id}/wrap-up",
    operation_id="complete_wrap_up",
    responses=problem_responses(NotYourContact, InvalidInput),
)
async def complete_wrap_up(contact_id: UUID, body: WrapUp, principal: ContactHandler, tx: Tx) -> ContactView:
    """Code the outcome and be free again. Repeating it changes nothing."""
    contact = await _own_contact(tx, contact_id, principal)
    if contact.state == ContactState.WRAP_UP and body.note.strip():
        await contacts.add_note(
            tx,
            contact,
            note_id=body.client_id,
            agent_id=principal.agent_id,
            agent_name=principal.display_name,
            body=body.note,
        )
    if contact.state == ContactState.WRAP_UP and body.topic is not None:
        await classifying.judge(
            tx,
            contact,
            body.topic,
            now=await _now(tx),
            agent_id=principal.agent_id,
            agent_name=principal.display_name,
        )
    closed = await routing.complete_wrap_up(
        tx, contact_id, now=await _now(tx), dispositions=body.dispositions, by="agent"
    )
    return await views.contact_view(tx, closed, locale=principal.locale)


@router.post(
    "/contacts/{contact_id}/wrap-up/extend",
    operation_id="extend_wrap_up",
    responses=problem_responses(NotYourContact),
)
async def extend_wrap_up(contact_id: UUID, principal: ContactHandler, tx: Tx) -> ContactView:
    """Thirty seconds more."""
    await _own_contact(tx, contact_id, principal)
    contact = await routing.extend_wrap_up(tx, contact_id, now=await _now(tx))
    return await views.contact_view(tx, contact, locale=principal.locale)


@router.post(
    "/contacts/{contact_id}/customer",
    operation_id="choose_customer",
    responses=problem_responses(NotYourContact),
)
async def choose_customer(
    contact_id: UUID, body: CustomerChoice, principal: CustomerConfirmer, tx: Tx
) -> ContactView:
    """Say who is calling; the choice is learned for the next call from this number. `null`: none of them."""
    contact = await _own_contact(tx, contact_id, principal)
    customer_id = body.customer_id
    identity = _identity_of(contact)
    if identity is not None:
        if customer_id is not None:
            customer_id = await identify.confirm(
                tx,
                identity=identity,
                customer_id=customer_id,
                agent_id=principal.agent_id,
                contact_id=contact_id,
            )
        else:
            for candidate in contact.candidates:
                await identify.reject(
                    tx,
                    identity=identity,
                    customer_id=UUID(candidate["customer_id"]),
                    agent_id=principal.agent_id,
                    contact_id=contact_id,
                )
    changed = await contacts.choose_customer(
        tx, contact, customer_id=customer_id, agent_id=principal.agent_id, agent_name=principal.display_name
    )
    return await views.contact_view(tx, changed, locale=principal.locale)


def _identity_of(contact: Contact) -> Identity | None:
    """By what the customer came: the number, or in a chat the site's own id of a verified person."""
    if contact.from_address is not None:
        return Identity(IdentityKind.PHONE, contact.from_address)
    external = contact.media.get("chat", {}).get("external")
    return Identity(IdentityKind.EXTERNAL, external) if external else None


@router.get("/customers/{customer_id}/timeline", operation_id="customer_timeline")
async def customer_timeline(
    customer_id: UUID,
    principal: CustomerReader,
    request: Request,
    before: str | None = None,
    limit: PageSize = timeline.PAGE_SIZE,
) -> TimelinePage:
    """The customer's touchpoints on every channel, newest first."""
    async with database_of(request).read(snapshot=True) as reader:
        lines = await timeline.of_customer(reader, customer_id, before=before, limit=limit)
        return await _page(reader, lines, f"customer:{customer_id}", limit)


@router.get("/contacts/{contact_id}/timeline", operation_id="contact_timeline")
async def contact_timeline(
    contact_id: UUID,
    principal: CustomerReader,
    request: Request,
    before: str | None = None,
    limit: PageSize = timeline.PAGE_SIZE,
) -> TimelinePage:
    """The touchpoints of one contact, newest first; for callers nobody knows."""
    async with database_of(request).read(snapshot=True) as reader:
        contact = await contact_rows.get(reader, contact_id)
        lines = await timeline.of_contact(reader, contact_id, before=before, limit=limit)
        stream = timeline_stream(customer_id=contact.customer_id, contact_id=contact_id)
        return await _page(reader, lines, stream, limit)


async def _page(reader: Reader, lines: list[timeline.TimelineLine], stream: str, limit: int) -> TimelinePage:
    return TimelinePage(
        stream=stream,
        seq=await streams.position(reader, stream),
        touchpoints=[views.touchpoint_view(line) for line in lines],
        next_before=timeline.cursor(lines[-1]) if len(lines) == limit else None,
    )
