"""The whole product in one test: the real application and the simulated phone network, each on a port of its own,
with a demo centre in a fresh database. Only the process boundary is missing."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.core.db import Database
from app.core.settings import Settings
from app.demo.run import service_environment, simulator_config
from app.demo.summary import MAIN_NUMBER, PASSWORD, DemoSummary, summary
from app.main import create_app
from simulator import Knobs, RealClock, Simulator, parse_config
from simulator.app import create_app as create_simulator
from simulator.endpoints import Policy
from tests.support.waiting import eventually

SPEED = 40.0  # simulated seconds per real second: a greeting of four seconds takes a tenth of one
ACCOUNT = {
    "account_sid": "AC" + "a" * 32,
    "auth_token": "token-of-the-tests",
    "api_key_sid": "SK" + "b" * 32,
    "api_key_secret": "secret-of-the-tests-secret-of-the-tests",
}
COMMAND_HEADERS = {"X-Requested-With": "switchboard"}


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def served(app: Any, port: int, *, tls: tuple[Path, Path] | None = None) -> AsyncIterator[None]:
    """Serve an ASGI application on a loopback port for the length of the block; `tls`: certificate and key files."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="error",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=300,  # a client that comes back after a long moment must not meet a closing connection
        lifespan="on",
        ssl_certfile=tls and tls[0],
        ssl_keyfile=tls and tls[1],
    )
    server = uvicorn.Server(config)
    task = asyncio.ensure_future(server.serve())
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def settings_for(dsn: str, port: int, simulator_port: int, **changes: Any) -> Settings:
    """Settings of the demo centre on these ports."""
    base = f"http://127.0.0.1:{port}"
    simulator = f"http://127.0.0.1:{simulator_port}"
    plain = Settings(_env_file=None, port=port, simulator_port=simulator_port)
    environment = service_environment(plain, dsn, ACCOUNT, base, simulator)
    values = {name.removeprefix("SWITCHBOARD_").lower(): value for name, value in environment.items()}
    return Settings(_env_file=None, **{**values, "home": Path("var/test"), **changes})


@dataclass
class Agent:
    """An agent at the console, as a program: REST, socket, and a browser phone that answers by itself."""

    centre: "Centre"
    http: httpx.AsyncClient
    agent_id: UUID
    softphone_identity: str
    events: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    socket: ClientConnection | None = None
    _reader: asyncio.Task[None] | None = None
    _ids: int = 0

    @property
    def stream(self) -> str:
        """The agent's own stream."""
        return f"agent:{self.agent_id}"

    @property
    def last_seq(self) -> int:
        """The newest number seen of the own stream."""
        return max((e["seq"] for e in self.events if e["stream"] == self.stream), default=-1)

    async def connect(self, *, resume: bool = False) -> dict[str, Any]:
        """Open the socket; returns the welcome."""
        ticket = (await self.command("POST", "/session/socket-ticket"))["ticket"]
        self.socket = await connect(
            self.centre.base_url.replace("http", "ws", 1) + "/ws/agent",
            origin=self.centre.base_url,  # type: ignore[arg-type]
            compression=None,
        )
        streams = {self.stream: self.last_seq} if resume and self.last_seq >= 0 else {}
        before = len(self.messages)
        await self.send({"type": "hello", "ticket": ticket, "streams": streams})
        self._reader = asyncio.ensure_future(self._read(self.socket))

        async def welcomed() -> bool:
            return any(m["type"] == "welcome" for m in self.messages[before:])

        await eventually(welcomed, what="the welcome")
        return next(m for m in self.messages[before:] if m["type"] == "welcome")

    async def send(self, message: dict[str, Any]) -> int:
        """Send a frame; returns its id."""
        assert self.socket is not None
        self._ids += 1
        await self.socket.send(orjson.dumps({"id": self._ids, **message}).decode())
        return self._ids

    async def _read(self, ws: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for raw in ws:
                message = orjson.loads(raw)
                self.messages.append(message)
                if message["type"] == "events":
                    self.events += message["events"]

    async def drop(self) -> None:
        """Lose the socket without a word."""
        assert self.socket is not None
        self.socket.transport.abort()
        if self._reader is not None:
            await self._reader

    async def command(self, method: str, path: str, body: Any = None, *, status: int = 0) -> dict[str, Any]:
        """Call the API; fails unless it answers `status` (or any success)."""
        response = await self.http.request(method, f"/api/v1{path}", json=body, headers=COMMAND_HEADERS)
        assert response.status_code == status if status else response.is_success, response.text
        return orjson.loads(response.content) if response.content else {}

    async def available(self) -> None:
        """Start the shift: socket open, phone ready, presence available."""
        self.centre.simulator.endpoints.set(f"client:{self.softphone_identity}", Policy.ANSWER, after=0.2)
        await self.connect()
        await self.command("PUT", "/agents/me/presence", {"presence": "available"})

    async def event(self, kind: str, **match: Any) -> dict[str, Any]:
        """Wait for an event of this type whose fields match; returns the newest such."""

        def found() -> list[dict[str, Any]]:
            return [
                e for e in self.events if e["type"] == kind and all(e.get(k) == v for k, v in match.items())
            ]

        async def there() -> bool:
            return bool(found())

        await eventually(there, what=f"{kind} {match}")
        return found()[-1]

    async def contact(self, **match: Any) -> dict[str, Any]:
        """Wait until the newest view of a contact in hand matches."""

        def newest() -> dict[str, Any] | None:
            views = [e["contact"] for e in self.events if e["type"] == "contact.changed"]
            return views[-1] if views and all(views[-1].get(k) == v for k, v in match.items()) else None

        async def there() -> bool:
            return newest() is not None

        await eventually(there, what=f"a contact with {match}")
        view = newest()
        assert view is not None
        return view


@dataclass
class Centre:
    """The running product."""

    app: FastAPI
    settings: Settings
    base_url: str
    simulator: Simulator
    simulator_url: str
    database: Database
    facts: DemoSummary
    agents: list[Agent] = field(default_factory=list)

    async def sign_in(self, login: str) -> Agent:
        """An agent with a session, not yet connected."""
        http = httpx.AsyncClient(base_url=self.base_url, timeout=15)
        response = await http.post(
            "/api/v1/session", json={"login": login, "password": PASSWORD}, headers=COMMAND_HEADERS
        )
        assert response.status_code == 200, response.text
        agent_id = UUID(response.json()["agent_id"])
        async with self.database.read() as reader:
            identity = await reader.fetchval("select softphone_identity from agents where id = $1", agent_id)
        agent = Agent(self, http, agent_id, identity)
        self.agents.append(agent)
        return agent

    async def at_work(self, login: str) -> Agent:
        """An agent who is signed in, connected and available."""
        agent = await self.sign_in(login)
        await agent.available()
        return agent

    async def call(self, number: str | None = None) -> Any:
        """A customer dials the shop; the first known caller unless told otherwise."""
        caller = self.facts.callers[0].number if number is None else number
        phone = self.simulator.phone(None if caller == "anonymous" else caller)
        return await phone.call(MAIN_NUMBER)

    async def value(self, sql: str, *args: Any) -> Any:
        """One value from the tables."""
        async with self.database.read() as reader:
            return await reader.fetchval(sql, *args)

    async def becomes(self, sql: str, expected: Any, *args: Any) -> None:
        """Wait until the tables say so."""

        async def there() -> bool:
            return bool(await self.value(sql, *args) == expected)

        await eventually(there, what=f"{sql} = {expected}")

    async def close(self) -> None:
        """Close what agents hold open."""
        for agent in self.agents:
            if agent.socket is not None:
                await agent.socket.close()
            await agent.http.aclose()


@contextlib.asynccontextmanager
async def running_centre(
    dsn: str, *, speed: float = SPEED, knobs: Knobs | None = None, **changes: Any
) -> AsyncIterator[Centre]:
    """The product with worker and simulator, on the seeded database `dsn`; `knobs` are the simulator's."""
    port, simulator_port = free_port(), free_port()
    settings = settings_for(dsn, port, simulator_port, **changes)
    facts = summary(settings, is_new=False)
    config = parse_config(
        simulator_config(facts, ACCOUNT, settings.public_base_url, settings.twilio_api_base_url)
    )
    if knobs is not None:
        config = replace(config, knobs=knobs)
    simulator = Simulator(config, RealClock(speed), seed=7)
    app = create_app(settings, dsn, with_worker=True)
    database = Database(dsn, pool_size=4)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(served(create_simulator(simulator), simulator_port))
        await stack.enter_async_context(served(app, port))
        await database.open()
        stack.push_async_callback(database.close)
        centre = Centre(
            app,
            settings,
            settings.public_base_url,
            simulator,
            f"http://127.0.0.1:{simulator_port}",
            database,
            facts,
        )
        stack.push_async_callback(centre.close)
        yield centre
        await simulator.close()
