"""Files of visitors: taken by what they are, stored once, given out by signed addresses as downloads."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from app.channels.chat import file_types
from app.channels.chat.errors import FileRefused
from app.channels.chat.scanning import Scanner
from app.contacts.messages import NewAttachment
from app.core import objects, secrets
from app.core.db import Reader, Transaction
from app.core.errors import FieldError, InvalidInput, NotFound, Unavailable
from app.core.ids import new_id
from app.core.objects import StoredObject
from app.core.settings import Settings

PATH: Final = "/api/v1/chat/files"
PURPOSE: Final = "chat"
LINK_LIFETIME: Final = timedelta(hours=1)
UNUSED_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that was taken."""

    id: UUID
    name: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be stored."""

    data: bytes
    name: str
    content_type: str


async def check(data: bytes, name: str, *, limit: int, scanner: Scanner) -> Checked:
    """Look at the bytes. Raises FileRefused saying why and what would be taken, or Unavailable when the scanner
    cannot be asked. Outside any transaction: a scanner takes its time."""
    if not data:
        raise _refused("empty", "the file is empty")
    if len(data) > limit:
        raise _refused("too_large", f"may have {limit // (1024 * 1024)} MB at most")
    content_type = file_types.sniffed(data, name)
    if content_type is None:
        raise _refused(
            "type_not_taken", "send a picture (JPEG, PNG, GIF, WebP), PDF, Office document or text"
        )
    try:
        finding = await scanner.finding(data, content_type)
    except (OSError, TimeoutError):
        raise Unavailable("the file cannot be checked right now; try again", retry_after_seconds=30) from None
    if finding is not None:
        raise _refused("infected", "the virus scanner found something in it")
    return Checked(data, file_types.safe_name(name, content_type), content_type)


def _refused(reason: str, detail: str) -> FileRefused:
    return FileRefused(f"{reason}: {detail}", errors=(FieldError("file", f"{reason}: {detail}"),))


async def keep(tx: Transaction, stored: StoredObject, visitor_id: UUID, file: Checked) -> Upload:
    """What was written is there for a message to name, from this commit on."""
    object_id = await objects.keep(tx, stored)
    upload = Upload(new_id(), file.name, file.content_type, len(file.data))
    await tx.execute(
        """insert into chat_uploads (id, visitor_id, object_id, name, content_type, size_bytes)
           values ($1, $2, $3, $4, $5, $6)""",
        upload.id,
        visitor_id,
        object_id,
        upload.name,
        upload.content_type,
        upload.size_bytes,
    )
    return upload


async def claim(tx: Transaction, visitor_id: UUID, upload_ids: Sequence[UUID]) -> list[NewAttachment]:
    """The visitor's uploads a message names, each for one message. Raises InvalidInput."""
    wanted = list(dict.fromkeys(upload_ids))
    if not wanted:
        return []
    rows = await tx.fetch(
        """update chat_uploads set is_used = true where id = any($1) and visitor_id = $2 and not is_used
           returning id, object_id, name, content_type, size_bytes""",
        wanted,
        visitor_id,
    )
    found = {row["id"]: row for row in rows}
    if missing := [one for one in wanted if one not in found]:
        raise InvalidInput.of("upload_ids", f"{missing[0]} is not an upload of yours; send the file again")
    return [
        NewAttachment(
            None,
            row["content_type"],
            object_id=row["object_id"],
            size_bytes=row["size_bytes"],
            name=row["name"],
        )
        for row in (found[one] for one in wanted)
    ]


def link(settings: Settings, attachment_id: UUID, now: datetime) -> str:
    """An address that answers with the file for an hour. Rounded up to the next hour, so that the same message has
    the same address for a while and a browser's cache is of use."""
    expires = int((now + LINK_LIFETIME).timestamp()) // 3600 * 3600 + 3600
    query = urlencode({"expires": expires, "signature": _signature(settings, attachment_id, expires)})
    return f"{settings.public_base_url}{PATH}/{attachment_id}?{query}"


def _signature(settings: Settings, attachment_id: UUID, expires: int) -> str:
    words = f"{attachment_id}|{expires}".encode()
    return hmac.new(secrets.derived(settings, "chat.files"), words, hashlib.sha256).hexdigest()


async def find(
    reader: Reader, settings: Settings, attachment_id: UUID, *, expires: int, signature: str, now: datetime
) -> tuple[StoredObject, str]:
    """The file of a signed address and its name. Raises NotFound for an address that was not signed by us, is over,
    or leads to no file."""
    good = hmac.compare_digest(_signature(settings, attachment_id, expires).encode(), signature.encode())
    if not good or now.timestamp() > expires:
        raise NotFound("this address is over; ask for the message again")
    row = await reader.fetchrow(
        """select f.object_id, f.name from message_attachments f join messages m on m.id = f.message_id
           join conversations c on c.id = m.conversation_id
           where f.id = $1 and f.state = 'stored' and c.channel = 'chat'""",
        attachment_id,
    )
    if row is None:
        raise NotFound("there is no such file")
    return await objects.find(reader, row["object_id"]), row["name"] or "file"


async def forget_unused(tx: Transaction, *, now: datetime, limit: int = 100) -> int:
    """Drop uploads that no message named within a day."""
    rows = await tx.fetch(
        """delete from chat_uploads where id in (
             select id from chat_uploads where not is_used and created_at <= $1 limit $2 for update skip locked)
           returning object_id""",
        now - UNUSED_FOR,
        limit,
    )
    for row in rows:
        await objects.forget(tx, row["object_id"])
    return len(rows)
