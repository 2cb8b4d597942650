"""Serves announcements to the carrier and to the console: at an address nobody guesses, which never changes its sound.

`<Play>` caches by the usual headers (https://www.twilio.com/docs/voice/twiml/play#hints-and-advanced-uses), so a
replaced sound has another address. Who knows it may hear it: it is said to callers anyway.
"""

from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.announcements.models import PREFIX
from app.core import objects, serving
from app.core.db import Database
from app.core.errors import NotFound
from app.core.objects import ObjectStore

_YEAR = 31_536_000
HEADERS: Final = {"Cache-Control": f"public, max-age={_YEAR}, immutable", "Content-Disposition": "inline"}


def sound_routes(database: Database, files: ObjectStore) -> list[Route]:
    """One address; parts by `Range`, `If-None-Match` answered."""

    async def sound(request: Request) -> Response:
        async with database.read() as reader:
            object_id: UUID | None = await reader.fetchval(
                "select object_id from announcement_files where token = $1", request.path_params["token"]
            )
            if object_id is None:
                raise NotFound("there is nothing at this address")
            stored = await objects.find(reader, object_id)
        return await serving.answer(request, files, stored, HEADERS)

    return [Route(PREFIX + "{token}.wav", sound)]
