"""Recordings by REST: pause and go on, look, listen."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from app.channels.voice.recording import life, listening, rows
from app.channels.voice.recording.rows import Recording
from app.channels.voice.recording.schemas import ListeningAddress, RecordingList, RecordingView
from app.contacts import repository as contact_rows
from app.contacts.errors import ControlRefused
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core import audit, objects, serving
from app.core.auth import Permission, Principal
from app.core.db import Reader, Transaction
from app.core.errors import NotFound, PermissionDenied
from app.core.http import Read, Requires, Tx, problem_responses
from app.core.objects import ObjectStore
from app.routing.errors import NotYourContact

router = APIRouter(tags=["recordings"])

Listener = Annotated[Principal, Depends(Requires(Permission.RECORDINGS_LISTEN))]
ConsoleUser = Annotated[Principal, Depends(Requires(Permission.CONSOLE_USE))]
ContactHandler = Annotated[Principal, Depends(Requires(Permission.CONTACTS_HANDLE_OWN))]


def files_of(request: Request) -> ObjectStore:
    """The process's object store."""
    files: ObjectStore = request.app.state.files
    return files


Files = Annotated[ObjectStore, Depends(files_of)]


def view(found: Recording) -> RecordingView:
    """As the API shows it."""
    return RecordingView.model_validate(
        {
            "recording_id": found.id,
            "contact_id": found.contact_id,
            "purpose": found.purpose,
            "status": found.status.value,
            "channels": found.channels,
            "seconds": found.seconds,
            "pauses": [{"since": since, "until": until} for since, until in found.pauses],
            "started_at": found.started_at,
            "ended_at": found.ended_at,
            "has_sound": found.object_id is not None and found.deleted_at is None,
            "delete_after": found.delete_after,
            "deleted_at": found.deleted_at,
        }
    )


async def _found(reader: Reader, recording_id: UUID) -> Recording:
    found = await rows.get(reader, recording_id)
    if found is None:
        raise NotFound("there is no such recording")
    return found


async def note_listening(
    tx: Transaction, request: Request, principal: Principal, found: Recording
) -> ListeningAddress:
    """Write down who listens, and give an address. Call it last. Raises NotFound when there is no sound."""
    if found.object_id is None or found.deleted_at is not None:
        raise NotFound("this recording has no sound (yet, or not any more)")
    now: datetime = await tx.fetchval("select switchboard_now()")
    made = listening.address(principal, found.id, now)
    await audit.record(
        tx,
        actor=audit.Actor("agent", principal.agent_id, request.client.host if request.client else None),
        action="recording.heard",
        object=f"recording:{found.id}",
        after={"contact_id": str(found.contact_id), "purpose": found.purpose},
    )
    return ListeningAddress(url=made.url, expires_at=made.expires_at)


@router.get("/recordings", operation_id="list_recordings")
async def list_recordings(principal: Listener, reader: Read, contact_id: UUID) -> RecordingList:
    """All recordings of a contact."""
    found = await rows.of_contact(reader, contact_id)
    return RecordingList(recordings=[view(one) for one in reversed(found)])


@router.get("/recordings/{recording_id}", operation_id="recording", responses=problem_responses(NotFound))
async def recording(recording_id: UUID, principal: Listener, reader: Read) -> RecordingView:
    """One recording, without its sound."""
    return view(await _found(reader, recording_id))


@router.post(
    "/recordings/{recording_id}/listen",
    operation_id="listen_to_recording",
    responses=problem_responses(NotFound),
)
async def listen(recording_id: UUID, principal: Listener, request: Request, tx: Tx) -> ListeningAddress:
    """An address of the sound, good for ten minutes in this session. Asking is written to the audit log."""
    return await note_listening(tx, request, principal, await _found(tx, recording_id))


@router.get(
    "/recordings/{recording_id}/audio",
    operation_id="recording_audio",
    response_class=Response,
    responses={
        200: {"content": {"audio/wav": {}, "audio/mpeg": {}}},
        206: {"description": "the part that was asked for"},
        **problem_responses(NotFound, PermissionDenied),
    },
)
async def audio(
    recording_id: UUID,
    principal: ConsoleUser,
    reader: Read,
    request: Request,
    files: Files,
    until: Annotated[int, Query(ge=0, le=253_402_300_799)],
    signature: Annotated[str, Query(max_length=128)],
    range: Annotated[str | None, Header(max_length=200, description="one part, such as bytes=0-")] = None,
) -> Response:
    """The sound itself, at an address of `listen`; parts of it by `Range`."""
    now: datetime = await reader.fetchval("select switchboard_now()")
    listening.check(principal, recording_id, until, signature, now)
    found = await _found(reader, recording_id)
    if found.object_id is None or found.deleted_at is not None:
        raise NotFound("this recording has no sound (yet, or not any more)")
    return await serving.answer(request, files, await objects.find(reader, found.object_id))


async def _in_hand(tx: Transaction, contact_id: UUID, principal: Principal) -> Contact:
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.agent_id != principal.agent_id:
        raise NotYourContact("there is no such contact")
    if contact.state != ContactState.ACTIVE:
        raise ControlRefused("the conversation is over")
    return contact


@router.post(
    "/contacts/{contact_id}/recording/pause",
    operation_id="pause_recording",
    status_code=202,
    responses=problem_responses(NotYourContact, ControlRefused),
)
async def pause(contact_id: UUID, principal: ContactHandler, tx: Tx) -> None:
    """Pause the recording, for a card number. Accepted means ordered: `contact.changed` says `paused` when the carrier
    has confirmed it; until then what is said may be recorded. It goes on by itself after five minutes."""
    await life.pause(tx, await _in_hand(tx, contact_id, principal))


@router.post(
    "/contacts/{contact_id}/recording/resume",
    operation_id="resume_recording",
    status_code=202,
    responses=problem_responses(NotYourContact, ControlRefused),
)
async def resume(contact_id: UUID, principal: ContactHandler, tx: Tx) -> None:
    """Go on recording."""
    await life.resume(tx, await _in_hand(tx, contact_id, principal))
