"""Answers a player's request for a sound or a part of it (RFC 9110, section 14: one range of bytes)."""

import re

from starlette.responses import Response

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
HEADERS = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store", "Content-Disposition": "inline"}


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


def answer(content_type: str, sound: bytes, wanted: str | None) -> Response:
    """200 with everything, 206 with a part, 416 when there is no such part."""
    try:
        part = part_of(wanted, len(sound))
    except ValueError:
        return Response(status_code=416, headers={**HEADERS, "Content-Range": f"bytes */{len(sound)}"})
    if part is None:
        return Response(sound, media_type=content_type, headers=HEADERS)
    first, last = part
    headers = {**HEADERS, "Content-Range": f"bytes {first}-{last}/{len(sound)}"}
    return Response(sound[first : last + 1], 206, headers, content_type)
