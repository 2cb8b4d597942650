"""In-call controls of the agent who has the call. Accepted (202) means ordered: `contact.changed` says what the carrier
has done. Every one may be repeated; 409 `control_refused` says why it is not possible now."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from app.channels.voice import controls, targets
from app.channels.voice.control_schemas import (
    CallView,
    ConsultTarget,
    NewFocus,
    TransferTarget,
    TransferTargets,
)
from app.channels.voice.controls import Caller, Target
from app.channels.voice.dial_check import DialLimitReached, NumberRefused
from app.channels.voice.party_rules import Focus
from app.contacts import repository as contact_rows
from app.contacts.errors import ControlRefused
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.auth import Permission, Principal
from app.core.db import Reader, Transaction
from app.core.http import CurrentSettings, Read, Requires, Tx, problem_responses
from app.routing import offers
from app.routing import service as routing
from app.routing.errors import AgentNotThere, NotYourContact

router = APIRouter(tags=["calls"])

ContactHandler = Annotated[Principal, Depends(Requires(Permission.CONTACTS_HANDLE_OWN))]
REFUSALS = problem_responses(NotYourContact, ControlRefused)
CALLING = problem_responses(NotYourContact, ControlRefused, NumberRefused, DialLimitReached)
TAKING = problem_responses(NotYourContact, ControlRefused, AgentNotThere)
PASSING_ON = problem_responses(NotYourContact, ControlRefused, AgentNotThere, NumberRefused, DialLimitReached)


async def _own(tx: Transaction, contact_id: UUID, principal: Principal) -> Contact:
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.agent_id != principal.agent_id:
        raise NotYourContact("there is no such contact")
    if contact.state != ContactState.ACTIVE:
        raise ControlRefused("the conversation is over")
    return contact


async def _is_passed_on(tx: Transaction, contact_id: UUID, principal: Principal) -> bool:
    """Whether this agent has transferred the contact already: the order was repeated."""
    await contact_rows.get_for_update(tx, contact_id)
    return await offers.was_passed_on(tx, contact_id, principal.agent_id)


def call_view(contact: Contact) -> CallView:
    """The call as the agent sees it."""
    media: dict[str, Any] = contact.media
    shown = ("call_state", "pending_command", "command_error", "held_since", "guest_ended")
    return CallView.model_validate(
        {
            "contact_id": contact.id,
            "state": contact.state,
            "version": contact.version,
            "parties": media.get("parties", []),
            **{name: media.get(name) for name in shown},
        }
    )


async def _view(reader: Reader, contact_id: UUID) -> CallView:
    return call_view(await contact_rows.get(reader, contact_id))


def _caller(principal: Principal) -> Caller:
    return Caller(principal.agent_id, principal.display_name)


@router.get("/transfer-targets", operation_id="transfer_targets")
async def transfer_targets(principal: ContactHandler, reader: Read) -> TransferTargets:
    """Who is free to be consulted or transferred to, and how the queues stand."""
    return await targets.targets(reader, principal.agent_id)


@router.post(
    "/contacts/{contact_id}/transfer", operation_id="transfer_contact", status_code=202, responses=PASSING_ON
)
async def transfer_contact(
    contact_id: UUID, body: TransferTarget, principal: ContactHandler, settings: CurrentSettings, tx: Tx
) -> CallView:
    """Pass the customer on without asking: to a queue, to one agent (who is asked alone for half a minute), or to a
    number outside, where you stay until somebody answers. Your wrap-up follows."""
    if await _is_passed_on(tx, contact_id, principal):
        return await _view(tx, contact_id)
    await _own(tx, contact_id, principal)
    now: datetime = await tx.fetchval("select switchboard_now()")
    by = principal.agent_id
    if body.queue_id is not None:
        await routing.transfer_to_queue(
            tx, contact_id, body.queue_id, by=by, now=now, keeps_age=body.keeps_age
        )
    elif body.agent_id is not None:
        await routing.transfer_to_agent(
            tx, contact_id, body.agent_id, by=by, now=now, keeps_age=body.keeps_age
        )
    else:
        target = Target(number=body.number, digits=body.digits)
        await controls.transfer_to_number(tx, contact_id, _caller(principal), target, settings)
    return await _view(tx, contact_id)


@router.post("/contacts/{contact_id}/consult", operation_id="consult", status_code=202, responses=CALLING)
async def consult(
    contact_id: UUID, body: ConsultTarget, principal: ContactHandler, settings: CurrentSettings, tx: Tx
) -> CallView:
    """Put the customer on hold and call a colleague or a number outside. 409 when the colleague is not free."""
    await _own(tx, contact_id, principal)
    target = Target(agent_id=body.agent_id, number=body.number, digits=body.digits if body.number else None)
    await controls.consult(tx, contact_id, _caller(principal), target, settings)
    return await _view(tx, contact_id)


@router.put(
    "/contacts/{contact_id}/consult/focus", operation_id="focus_on", status_code=202, responses=REFUSALS
)
async def focus_on(contact_id: UUID, body: NewFocus, principal: ContactHandler, tx: Tx) -> CallView:
    """Swap (`customer` or `guest`: the other is on hold) or merge (`all`: the three talk). Whoever is to be on hold is
    on hold before the other hears anything."""
    await _own(tx, contact_id, principal)
    await controls.focus_on(tx, contact_id, Focus(body.focus))
    return await _view(tx, contact_id)


@router.post(
    "/contacts/{contact_id}/consult/complete",
    operation_id="complete_consult",
    status_code=202,
    responses=TAKING,
)
async def complete_consult(contact_id: UUID, principal: ContactHandler, tx: Tx) -> CallView:
    """Leave the customer to whom you consulted: a colleague has the contact from now on. Your wrap-up begins."""
    if not await _is_passed_on(tx, contact_id, principal):
        await _own(tx, contact_id, principal)
        await controls.complete(tx, contact_id, _caller(principal))
    return await _view(tx, contact_id)


@router.post(
    "/contacts/{contact_id}/consult/cancel",
    operation_id="cancel_consult",
    status_code=202,
    responses=REFUSALS,
)
async def cancel_consult(contact_id: UUID, principal: ContactHandler, tx: Tx) -> CallView:
    """Send away whom you called, there or still ringing, and go on with the customer."""
    await _own(tx, contact_id, principal)
    await controls.cancel(tx, contact_id)
    return await _view(tx, contact_id)


@router.post(
    "/contacts/{contact_id}/parties/{leg_id}/mute",
    operation_id="mute_party",
    status_code=202,
    responses=REFUSALS,
)
async def mute_party(contact_id: UUID, leg_id: UUID, principal: ContactHandler, tx: Tx) -> CallView:
    """Nobody hears this party any more."""
    await _own(tx, contact_id, principal)
    await controls.mute(tx, contact_id, leg_id, on=True)
    return await _view(tx, contact_id)


@router.post(
    "/contacts/{contact_id}/parties/{leg_id}/unmute",
    operation_id="unmute_party",
    status_code=202,
    responses=REFUSALS,
)
async def unmute_party(contact_id: UUID, leg_id: UUID, principal: ContactHandler, tx: Tx) -> CallView:
    """Let this party be heard again."""
    await _own(tx, contact_id, principal)
    await controls.mute(tx, contact_id, leg_id, on=False)
    return await _view(tx, contact_id)


@router.post("/contacts/{contact_id}/rejoin", operation_id="rejoin_call", status_code=202, responses=REFUSALS)
async def rejoin_call(contact_id: UUID, principal: ContactHandler, tx: Tx) -> CallView:
    """Call your phone back into the conversation it dropped out of. Nothing when it is there."""
    await _own(tx, contact_id, principal)
    await controls.rejoin(tx, contact_id, _caller(principal))
    return await _view(tx, contact_id)
