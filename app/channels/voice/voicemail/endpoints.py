"""Voicemails by REST: agents see those of the queues they serve, supervisors all."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.channels.voice.recording import rows
from app.channels.voice.recording.endpoints import note_listening
from app.channels.voice.recording.schemas import ListeningAddress
from app.channels.voice.voicemail import listing
from app.channels.voice.voicemail.listing import ListedVoicemail
from app.channels.voice.voicemail.schemas import VoicemailList, VoicemailView
from app.contacts import repository as contact_rows
from app.core.auth import Permission, Principal
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.http import CurrentSettings, Read, Requires, Tx, problem_responses
from app.customers.dialable import rules_of, why_not_dialled
from app.routing import callbacks
from app.routing.callbacks import CallbackWish
from app.touchpoints import log as touchpoints

router = APIRouter(tags=["voicemails"])

Handler = Annotated[Principal, Depends(Requires(Permission.VOICEMAILS_HANDLE))]
PageSize = Annotated[int, Query(ge=1, le=200)]


async def _queues_of(reader: Reader, principal: Principal) -> list[UUID] | None:
    if Permission.TEAM_SUPERVISE in principal.permissions:
        return None
    found = await reader.fetch("select queue_id from agent_queues where agent_id = $1", principal.agent_id)
    return [row["queue_id"] for row in found]


async def _found(reader: Reader, contact_id: UUID, principal: Principal) -> ListedVoicemail:
    queue_ids = await _queues_of(reader, principal)
    found = await listing.one(reader, contact_id, queue_ids=queue_ids)
    if found is None:
        raise NotFound("there is no such voicemail; GET /voicemails lists them")
    return found


def _view(found: ListedVoicemail) -> VoicemailView:
    return VoicemailView.model_validate(asdict(found))


@router.get("/voicemails", operation_id="list_voicemails")
async def list_voicemails(
    principal: Handler,
    reader: Read,
    queue_id: Annotated[UUID | None, Query(description="of this queue only")] = None,
    is_heard: Annotated[bool, Query(description="those that were heard, the newest first")] = False,
    limit: PageSize = 100,
) -> VoicemailList:
    """Messages left for the queues you serve; supervisors see all."""
    mine = await _queues_of(reader, principal)
    wanted = mine if queue_id is None else [queue_id] if mine is None or queue_id in mine else []
    found = await listing.listed(reader, queue_ids=wanted, is_heard=is_heard, limit=limit)
    return VoicemailList(voicemails=[_view(one) for one in found])


@router.post(
    "/voicemails/{contact_id}/listen",
    operation_id="listen_to_voicemail",
    responses=problem_responses(NotFound),
)
async def listen(contact_id: UUID, principal: Handler, request: Request, tx: Tx) -> ListeningAddress:
    """An address of the message, good for ten minutes in this session. Audited; it does not mark it as heard."""
    found = await _found(tx, contact_id, principal)
    recording = await rows.get(tx, found.recording_id)
    if recording is None:
        raise NotFound("there is no such voicemail")
    return await note_listening(tx, request, principal, recording)


async def _mark(tx: Transaction, contact_id: UUID, principal: Principal) -> None:
    contact = await contact_rows.get_for_update(tx, contact_id)
    if await listing.mark_heard(tx, contact_id, principal.agent_id):
        actor = touchpoints.agent(principal.agent_id, principal.display_name)
        await touchpoints.append(tx, contact.subject, "voicemail.heard", actor=actor, once="1")


@router.post(
    "/voicemails/{contact_id}/heard",
    operation_id="mark_voicemail_heard",
    responses=problem_responses(NotFound),
)
async def heard(contact_id: UUID, principal: Handler, tx: Tx) -> VoicemailView:
    """You have heard it. The first to say so is kept; repeating it changes nothing."""
    await _found(tx, contact_id, principal)
    await _mark(tx, contact_id, principal)
    return _view(await _found(tx, contact_id, principal))


@router.post(
    "/voicemails/{contact_id}/callback",
    operation_id="call_back_for_voicemail",
    responses=problem_responses(NotFound),
)
async def call_back(contact_id: UUID, principal: Handler, settings: CurrentSettings, tx: Tx) -> VoicemailView:
    """Have who left the message called back, by whoever of the queue is free; it counts as heard. Repeating it keeps
    the callback that there is. 422 when the number is withheld or is not called."""
    found = await _found(tx, contact_id, principal)
    contact = await contact_rows.get_for_update(tx, contact_id)
    found = await _found(tx, contact_id, principal)
    if found.callback_id is None:
        if contact.from_address is None or contact.queue_id is None:
            raise InvalidInput.of("number", "the number was withheld; there is nobody to call")
        if (why := why_not_dialled(contact.from_address, rules_of(settings))) is not None:
            raise InvalidInput.of("number", why)
        wish = CallbackWish(
            source="agent",
            number=contact.from_address,
            queue_id=contact.queue_id,
            customer_id=contact.customer_id,
            identification=contact.identification,
            candidates=contact.candidates,
            language=contact.language,
            topic=contact.topic,
            reason="voicemail",
            by=touchpoints.agent(principal.agent_id, principal.display_name),
        )
        now = await tx.fetchval("select switchboard_now()")
        callback = await callbacks.request_for_number(tx, wish, now=now)
        await tx.execute(
            "update voicemails set callback_id = $2 where contact_id = $1", contact_id, callback.id
        )
    await _mark(tx, contact_id, principal)
    return _view(await _found(tx, contact_id, principal))
