"""Announcements by REST: words and sounds, where they are heard, and deleting what nobody hears."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.announcements import library, uploads
from app.announcements.errors import AnnouncementInUse
from app.announcements.library import Announcement
from app.announcements.models import AnnouncementFile, FileState, Occasion, path_of
from app.announcements.schemas import (
    AnnouncementChanges,
    AnnouncementFileView,
    AnnouncementUse,
    AnnouncementUseView,
    AnnouncementView,
    LocaleName,
    NewAnnouncement,
)
from app.core import audit, objects
from app.core.auth import Permission, Principal
from app.core.db import Reader, Transaction
from app.core.errors import BodyTooLarge, InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, database_of, problem_responses
from app.core.objects import ObjectsUnavailable, StoredObject
from app.selfservice.locales import Locale

router = APIRouter(tags=["announcements"])

Manager = Annotated[Principal, Depends(Requires(Permission.ANNOUNCEMENTS_MANAGE))]
IN_MEMORY = 1024 * 1024  # bytes of an upload; the rest goes to a temporary file
_SOUND = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def file_view(file: AnnouncementFile) -> AnnouncementFileView:
    """As the API shows it."""
    has_sound = file.state == FileState.READY and file.object_id is not None
    return AnnouncementFileView(
        file_id=file.id,
        announcement_id=file.announcement_id,
        locale=file.locale.value if file.locale is not None else None,
        version=file.version,
        state=file.state.value,
        progress=file.progress,
        reason=file.reason,
        is_current=file.is_current,
        seconds=file.seconds,
        url=path_of(file.token) if has_sound else None,
        uploaded_by=file.uploaded_by,
        uploaded_at=file.uploaded_at,
        finished_at=file.finished_at,
    )


async def _view(reader: Reader, found: Announcement) -> AnnouncementView:
    return AnnouncementView.model_validate(
        {
            "announcement_id": found.id,
            "name": found.name,
            "texts": dict(found.texts),
            "created_at": found.created_at,
            "files": [file_view(file) for file in found.files],
            "used_at": await library.users_of(reader, found.id),
        }
    )


async def note(
    tx: Transaction,
    request: Request,
    principal: Principal,
    action: str,
    object: str,
    before: object,
    after: object,
) -> None:
    """One line in the audit log. Call it last: its chain is held until the commit."""
    actor = audit.Actor("agent", principal.agent_id, request.client.host if request.client else None)
    sides = [{"value": side} if side is not None else None for side in (before, after)]
    await audit.record(tx, actor=actor, action=action, object=object, before=sides[0], after=sides[1])


@router.get("/announcements", operation_id="list_announcements")
async def list_announcements(principal: Manager, tx: Read) -> list[AnnouncementView]:
    """Every announcement by name, with its uploads and where it is heard."""
    return [await _view(tx, found) for found in await library.listed(tx)]


@router.post(
    "/announcements",
    operation_id="create_announcement",
    status_code=201,
    responses=problem_responses(InvalidInput),
)
async def create_announcement(
    body: NewAnnouncement, principal: Manager, request: Request, tx: Tx
) -> AnnouncementView:
    """Make an announcement of words, of sounds to be uploaded, or of both. The same `announcement_id` again gives the
    one that is there."""
    is_new = await library.create(tx, body.announcement_id, body.name, cast(dict[str, str], body.texts))
    made = await library.get(tx, body.announcement_id)
    view = await _view(tx, made)
    if is_new:
        after = {"name": made.name, "texts": dict(made.texts)}
        await note(tx, request, principal, "announcement.created", f"announcement:{made.id}", None, after)
    return view


@router.get(
    "/announcements/{announcement_id}", operation_id="get_announcement", responses=problem_responses(NotFound)
)
async def get_announcement(announcement_id: UUID, principal: Manager, tx: Read) -> AnnouncementView:
    """One announcement."""
    return await _view(tx, await library.get(tx, announcement_id))


@router.patch(
    "/announcements/{announcement_id}",
    operation_id="change_announcement",
    responses=problem_responses(NotFound, InvalidInput, AnnouncementInUse),
)
async def change_announcement(
    announcement_id: UUID, body: AnnouncementChanges, principal: Manager, request: Request, tx: Tx
) -> AnnouncementView:
    """Rename it or change its words. Callers hear the new ones from their next document on. 409 when an occasion on
    which it is heard would have nothing left."""
    before = await library.lock(tx, announcement_id)
    await library.change(tx, before, name=body.name, texts=cast(dict[str, str] | None, body.texts))
    after = await library.get(tx, announcement_id)
    view = await _view(tx, after)
    sides = [{"name": one.name, "texts": dict(one.texts)} for one in (before, after)]
    if sides[0] != sides[1]:
        await note(tx, request, principal, "announcement.changed", f"announcement:{after.id}", *sides)
    return view


@router.delete(
    "/announcements/{announcement_id}",
    operation_id="delete_announcement",
    status_code=204,
    responses=problem_responses(NotFound, AnnouncementInUse),
)
async def delete_announcement(announcement_id: UUID, principal: Manager, request: Request, tx: Tx) -> None:
    """Delete it with its sounds. 409 while callers hear it; the detail names where."""
    found = await library.lock(tx, announcement_id)
    await library.remove(tx, found)
    before = {"name": found.name, "texts": dict(found.texts)}
    await note(tx, request, principal, "announcement.deleted", f"announcement:{found.id}", before, None)


async def _upload(request: Request) -> AsyncIterator[StoredObject]:
    """The body, stored as it comes and before a transaction is open; tidied away when nothing comes of it."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
        async for piece in request.stream():
            body.write(piece)
        if body.tell() == 0:
            raise InvalidInput.of("body", "must be the sound file itself")
        yield await objects.write(
            database_of(request),
            request.app.state.files,
            purpose="uploads",
            content_type="application/octet-stream",
            source=cast(BinaryIO, body),
        )


@router.post(
    "/announcement-files",
    operation_id="upload_announcement_file",
    status_code=202,
    responses=problem_responses(InvalidInput, BodyTooLarge, ObjectsUnavailable),
    openapi_extra=_SOUND,
)
async def upload_announcement_file(
    principal: Manager,
    source: Annotated[StoredObject, Depends(_upload, scope="function")],
    request: Request,
    tx: Tx,
    file_id: Annotated[UUID, Query(description="made by the client; the same again is the same upload")],
    announcement_id: UUID,
    locale: Annotated[LocaleName | None, Query(description="left out: for every language")] = None,
) -> AnnouncementFileView:
    """Upload a sound: WAV, MP3, OGG, FLAC or M4A, up to 32 MiB and ten minutes. It is converted in the background;
    follow it with GET. When it is `ready` callers hear it instead of the sound of this language before it; until then,
    and when it has `failed`, they hear that one."""
    wanted = Locale(locale) if locale is not None else None
    is_new = await uploads.request(
        tx,
        file_id=file_id,
        announcement_id=announcement_id,
        locale=wanted,
        source=source,
        by=principal.agent_id,
    )
    made = await uploads.find(tx, file_id)
    if is_new:
        after = {"file_id": str(file_id), "locale": locale, "version": made.version, "bytes": source.size}
        await note(
            tx, request, principal, "announcement.uploaded", f"announcement:{announcement_id}", None, after
        )
    return file_view(made)


@router.get(
    "/announcement-files/{file_id}",
    operation_id="get_announcement_file",
    responses=problem_responses(NotFound),
)
async def get_announcement_file(file_id: UUID, principal: Manager, tx: Read) -> AnnouncementFileView:
    """How far an upload got, why it failed, or where it can be heard."""
    return file_view(await uploads.find(tx, file_id))


@router.delete(
    "/announcement-files/{file_id}",
    operation_id="delete_announcement_file",
    status_code=204,
    responses=problem_responses(NotFound, AnnouncementInUse),
)
async def delete_announcement_file(file_id: UUID, principal: Manager, request: Request, tx: Tx) -> None:
    """Delete an upload; of the current one, the words of its language are heard from now on. 409 when an occasion on
    which the announcement is heard would have nothing left."""
    await library.lock(tx, (await uploads.find(tx, file_id)).announcement_id)
    gone = await library.remove_file(tx, file_id)
    before = {"file_id": str(file_id), "version": gone.version}
    about = f"announcement:{gone.announcement_id}"
    await note(tx, request, principal, "announcement.file_deleted", about, before, None)


@router.get("/announcement-uses", operation_id="list_announcement_uses")
async def list_announcement_uses(principal: Manager, tx: Read) -> list[AnnouncementUseView]:
    """Every occasion on which an announcement is heard instead of the product's own words or music."""
    return [AnnouncementUseView.model_validate(asdict(one)) for one in await library.uses(tx)]


@router.put(
    "/announcement-uses", operation_id="choose_announcement", responses=problem_responses(InvalidInput)
)
async def choose_announcement(
    body: AnnouncementUse, principal: Manager, request: Request, tx: Tx
) -> list[AnnouncementUseView]:
    """Choose what is heard on an occasion of a queue, or of every queue without one of its own. 422 for an announcement
    that has nothing to be heard; `music` needs a sound."""
    occasion = Occasion(body.occasion)
    before = await library.uses(tx)
    await library.use(tx, occasion, body.queue_id, body.announcement_id)
    after = await library.uses(tx)
    if before != after:
        about = f"{occasion.value} of {f'queue:{body.queue_id}' if body.queue_id else 'the site'}"
        was = next(
            (str(u.announcement_id) for u in before if (u.occasion, u.queue_id) == (occasion, body.queue_id)),
            None,
        )
        now = str(body.announcement_id) if body.announcement_id else None
        await note(tx, request, principal, "announcement.chosen", about, was, now)
    return [AnnouncementUseView.model_validate(asdict(one)) for one in after]
