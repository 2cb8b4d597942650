"""Composition root of the web application."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send

from app import openapi
from app.agents import sessions
from app.announcements.sounds import sound_routes
from app.api import api
from app.channels.chat.cors import ChatCors
from app.channels.chat.keeping import Keeping
from app.channels.chat.socket import router as visitor_socket
from app.channels.messaging.webhooks import PREFIX as MESSAGING_PREFIX
from app.channels.messaging.webhooks import messaging_routes
from app.channels.voice.urls import PREFIX as VOICE_PREFIX
from app.channels.voice.webhooks import voice_routes
from app.console.housekeeping import Housekeeping
from app.console.socket import router as agent_socket
from app.core.auth import Principal
from app.core.http import EdgeRules, install_error_handlers
from app.core.settings import Settings
from app.health import health_routes
from app.process import Process, build, desk, object_store, opened, working
from app.web.api_page import api_page_route
from app.web.help.routes import help_routes
from app.web.pages import STATIC, build_id, page_routes
from app.web.widget import widget_routes


class Application(FastAPI):
    """FastAPI, with the carrier's webhooks beside it: the hottest addresses need none of its layers."""

    carrier_webhooks: Starlette

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Webhooks to their own router, everything else to FastAPI."""
        if scope["type"] == "http" and scope["path"].startswith((VOICE_PREFIX, MESSAGING_PREFIX)):
            await self.carrier_webhooks(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    settings: Settings,
    dsn: str,
    *,
    with_worker: bool,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Application:
    """The application of one process. `with_worker`: the router, the jobs and the timers run in it too.
    `transport` replaces the network towards the carrier in tests."""
    process = build(settings, dsn)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(opened(process))
            Keeping(app.state.chat).start(process.tasks)
            Housekeeping(process.database, process.hub, settings, process.bus).start(process.tasks)
            if with_worker:
                await stack.enter_async_context(working(process, transport=transport))
            yield

    app = Application(
        title=openapi.TITLE,
        version=openapi.VERSION,
        lifespan=lifespan,
        docs_url=None,  # that page would run scripts of another host on our origin; ours has none
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.add_middleware(EdgeRules, is_secure=settings.is_secure)
    app.add_middleware(ChatCors)  # outermost: refusals of the other can be read by the site's page too
    _keep_state(app, process)
    install_error_handlers(app)
    app.carrier_webhooks = Starlette(
        routes=[*voice_routes(process.database, settings), *messaging_routes(process.database, settings)],
        middleware=[Middleware(EdgeRules, is_secure=settings.is_secure)],
    )
    install_error_handlers(app.carrier_webhooks)
    app.include_router(api)
    app.include_router(agent_socket)
    app.include_router(visitor_socket)
    openapi.install(app)
    app.router.routes += health_routes(process.database, process.bus, settings)
    app.router.routes += sound_routes(process.database, app.state.files)
    app.router.routes += [api_page_route(app.openapi), *widget_routes(), *page_routes(settings)]
    app.router.routes += help_routes(settings, process.database, STATIC)
    return app


def _keep_state(app: FastAPI, process: Process) -> None:
    settings, database = process.settings, process.database

    async def resolve_principal(request: Request) -> Principal | None:
        token = request.cookies.get(settings.cookie_name)
        if token is None:
            return None
        async with database.read() as reader:
            return await sessions.resolve(reader, settings, sessions.hash_token(token))

    app.state.settings = settings
    app.state.database = database
    app.state.hub = process.hub
    app.state.node = process.node
    app.state.bus = process.bus
    app.state.files = object_store(settings)
    app.state.chat = desk(process)
    app.state.build = build_id()
    app.state.resolve_principal = resolve_principal
