"""Control of text messages: what somebody writes, and what arrived at a telephone."""

import base64
import binascii
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.control.http import ControlError, read_body, require_e164, text_of
from simulator.network import Simulator
from simulator.people import UnknownNumberError
from simulator.texts import WHATSAPP, Handset, TextMessage

LONGEST = 4096  # characters, what WhatsApp carries
MOST_FILES = 10
LARGEST_FILE = 5_000_000  # bytes
LISTED = 500  # messages of one answer at most
CHANNELS = ("sms", "whatsapp")


def text_state(text: TextMessage) -> dict[str, Any]:
    """What the phone page shows of a message."""
    return {
        "sid": text.sid,
        "channel": "whatsapp" if text.handset.startswith(WHATSAPP) else "sms",
        "is_mine": text.direction == "inbound",
        "is_network": text.direction == "outbound-reply",
        "number": text.ours.removeprefix(WHATSAPP),
        "body": text.body,
        "files": [{"sid": file.sid, "content_type": file.content_type} for file in text.files],
        "status": text.status,
        "error_code": text.error_code,
        "at": text.created,
    }


class TextControl:
    """Handlers of /sim/texts and /sim/handsets."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    def routes(self) -> list[Route]:
        """What it serves."""
        return [
            Route("/sim/texts", self.write, methods=["POST"]),
            Route("/sim/texts", self.thread),
            Route("/sim/texts/{sid}/read", self.read, methods=["POST"]),
            Route("/sim/texts/{sid}/files/{file}", self.file),
            Route("/sim/handsets/{address}", self.handset, methods=["PUT"]),
        ]

    async def write(self, request: Request) -> Response:
        """{"from", "to": E.164, "body", "channel"?: sms | whatsapp, "files"?: [{"content_type", "data": base64}]} →
        201, the message; 404 when nobody takes messages at `to`."""
        body = await read_body(request)
        for name in ("from", "to"):
            require_e164(body.get(name), name)
        channel = body.get("channel", "sms")
        if channel not in CHANNELS:
            raise ControlError(422, f"must be one of {', '.join(CHANNELS)}", "channel")
        files = _files(body.get("files", []))
        words = text_of(body, "body")
        if len(words) > LONGEST or not (words or files):
            raise ControlError(422, f"must be 1 to {LONGEST} characters, or files must be there", "body")
        prefix = WHATSAPP if channel == "whatsapp" else ""
        try:
            text = self._sim.texts.write(prefix + body["from"], prefix + body["to"], words, files)
        except UnknownNumberError:
            raise ControlError(404, f"{body['to']} takes no messages", "to") from None
        return JSONResponse(text_state(text), 201)

    async def thread(self, request: Request) -> Response:
        """?address=+886…: {"texts": oldest first, "handset", "last_n": of the journal}."""
        address = request.query_params.get("address")
        require_e164(address, "address")
        texts = self._sim.texts
        shown = [text_state(text) for text in texts.thread(str(address))[-LISTED:]]
        handset = texts.handset(str(address)).value
        return JSONResponse({"texts": shown, "handset": handset, "last_n": self._sim.journal.last_n})

    async def read(self, request: Request) -> Response:
        """The person has seen this message. Nothing for those that tell nobody."""
        self._sim.texts.read(self._found(request))
        return Response(status_code=204)

    async def file(self, request: Request) -> Response:
        """A file that was attached."""
        for file in self._found(request).files:
            if file.sid == request.path_params["file"]:
                return Response(file.data, media_type=file.content_type)
        raise ControlError(404, "there is no such file")

    async def handset(self, request: Request) -> Response:
        """{"handset": reached | off | unknown | landline | filtered | silent}: what becomes of messages to it."""
        address = request.path_params["address"]
        require_e164(address, "address")
        wanted = (await read_body(request)).get("handset")
        if wanted not in tuple(Handset):
            raise ControlError(422, f"must be one of {', '.join(Handset)}", "handset")
        self._sim.texts.behaves(address, Handset(wanted))
        return JSONResponse({"address": address, "handset": wanted})

    def _found(self, request: Request) -> TextMessage:
        text = self._sim.texts.by_sid.get(request.path_params["sid"])
        if text is None:
            raise ControlError(404, "there is no such message")
        return text


def _files(items: object) -> tuple[tuple[str, bytes], ...]:
    if not isinstance(items, list) or len(items) > MOST_FILES:
        raise ControlError(422, f"must be a list of at most {MOST_FILES} files", "files")
    found = []
    for n, item in enumerate(items):
        kind, data = (item.get("content_type"), item.get("data")) if isinstance(item, dict) else (None, None)
        if not isinstance(kind, str) or not isinstance(data, str) or "/" not in kind:
            raise ControlError(422, "must be {content_type, data}", f"files[{n}]")
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise ControlError(422, "must be base64", f"files[{n}].data") from None
        if len(content) > LARGEST_FILE:
            raise ControlError(422, f"must be at most {LARGEST_FILE} bytes", f"files[{n}].data")
        found.append((kind, content))
    return tuple(found)
