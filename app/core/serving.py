"""Answers a request for a stored object or a part of it (RFC 9110: sections 13.1 If-None-Match, 14 one range)."""

import re
from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.core.objects import ObjectStore, StoredObject, pieces

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PRIVATE = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}


def part_of(wanted: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte that are wanted of `size` bytes; None for all of them, also when the header makes no sense
    or asks for several parts (section 14.2 allows to ignore it). Raises ValueError when no such byte exists."""
    found = _RANGE.fullmatch((wanted or "").strip())
    if found is None or (not found[1] and not found[2]):
        return None
    if not found[1]:
        length = int(found[2])
        if length == 0 or size == 0:
            raise ValueError("the range is empty")
        return max(size - length, 0), size - 1
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if first >= size:
        raise ValueError("the range begins behind the end")
    return None if last < first else (first, min(last, size - 1))


async def answer(
    request: Request, files: ObjectStore, stored: StoredObject, headers: Mapping[str, str] = PRIVATE
) -> Response:
    """200 with everything, 206 with a part, 304 for who has it already, 416 when there is no such part. Only the bytes
    asked for are read. Raises NotFound and ObjectsUnavailable before anything is sent."""
    etag = f'"{stored.sha256.hex()[:32]}"'
    headers = {**headers, "Accept-Ranges": "bytes", "ETag": etag}
    if _has(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    if request.headers.get("if-range", etag) != etag:
        wanted = None  # the part is wanted only of what it was; section 13.1.5
    try:
        part = part_of(wanted, stored.size)
    except ValueError:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{stored.size}"})
    first, last = part or (0, stored.size - 1)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    headers["Content-Length"] = str(last - first + 1)
    status = 206 if part is not None else 200
    if request.method == "HEAD":
        return Response(None, status, headers, stored.content_type)
    rest = pieces(files, stored, first, last)
    begun = await anext(rest, b"")  # what is gone is told as an error, not in the middle of an answer
    return StreamingResponse(_with(begun, rest), status, headers, stored.content_type)


def _has(known: str | None, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (known or "").split(",")]
    return etag in tags or "*" in tags


async def _with(begun: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield begun
    async for piece in rest:
        yield piece
