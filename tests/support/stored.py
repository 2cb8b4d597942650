"""Putting stored objects and looking at them."""

import io
from uuid import UUID

from app.core import objects
from app.core.db import Database
from app.core.objects import ObjectStore


async def stored(
    database: Database,
    files: ObjectStore,
    data: bytes,
    content_type: str = "audio/wav",
    purpose: str = "recordings",
) -> UUID:
    """Write and keep an object; returns its id."""
    found = await objects.write(
        database, files, purpose=purpose, content_type=content_type, source=io.BytesIO(data)
    )
    async with database.transaction() as tx:
        return await objects.keep(tx, found)


async def whole(database: Database, files: ObjectStore, object_id: UUID) -> tuple[str, bytes]:
    """Content type and all bytes. Raises NotFound."""
    async with database.read() as reader:
        found = await objects.find(reader, object_id)
    pieces = [piece async for piece in objects.pieces(files, found, 0, found.size - 1)]
    return found.content_type, b"".join(pieces)
