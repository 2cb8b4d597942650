"""Stored objects: the product's files (recordings, voicemails, files of messages, announcements) and their rows.

Where the bytes are is behind `ObjectStore`: a folder (`file_store.py`) or a bucket (`s3_store.py`). Writing takes three
steps, so that no store is asked inside a transaction and none keeps what nobody knows of: a row that says that
something is being written, the bytes, and the mark that they are all there, together with whatever refers to them. A
crash before the last step leaves a row without that mark; `ObjectKeeper.tidy` deletes its bytes a day later.
"""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol
from uuid import UUID

import structlog

from app.core import alerts, jobs
from app.core.db import Database, Reader, Transaction
from app.core.errors import NotFound, Unavailable
from app.core.ids import new_id
from app.core.jobs import Payload

log = structlog.get_logger()

DELETE_JOB = "objects.delete"  # payload: object_id
OBJECTS_UNAVAILABLE = "objects_unavailable"  # alert; subject: "objects"
PIECE_BYTES: Final = 512 * 1024  # read at once; a whole recording is never in memory
BATCH = 100


class ObjectsUnavailable(Unavailable):
    """The object store does not answer, or refuses us."""

    code = "objects_unavailable"
    title = "The object store is not available"


class ObjectStore(Protocol):
    """Where the bytes are. Locations are made by us, never taken from outside. Every method raises ObjectsUnavailable
    when the store does not answer in time or refuses."""

    async def put(self, location: str, source: BinaryIO) -> None:
        """Store everything from the start of `source`, durably; readers see all of it or nothing. Overwriting the same
        location with the same bytes is harmless."""

    async def part(self, location: str, first: int, length: int) -> bytes:
        """`length` bytes beginning with byte `first`, fewer at the end. Raises NotFound."""

    async def delete(self, location: str) -> None:
        """Harmless when it is gone already."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """The row of one object. `size` in bytes."""

    id: UUID
    content_type: str
    size: int
    sha256: bytes
    location: str


async def write(
    database: Database, files: ObjectStore, *, purpose: str, content_type: str, source: BinaryIO
) -> StoredObject:
    """Store the bytes of `source`. Nobody can load them before `keep` has marked them. Raises ObjectsUnavailable.
    Outside of any transaction: the store may be another machine."""
    size, sha256 = await asyncio.to_thread(_measured, source)
    object_id = new_id()
    location = f"{purpose}/{object_id.hex[-2:]}/{object_id}"
    stored = StoredObject(object_id, content_type, size, sha256, location)
    async with database.transaction() as tx:
        await tx.execute(
            """insert into stored_objects (id, purpose, content_type, size_bytes, sha256, location)
               values ($1, $2, $3, $4, $5, $6)""",
            object_id,
            purpose,
            content_type,
            size,
            sha256,
            location,
        )
    await files.put(location, source)
    return stored


def _measured(source: BinaryIO) -> tuple[int, bytes]:
    size, digest = 0, hashlib.sha256()
    source.seek(0)
    while piece := source.read(PIECE_BYTES):
        size += len(piece)
        digest.update(piece)
    source.seek(0)
    return size, digest.digest()


async def keep(tx: Transaction, stored: StoredObject) -> UUID:
    """From this commit on the object is there; call it with the change that refers to it. Returns its id."""
    await tx.execute(
        "update stored_objects set stored_at = coalesce(stored_at, switchboard_now()) where id = $1",
        stored.id,
    )
    return stored.id


async def find(reader: Reader, object_id: UUID) -> StoredObject:
    """Raises NotFound when it never was, is not all there yet, or was deleted."""
    row = await reader.fetchrow(
        """select id, content_type, size_bytes as size, sha256, location from stored_objects
           where id = $1 and stored_at is not null and deleted_at is null""",
        object_id,
    )
    if row is None:
        raise NotFound("no such stored file")
    return StoredObject(**dict(row.items()))


async def pieces(files: ObjectStore, stored: StoredObject, first: int, last: int) -> AsyncIterator[bytes]:
    """The bytes from `first` to `last`, both included, piece by piece. Raises NotFound and ObjectsUnavailable."""
    while first <= last:
        piece = await files.part(stored.location, first, min(PIECE_BYTES, last - first + 1))
        if not piece:
            raise NotFound("the stored file is shorter than it was")
        first += len(piece)
        yield piece


async def forget(tx: Transaction, object_id: UUID) -> None:
    """Nobody can load it from now on; its bytes are deleted by a job."""
    await tx.execute(
        "update stored_objects set deleted_at = coalesce(deleted_at, switchboard_now()) where id = $1",
        object_id,
    )
    await jobs.enqueue(tx, DELETE_JOB, {"object_id": str(object_id)}, dedupe_key=f"{DELETE_JOB}:{object_id}")


async def check(files: ObjectStore, name: str) -> None:
    """Write, read and delete a few bytes under `name`. Raises ObjectsUnavailable."""
    location, said = f"checks/{name}", b"switchboard"
    await files.put(location, io.BytesIO(said))
    try:
        if await files.part(location, 0, len(said)) != said:
            raise ObjectsUnavailable("it gives other bytes back than it was given")
    except NotFound:
        raise ObjectsUnavailable("what was just written is not there") from None
    await files.delete(location)


class ObjectKeeper:
    """The handler of `objects.delete`, and what is done about objects from time to time."""

    def __init__(self, database: Database, files: ObjectStore):
        self._database = database
        self._files = files

    async def delete(self, payload: Payload) -> None:
        """Delete the bytes of an object that was forgotten. Raises ObjectsUnavailable, so that the job runs again."""
        async with self._database.read() as reader:
            location = await reader.fetchval(
                "select location from stored_objects where id = $1 and deleted_at is not null",
                UUID(payload["object_id"]),
            )
        if location is not None:
            await self._files.delete(location)

    async def tidy(self) -> int:
        """Forget what was begun a day ago and never finished; returns how many."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                """select id from stored_objects where stored_at is null and deleted_at is null
                   and created_at < switchboard_now() - interval '1 day' order by id limit $1 for update skip locked""",
                BATCH,
            )
            for row in rows:
                await forget(tx, row["id"])
        return len(rows)

    async def check(self) -> int:
        """Whether the store works: raises or clears the alert `objects_unavailable`; returns 1 when it does not."""
        try:
            await check(self._files, str(new_id()))
        except ObjectsUnavailable as error:
            log.warning("the object store does not work", reason=error.detail)
            async with self._database.transaction() as tx:
                await alerts.raise_alert(tx, OBJECTS_UNAVAILABLE, "objects", {"reason": error.detail})
            return 1
        async with self._database.transaction() as tx:
            await alerts.clear_alert(tx, OBJECTS_UNAVAILABLE, "objects")
        return 0
