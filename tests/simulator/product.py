"""A scripted product: answers webhooks from a table and keeps what it was sent, checking each signature."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

BASE = "https://cc.example.com"
TOKEN = "0123456789abcdef0123456789abcdef"
Reply = str | int | Callable[[dict[str, str]], str | int]


@dataclass(frozen=True)
class Received:
    """One webhook as it came in."""

    path: str
    method: str
    params: dict[str, str]
    signed: bool
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict, compare=False)


class Product:
    """`script[path]` is a TwiML body (without <Response>), an HTTP status, or a function of the fields."""

    def __init__(self) -> None:
        self.script: dict[str, Reply] = {}
        self.received: list[Received] = []
        self._validator = RequestValidator(TOKEN)
        self.app = Starlette(routes=[Route("/{path:path}", self._serve, methods=["GET", "POST"])])
        self.transport = httpx.ASGITransport(self.app)

    def of(self, path: str) -> list[dict[str, str]]:
        """Fields of all requests to a path."""
        return [request.params for request in self.received if request.path == path]

    def events(self, path: str = "/conf") -> list[str]:
        """Conference events or call statuses a path was sent, in order."""
        return [fields.get("StatusCallbackEvent") or fields["CallStatus"] for fields in self.of(path)]

    async def _serve(self, request: Request) -> Response:
        path = request.url.path
        raw, query = request.scope["raw_path"].decode(), request.scope["query_string"].decode()
        url = BASE + raw + (f"?{query}" if query else "")
        form = await request.form()
        params = {key: str(value) for key, value in form.multi_items()}
        signature = request.headers.get("x-twilio-signature", "")
        signed = self._validator.validate(url, params, signature)
        query_params = dict(request.query_params)
        token = request.headers.get("i-twilio-idempotency-token")
        self.received.append(
            Received(path, request.method, query_params | params, signed, token, dict(request.headers))
        )
        reply = self.script.get(path, 404)
        if callable(reply):
            reply = reply(query_params | params)
        if isinstance(reply, int):
            return Response(status_code=reply)
        if path.endswith(".wav"):
            return Response(b"", headers={"x-sim-duration": reply})
        return Response(
            reply if reply.startswith("!") else f"<Response>{reply}</Response>", media_type="text/xml"
        )
