"""Lets pages of other origins read the chat's answers: those of sites whose widget key was checked, and no others.

A preflight (Fetch standard, 4.8) carries no token, so it cannot be checked; it is answered for everybody and allows
nothing by itself. The answer of the request proper names the origin only after `allow` was called for it. No cookies
are involved (`Access-Control-Allow-Credentials` is never sent).
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/api/v1/chat/"
_ALLOWED = "chat_origin"
_PREFLIGHT_SECONDS = "600"


def allow(request: Request, origin: str) -> None:
    """The answer may be read from this origin."""
    request.scope.setdefault("state", {})[_ALLOWED] = origin


class ChatCors:
    """ASGI middleware for the addresses under PREFIX."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer preflights; name the origin in the answers to it."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if scope["method"] == "OPTIONS" and origin and "access-control-request-method" in headers:
            await _preflight(origin)(scope, receive, send)
            return

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.add_vary_header("Origin")
                allowed = scope.get("state", {}).get(_ALLOWED)
                if allowed is not None:
                    answer["Access-Control-Allow-Origin"] = allowed
                    answer["Access-Control-Expose-Headers"] = "Retry-After"
            await send(message)

        await self._app(scope, receive, send_with_origin)


def _preflight(origin: str) -> Response:
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
            "Vary": "Origin",
        },
    )
