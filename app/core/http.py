"""What every HTTP endpoint shares: the transaction, the permission, the problem document, the limits.

A session of the database is opened by a dependency of scope "function": its commit happens before the answer is
sent, so a failed commit can never be answered with success (pinned by a test).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

import asyncpg
import orjson
import structlog
from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.auth import Permission, Principal
from app.core.db import DATABASE_AWAY, Database, Reader, Transaction
from app.core.errors import (
    AppError,
    BodyTooLarge,
    FieldError,
    InvalidInput,
    NotFound,
    NotSignedIn,
    PermissionDenied,
    Unavailable,
)
from app.core.settings import Settings

log = structlog.get_logger()

MAX_BODY_BYTES = (
    256 * 1024
)  # JSON commands and webhooks are small; uploads have routes and limits of their own
LARGER_BODIES = {  # bytes, by how the path begins: what is sent by people who may
    "/api/v1/faq/imports": 32 * 1024 * 1024,
    "/api/v1/faq/calibration-runs": 8 * 1024 * 1024,
    "/api/v1/flows": 2 * 1024 * 1024,
    "/api/v1/announcement-files": 32 * 1024 * 1024,
    "/api/v1/chat/uploads": 101 * 1024 * 1024,  # above every setting, at which the endpoint stops
}
CSRF_HEADER = "x-requested-with"

PrincipalResolver = Callable[[Request], Awaitable[Principal | None]]


def settings_of(request: Request) -> Settings:
    """The process's settings."""
    settings: Settings = request.app.state.settings
    return settings


def database_of(request: Request) -> Database:
    """The process's database."""
    database: Database = request.app.state.database
    return database


async def _transaction(request: Request) -> AsyncIterator[Transaction]:
    async with database_of(request).transaction() as tx:
        yield tx


async def _reader(request: Request) -> AsyncIterator[Reader]:
    async with database_of(request).read() as reader:
        yield reader


Tx = Annotated[Transaction, Depends(_transaction, scope="function")]
Read = Annotated[Reader, Depends(_reader, scope="function")]
CurrentSettings = Annotated[Settings, Depends(settings_of)]


def guard_browser(request: Request) -> None:
    """Refuse cross-site commands: the Origin, when sent, must be ours, and the header that a form cannot send
    must be there (OWASP CSRF cheat sheet: custom request header)."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("origin")
    if origin is not None and origin not in settings_of(request).origins:
        raise PermissionDenied(
            "this address may not send commands here; add it to SWITCHBOARD_ALLOWED_ORIGINS"
        )
    if CSRF_HEADER not in request.headers:
        raise PermissionDenied("commands need the header X-Requested-With: switchboard")


class Requires:
    """Dependency: the request must come from a session whose role has `permission`."""

    def __init__(self, permission: Permission):
        self.permission = permission

    async def __call__(self, request: Request) -> Principal:
        """The principal. Raises NotSignedIn or PermissionDenied."""
        guard_browser(request)
        resolve: PrincipalResolver = request.app.state.resolve_principal
        principal = await resolve(request)
        if principal is None:
            raise NotSignedIn("sign in first")
        principal.require(self.permission)
        return principal


class Public:
    """Dependency that marks a route as open to everybody, with the reason. Carries no check by itself."""

    def __init__(self, reason: str):
        self.reason = reason

    async def __call__(self) -> None:
        """Nothing to check."""


class EdgeRules:
    """ASGI middleware: a body too large is not read, no content type is guessed, and nothing of the
    API is kept in a cache (OWASP ASVS 5.0, 3.4.1, 3.4.4 and 14.3.2)."""

    def __init__(self, app: ASGIApp, *, is_secure: bool):
        self._app = app
        self._is_secure = is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add the headers that the answer does not have."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _body_limit(scope["path"])
        size = Headers(scope=scope).get("content-length", "")
        if size.isdigit() and int(size) > limit:
            await problem_response(_too_large(limit))(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(
                    413
                )  # the frameworks let their own exception through while reading a body
            return message

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                    headers.setdefault(
                        "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
                    )
                if self._is_secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive_limited, send_with_headers)


def _body_limit(path: str) -> int:
    return next((limit for start, limit in LARGER_BODIES.items() if path.startswith(start)), MAX_BODY_BYTES)


def _too_large(limit: int = MAX_BODY_BYTES) -> BodyTooLarge:
    return BodyTooLarge(f"the body may hold {limit // 1024} KiB at most")


def problem_response(error: AppError) -> Response:
    """An error as RFC 9457 `application/problem+json`."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if error.retry_after_seconds:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return Response(
        orjson.dumps(error.problem()), error.status, headers=headers, media_type="application/problem+json"
    )


async def _render_app_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 -- registered for AppError only
    return problem_response(error)


async def _render_validation_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    fields = [
        FieldError(".".join(str(part) for part in e["loc"][1:]) or str(e["loc"][0]), e["msg"])
        for e in error.errors()
    ]
    names = ", ".join(f.field for f in fields)
    return problem_response(InvalidInput(f"please correct: {names}", errors=fields))


async def _render_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:
        return problem_response(NotFound("there is nothing at this address"))
    if error.status_code == 413:
        return problem_response(_too_large(_body_limit(request.url.path)))
    problem = AppError(str(error.detail))
    body = {
        **problem.problem(),
        "status": error.status_code,
        "title": str(error.detail),
        "code": "http_error",
    }
    return Response(
        orjson.dumps(body), error.status_code, headers=error.headers, media_type="application/problem+json"
    )


async def _render_database_down(request: Request, error: Exception) -> Response:
    if isinstance(error, ValueError):  # asyncpg's complaint about an argument: a fault of ours
        return await _render_anything(request, error)
    log.warning("database unavailable", error=type(error).__name__)
    return problem_response(Unavailable("the database is not answering; try again", retry_after_seconds=2))


async def _render_unstorable_text(_: Request, __: Exception) -> Response:
    return problem_response(InvalidInput("a text holds a character that cannot be stored (such as NUL)"))


async def _render_anything(_: Request, error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return problem_response(AppError("an internal error was logged; nothing was changed"))


def install_error_handlers(app: Starlette) -> None:
    """Every failure leaves as a problem document; a lost database as 503 with Retry-After."""
    app.add_exception_handler(AppError, _render_app_error)
    app.add_exception_handler(RequestValidationError, _render_validation_error)
    app.add_exception_handler(HTTPException, _render_http_exception)
    for kind in DATABASE_AWAY:
        app.add_exception_handler(kind, _render_database_down)
    for kind in (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError):
        app.add_exception_handler(kind, _render_unstorable_text)
    app.add_exception_handler(Exception, _render_anything)


def problem_responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: which problems it may answer, for the OpenAPI document."""
    return {
        error.status: {
            "description": f"{error.title} (`{error.code}`)",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for error in errors
    }
