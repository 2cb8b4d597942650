"""The addresses the carrier calls about messages: verify, parse, one service call, answer.

Inbound messages are answered with empty TwiML: what we say is sent by REST, where its fate can be followed. A fault of
ours is a 500, so that the carrier uses the number's fallback address.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.channels.messaging.inbound import Inbound
from app.channels.messaging.reports import Reports
from app.channels.twilio.signature import Form, WebhookVerifier
from app.core.db import Database
from app.core.errors import AppError, InvalidInput
from app.core.http import problem_response
from app.core.settings import Settings

PREFIX = "/webhooks/twilio/messaging"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def status_url(public_base_url: str, message_id: UUID) -> str:
    """Where the carrier reports what became of this message of ours."""
    return f"{public_base_url}{PREFIX}/status?message={message_id}"


def messaging_routes(database: Database, settings: Settings) -> list[Route]:
    """All messaging webhooks of this process."""
    verifier = WebhookVerifier(settings)
    inbound = Inbound(database, settings)
    reports = Reports(database)

    def route(path: str, handle: Callable[[Request, Form], Awaitable[Response]]) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                form = await verifier.verified_form(request)
                return await handle(request, form)
            except AppError as error:
                return problem_response(error)

        return Route(f"{PREFIX}/{path}", endpoint, methods=["POST"], name=f"messaging-{path}")

    async def received(_: Request, form: Form) -> Response:
        await inbound.receive(form)
        return Response(EMPTY, media_type="text/xml")

    async def status(request: Request, form: Form) -> Response:
        await reports.status(form, _message_id(request))
        return Response(status_code=204)

    return [route("inbound", received), route("status", status)]


def _message_id(request: Request) -> UUID | None:
    text = request.query_params.get("message")
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput.of("message", "must be in the address as we gave it") from None
