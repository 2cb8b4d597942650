"""Signing in and out, and tickets for sockets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.agents import sessions
from app.agents.schemas import Me, SignIn, SocketTicket
from app.core.auth import Permission, Principal
from app.core.errors import NotSignedIn, PermissionDenied, TooManyAttempts
from app.core.http import (
    CurrentSettings,
    Public,
    Requires,
    Tx,
    database_of,
    guard_browser,
    problem_responses,
)
from app.core.settings import Settings

router = APIRouter(tags=["session"])

ConsoleUser = Annotated[Principal, Depends(Requires(Permission.CONSOLE_USE))]


def _me(principal: Principal, settings: Settings, build: str) -> Me:
    return Me.model_validate(
        {
            "agent_id": principal.agent_id,
            "login": principal.login,
            "display_name": principal.display_name,
            "role": principal.role,
            "locale": principal.locale,
            "permissions": sorted(principal.permissions),
            "company_name": settings.company_name,
            "build": build,
        }
    )


@router.post(
    "/session",
    operation_id="sign_in",
    dependencies=[Depends(Public("this is where a session begins"))],
    responses=problem_responses(sessions.WrongCredentials, TooManyAttempts, PermissionDenied),
)
async def sign_in(body: SignIn, request: Request, response: Response, settings: CurrentSettings) -> Me:
    """Open a session and set its cookie. The cookie is HttpOnly and SameSite=Lax; over https it is a `__Host-`
    cookie (RFC 6265bis)."""
    guard_browser(request)
    signed_in = await sessions.sign_in(
        database_of(request),
        settings,
        login=body.login,
        password=body.password,
        address=request.client.host if request.client else "unknown",
        user_agent=request.headers.get("user-agent"),
    )
    response.set_cookie(
        settings.cookie_name,
        signed_in.token,
        expires=signed_in.expires_at,
        path="/",
        secure=settings.is_secure,
        httponly=True,
        samesite="lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return _me(signed_in.principal, settings, request.app.state.build)


@router.get("/session", operation_id="get_session", responses=problem_responses(NotSignedIn))
async def get_session(
    principal: ConsoleUser, request: Request, response: Response, settings: CurrentSettings
) -> Me:
    """Who is signed in."""
    response.headers["Cache-Control"] = "no-store"
    return _me(principal, settings, request.app.state.build)


@router.delete("/session", operation_id="sign_out", status_code=204, responses=problem_responses(NotSignedIn))
async def sign_out(principal: ConsoleUser, response: Response, settings: CurrentSettings, tx: Tx) -> None:
    """End the session; its sockets close within seconds."""
    await sessions.sign_out(tx, principal)
    response.delete_cookie(settings.cookie_name, path="/", secure=settings.is_secure, httponly=True)


@router.post("/session/socket-ticket", operation_id="socket_ticket", responses=problem_responses(NotSignedIn))
async def socket_ticket(principal: ConsoleUser, tx: Tx) -> SocketTicket:
    """A ticket for the first frame of `/ws/agent`: single use, good for 30 seconds."""
    ticket, expires_at = await sessions.issue_ticket(tx, principal)
    return SocketTicket(ticket=ticket, expires_at=expires_at)
