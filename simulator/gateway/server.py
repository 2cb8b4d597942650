"""The gateway as an ASGI application: one websocket, `/signal`. The SDK insists on TLS (wss)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from simulator.gateway.browser_phone import BrowserPhone
from simulator.gateway.gateway import Gateway


def create_gateway_app(gateway: Gateway) -> Starlette:
    """Serve `gateway`; closing the application closes it."""

    async def signal(socket: WebSocket) -> None:
        await BrowserPhone(gateway, socket).serve()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await gateway.close_all()

    return Starlette(routes=[WebSocketRoute("/signal", signal)], lifespan=lifespan)
