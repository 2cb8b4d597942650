"""Canned replies by REST: agents read them filled in for a contact, supervisors write them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from app.console import canned
from app.console.canned import CannedReply
from app.console.canned_schemas import CannedReplyText, CannedReplyView, TextChannel
from app.contacts import repository as contact_rows
from app.contacts.errors import ContactNotFound
from app.core import audit
from app.core.auth import Permission, Principal
from app.core.db import Transaction
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.http import CurrentSettings, Read, Requires, Tx, problem_responses

router = APIRouter(tags=["canned replies"])

Reader = Annotated[Principal, Depends(Requires(Permission.CONTACTS_HANDLE_OWN))]
Writer = Annotated[Principal, Depends(Requires(Permission.CANNED_EDIT))]


def _view(reply: CannedReply, filled: str | None = None) -> CannedReplyView:
    return CannedReplyView.model_validate({**_facts(reply), "reply_id": reply.id, "changed_at": reply.changed_at,
                                           "filled": filled})  # fmt: skip


def _facts(reply: CannedReply) -> dict[str, Any]:
    return {name: getattr(reply, name) for name in ("shortcut", "title", "texts", "channels")}


@router.get(
    "/canned-replies", operation_id="list_canned_replies", responses=problem_responses(ContactNotFound)
)
async def list_canned_replies(
    principal: Reader,
    settings: CurrentSettings,
    tx: Read,
    contact_id: UUID | None = None,
    channel: TextChannel | None = None,
) -> list[CannedReplyView]:
    """Those of the contact's channel, filled in for it; without a contact all, or those of `channel`, as written."""
    if contact_id is None:
        return [_view(reply) for reply in await canned.listed(tx, channel=channel)]
    contact = await contact_rows.get(tx, contact_id)
    values = await canned.values_for(tx, contact, agent=principal.display_name, company=settings.company_name)
    found = await canned.listed(tx, channel=contact.channel)
    return [_view(reply, canned.filled(reply, contact.language, values)) for reply in found]


@router.post(
    "/canned-replies",
    operation_id="create_canned_reply",
    status_code=201,
    responses=problem_responses(Conflict, InvalidInput),
)
async def create_canned_reply(
    body: CannedReplyText, principal: Writer, request: Request, tx: Tx
) -> CannedReplyView:
    """Write one. 409 when another has the shortcut."""
    made = await canned.save(tx, None, body.model_dump(mode="json"), by=principal.agent_id)
    if made is None:
        raise Conflict("another reply has this shortcut")
    await _note(tx, request, principal, "canned_reply.created", made.id, _facts(made))
    return _view(made)


@router.put(
    "/canned-replies/{reply_id}",
    operation_id="change_canned_reply",
    responses=problem_responses(NotFound, Conflict, InvalidInput),
)
async def change_canned_reply(
    reply_id: UUID, body: CannedReplyText, principal: Writer, request: Request, tx: Tx
) -> CannedReplyView:
    """Write it anew."""
    changed = await canned.save(tx, reply_id, body.model_dump(mode="json"), by=principal.agent_id)
    if changed is None:
        raise NotFound("there is no such canned reply")
    await _note(tx, request, principal, "canned_reply.changed", reply_id, _facts(changed))
    return _view(changed)


@router.delete(
    "/canned-replies/{reply_id}",
    operation_id="remove_canned_reply",
    status_code=204,
    responses=problem_responses(NotFound),
)
async def remove_canned_reply(reply_id: UUID, principal: Writer, request: Request, tx: Tx) -> None:
    """Not offered any more."""
    if not await canned.retire(tx, reply_id):
        raise NotFound("there is no such canned reply")
    await _note(tx, request, principal, "canned_reply.removed", reply_id, None)


async def _note(
    tx: Transaction,
    request: Request,
    principal: Principal,
    action: str,
    reply_id: UUID,
    after: dict[str, Any] | None,
) -> None:
    address = request.client.host if request.client else None
    actor = audit.Actor("agent", principal.agent_id, address)
    await audit.record(tx, actor=actor, action=action, object=f"canned_reply:{reply_id}", after=after)
