"""The routing engine behind its three calls, for programs in any language: one JSON object a line, in and out.

    {"op": "reset", "config": {…}, "t0": 0}       → {"ok": true}
    {"op": "step", "t": 5, "event": {…}}          → {"effects": […]}
    {"op": "next_deadline"}                       → {"t": 20} or {"t": null}

Every line gets exactly one line in answer, at once. A line that cannot be done is answered {"error": "…"}, and the
next one is read. Config, events and effects are those of `app/routing/engine.py`, which is the engine production runs;
nothing is added here.
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from app.routing.engine import Engine

LONGEST_LINE = 64 * 1024 * 1024  # bytes; a config of 10,000 agents with 200 queues each stays below


class BadRequest(ValueError):
    """The line is no request; the text says what would be one."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer every line of `requests` until it ends; every answer is flushed before the next line is read.

    Raises OSError when `answers` is closed by the reader.
    """
    engine = Engine()
    for line in _lines(requests):
        answers.write(answer(engine, line) + b"\n")
        answers.flush()


def answer(engine: Engine, line: bytes | None) -> bytes:
    """One request as bytes without a line end (None: it was too long), its answer likewise."""
    try:
        if line is None:
            raise BadRequest(f"the line is longer than {LONGEST_LINE} bytes")
        return _encode(_call(engine, _decode(line)))
    except RecursionError:
        return _encode({"error": "the line is nested too deeply"})
    except Exception as error:  # whatever a line holds, the next one gets its turn
        return _encode({"error": str(error) or type(error).__name__})


def _lines(requests: BinaryIO) -> Iterator[bytes | None]:
    """Line after line; None for one that is too long, which is read past in pieces."""
    while line := requests.readline(LONGEST_LINE):
        if line.endswith(b"\n") or len(line) < LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = requests.readline(LONGEST_LINE)
        yield None


def _refuse_constant(name: str) -> NoReturn:
    raise BadRequest(f"{name} is not JSON: numbers must be finite")


# made once: json.loads and json.dumps with settings of their own make a new one for every line
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def _decode(line: bytes) -> dict[str, Any]:
    try:
        request = _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        raise BadRequest("the line is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadRequest(f"the line is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise BadRequest('the line must be an object like {"op": "next_deadline"}')
    return request


def _call(engine: Engine, request: dict[str, Any]) -> dict[str, Any]:
    match request.get("op"):
        case "step":
            return {"effects": engine.step(_need(request, "t"), _need(request, "event"))}
        case "next_deadline":
            return {"t": engine.next_deadline()}
        case "reset":
            engine.reset(_need(request, "config"), _need(request, "t0"))
            return {"ok": True}
        case op:
            raise BadRequest(f"op must be reset, step or next_deadline, not {op!r:.100}")


def _need(request: dict[str, Any], key: str) -> Any:
    if key not in request:
        raise BadRequest(f"{key} is missing")
    return request[key]


def _encode(value: dict[str, Any]) -> bytes:
    return _ENCODER.encode(value).encode()
