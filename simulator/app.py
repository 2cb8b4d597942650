"""The network as an ASGI application: Twilio's REST API, the control API, and the websockets, on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from simulator.control import (
    EXCEPTIONS,
    CallControl,
    EndpointControl,
    LoadControl,
    TextControl,
    WorldControl,
    control_error,
)
from simulator.network import Simulator
from simulator.rest.server import handle_rest, handle_voice_v1
from simulator.shop import shop_routes
from simulator.sockets import ClientSockets, events_socket


def create_app(simulator: Simulator) -> Starlette:
    """Serve `simulator`; closing the application closes it."""
    clients = ClientSockets(simulator)

    async def rest(request: Request) -> Response:
        return await handle_rest(simulator, request)

    async def voice_v1(request: Request) -> Response:
        return await handle_voice_v1(simulator, request)

    async def events(socket: WebSocket) -> None:
        await events_socket(simulator, socket)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await simulator.close()

    routes = [
        Route("/2010-04-01/{rest:path}", rest, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
        Route("/v1/{rest:path}", voice_v1, methods=["GET"]),
        *CallControl(simulator).routes(),
        *EndpointControl(simulator).routes(),
        *LoadControl(simulator).routes(),
        *TextControl(simulator).routes(),
        *WorldControl(simulator).routes(),
        *shop_routes(simulator.config.shop),
        WebSocketRoute("/sim/events", events),
        WebSocketRoute("/sim/client", clients.serve),
    ]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(simulator.config.allow_origins),
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["content-type"],
    )
    handlers = dict.fromkeys(EXCEPTIONS, control_error)
    return Starlette(routes=routes, middleware=[cors], exception_handlers=handlers, lifespan=lifespan)
