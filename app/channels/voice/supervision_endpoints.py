"""A supervisor in an agent's call. Every coming, going and change of mode is audited."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.channels.voice import listening
from app.channels.voice.control_schemas import Supervision, SupervisionView
from app.channels.voice.controls import Caller
from app.channels.voice.party_rules import SupervisorMode
from app.contacts.errors import ContactNotFound, ControlRefused
from app.core import audit
from app.core.auth import Permission, Principal
from app.core.db import Transaction
from app.core.http import Requires, Tx, problem_responses

router = APIRouter(tags=["supervision: calls"])

Listener = Annotated[Principal, Depends(Requires(Permission.CALLS_LISTEN))]
REFUSALS = problem_responses(ContactNotFound, ControlRefused)


async def _note(
    tx: Transaction,
    request: Request,
    principal: Principal,
    contact_id: UUID,
    before: str | None,
    after: str | None,
) -> None:
    if before == after:
        return
    modes: list[dict[str, Any] | None] = [{"mode": mode} if mode else None for mode in (before, after)]
    actor = audit.Actor("agent", principal.agent_id, request.client.host if request.client else None)
    action = "call.supervised" if after else "call.supervision_ended"
    await audit.record(
        tx, actor=actor, action=action, object=f"contact:{contact_id}", before=modes[0], after=modes[1]
    )


@router.put(
    "/contacts/{contact_id}/supervision", operation_id="supervise_call", status_code=202, responses=REFUSALS
)
async def supervise_call(
    contact_id: UUID, body: Supervision, principal: Listener, request: Request, tx: Tx
) -> SupervisionView:
    """Listen to a call, whisper to its agent or join it; your browser phone is called in. Again: another mode. It ends
    when you leave, and with the conversation; after a transfer to another agent a whisper becomes listening."""
    by = Caller(principal.agent_id, principal.display_name)
    leg, before = await listening.supervise(tx, contact_id, by, SupervisorMode(body.mode))
    await _note(tx, request, principal, contact_id, before, body.mode)
    state = "joined" if leg.is_in_room else "ringing" if leg.status == "ringing" else "calling"
    return SupervisionView(contact_id=contact_id, leg_id=leg.id, mode=body.mode, state=state)


@router.delete(
    "/contacts/{contact_id}/supervision", operation_id="end_supervision", status_code=204, responses=REFUSALS
)
async def end_supervision(contact_id: UUID, principal: Listener, request: Request, tx: Tx) -> Response:
    """Leave the call. Nothing when you are not in it."""
    by = Caller(principal.agent_id, principal.display_name)
    before = await listening.leave(tx, contact_id, by)
    await _note(tx, request, principal, contact_id, before, None)
    return Response(status_code=204)
