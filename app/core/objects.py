"""Object storage: files of the product (recordings, attachments, announcements) behind one small interface."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Protocol
from uuid import UUID

from app.core import jobs
from app.core.db import Database, Reader, Transaction
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.jobs import Payload

DELETE_JOB = "objects.delete"  # payload: object_id


class ObjectStore(Protocol):
    """Where the bytes are. Locations are made by us, never taken from outside."""

    async def put(self, location: str, data: bytes) -> None:
        """Store durably; overwriting the same location with the same bytes is harmless."""

    async def get(self, location: str) -> bytes:
        """Raises NotFound."""

    async def delete(self, location: str) -> None:
        """Harmless when it is gone already."""


class FileStore:
    """Files below one folder, written beside and renamed, so that a crash leaves no half file."""

    def __init__(self, folder: Path):
        self._folder = folder

    async def put(self, location: str, data: bytes) -> None:
        """Write, flush to disk, rename."""
        await asyncio.to_thread(self._write, location, data)

    def _write(self, location: str, data: bytes) -> None:
        path = self._folder / location
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)  # the rename, too, has to survive a power cut

    async def get(self, location: str) -> bytes:
        """The whole file."""
        try:
            return await asyncio.to_thread((self._folder / location).read_bytes)
        except FileNotFoundError:
            raise NotFound("the stored file is gone") from None

    async def delete(self, location: str) -> None:
        """Remove the file."""
        await asyncio.to_thread((self._folder / location).unlink, missing_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def store(tx: Transaction, files: ObjectStore, *, purpose: str, content_type: str, data: bytes) -> UUID:
    """Store bytes and their row; returns the object's id. The file is written first: a file without a row is
    rubbish to be swept, a row without a file would be a loss."""
    object_id = new_id()
    location = f"{purpose}/{object_id.hex[-2:]}/{object_id}"
    await files.put(location, data)
    await tx.execute(
        """insert into stored_objects (id, purpose, content_type, size_bytes, sha256, location)
           values ($1, $2, $3, $4, $5, $6)""",
        object_id,
        purpose,
        content_type,
        len(data),
        hashlib.sha256(data).digest(),
        location,
    )
    return object_id


async def load(reader: Reader, files: ObjectStore, object_id: UUID) -> tuple[str, bytes]:
    """Content type and bytes. Raises NotFound when it never was or was deleted."""
    row = await reader.fetchrow(
        "select content_type, location from stored_objects where id = $1 and deleted_at is null", object_id
    )
    if row is None:
        raise NotFound("no such stored file")
    return row["content_type"], await files.get(row["location"])


async def forget(tx: Transaction, object_id: UUID) -> None:
    """Nobody can load it from now on; its file is deleted by a job."""
    await tx.execute(
        "update stored_objects set deleted_at = coalesce(deleted_at, switchboard_now()) where id = $1",
        object_id,
    )
    await jobs.enqueue(tx, DELETE_JOB, {"object_id": str(object_id)}, dedupe_key=f"{DELETE_JOB}:{object_id}")


class FileDeleter:
    """The handler of `objects.delete`."""

    def __init__(self, database: Database, files: ObjectStore):
        self._database = database
        self._files = files

    async def delete(self, payload: Payload) -> None:
        """Delete the file of an object that was forgotten."""
        async with self._database.read() as reader:
            location = await reader.fetchval(
                "select location from stored_objects where id = $1 and deleted_at is not null",
                UUID(payload["object_id"]),
            )
        if location is not None:
            await self._files.delete(location)
