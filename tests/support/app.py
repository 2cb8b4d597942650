"""The web application alone on a port: no worker, no simulator. For what agents' browsers see and send."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.agents import accounts
from app.channels.voice import calls
from app.channels.voice.calls import CallState
from app.channels.voice.show import show
from app.contacts import service as contacts
from app.contacts.service import NewContact
from app.core.batch import Batch
from app.core.db import Database
from app.core.ids import new_id
from app.core.settings import Settings
from app.main import create_app
from app.routing import service as routing
from app.routing.offers import Offer
from app.routing.service import QueueRequest
from app.wiring import event_registry
from tests.support.centre import COMMAND_HEADERS, free_port, served

PASSWORD = "correct horse battery"
_HASH = accounts.hash_password(PASSWORD)
CALLER = "+886912345678"


async def close_code(socket: ClientConnection) -> int:
    """Read until the server closes; returns its code."""
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else 1006  # 1006: cut without a word


@dataclass
class Console:
    """One socket of an agent, as a program that keeps what it hears."""

    socket: ClientConnection
    welcome: dict[str, Any] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    _ids: int = 0

    async def send(self, message: dict[str, Any]) -> int:
        """Send a frame; returns its id."""
        self._ids += 1
        await self.socket.send(orjson.dumps({"id": self._ids, **message}).decode())
        return self._ids

    async def next(self, kind: str | None = None, **match: Any) -> dict[str, Any]:
        """Read until a message of this kind whose fields match."""
        while True:
            message: dict[str, Any] = orjson.loads(await self.socket.recv())
            self.heard.append(message)
            if kind in (None, message["type"]) and all(message.get(k) == v for k, v in match.items()):
                return message

    async def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a frame and read until its answer."""
        sent = await self.send(message)
        return await self.next(reply_to=sent)

    async def settle(self) -> None:
        """Read everything that was written before now."""
        await self.ask({"type": "heartbeat"})

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events heard, in order."""
        return [event for m in self.heard if m["type"] == "events" for event in m["events"]]


@dataclass
class Person:
    """A signed-in agent."""

    web: "RunningApp"
    agent_id: UUID
    http: httpx.AsyncClient

    @property
    def stream(self) -> str:
        """The agent's own stream."""
        return f"agent:{self.agent_id}"

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Any request, as the console sends it."""
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=COMMAND_HEADERS)

    async def command(self, method: str, path: str, body: Any = None) -> Any:
        """A request that must succeed; returns its JSON."""
        response = await self.call(method, path, body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    async def snapshot(self) -> dict[str, Any]:
        """The console's whole state."""
        found: dict[str, Any] = await self.command("GET", "/console/snapshot")
        return found

    async def ticket(self) -> str:
        """A ticket for one socket."""
        return str((await self.command("POST", "/session/socket-ticket"))["ticket"])

    @contextlib.asynccontextmanager
    async def console(self, *, streams: dict[str, int] | None = None) -> AsyncIterator[Console]:
        """An open socket that was welcomed."""
        async with self.web.socket() as socket:
            console = Console(socket)
            sent = await console.send(
                {"type": "hello", "ticket": await self.ticket(), "streams": streams or {}}
            )
            console.welcome = await console.next("welcome", reply_to=sent)
            yield console


@dataclass
class RunningApp:
    """The application and direct hands on its database."""

    app: FastAPI
    settings: Settings
    database: Database
    queue_id: UUID
    base_url: str
    stack: contextlib.AsyncExitStack

    @contextlib.asynccontextmanager
    async def socket(self, *, origin: str | None = "") -> AsyncIterator[ClientConnection]:
        """A bare websocket to `/ws/agent`; from our own origin unless told otherwise."""
        url = self.base_url.replace("http", "ws", 1) + "/ws/agent"
        own = self.base_url if origin == "" else origin
        async with connect(url, origin=own, compression=None, open_timeout=20) as socket:  # type: ignore[arg-type]
            yield socket

    def client(self) -> httpx.AsyncClient:
        """A browser without a session."""
        client = httpx.AsyncClient(base_url=self.base_url, timeout=20)
        self.stack.push_async_callback(client.aclose)
        return client

    async def person(self, login: str, *, role: str = "agent") -> Person:
        """Make an account that serves the queue and sign it in."""
        return await self.sign_in(login, await self.add_account(login, role=role))

    async def add_account(self, login: str, *, role: str = "agent") -> UUID:
        """Make an account that serves the queue."""
        agent_id = new_id()
        async with self.database.transaction() as tx:
            await tx.execute(
                """insert into agents (id, number, login, display_name, password_hash, role, softphone_identity)
                   select $1, 1 + count(*), $2, initcap($2), $3, $4, 'phone_' || $2 from agents""",
                agent_id,
                login,
                _HASH,
                role,
            )
            await tx.execute("insert into agent_states (agent_id) values ($1)", agent_id)
            await tx.execute(
                "insert into agent_queues (agent_id, queue_id) values ($1, $2)", agent_id, self.queue_id
            )
        return agent_id

    async def sign_in(self, login: str, agent_id: UUID) -> Person:
        """One more session of an account."""
        http = self.client()
        answer = await http.post(
            "/api/v1/session", json={"login": login, "password": PASSWORD}, headers=COMMAND_HEADERS
        )
        assert answer.status_code == 200, answer.text
        return Person(self, agent_id, http)

    async def queued(self) -> UUID:
        """A customer who waits in the queue."""
        async with self.database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            contact = await contacts.open_contact(
                tx, NewContact("voice", CALLER, "+886255500100", None, "unknown", [], "en")
            )
            batch = Batch()
            calls.create(batch, contact_id=contact.id, call_sid=f"CA{contact.id.hex}")
            await tx.write(batch)
            request = QueueRequest(self.queue_id, 5, {}, None, None)
            await routing.enqueue(tx, contact.id, request, now=now)
        return contact.id

    async def offered(self, person: Person) -> tuple[UUID, UUID]:
        """A waiting customer offered to this agent: contact and offer."""
        contact_id = await self.queued()
        async with self.database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            proposal = routing.Proposal(contact_id, person.agent_id, now + timedelta(seconds=20))
            [offer] = await routing.make_offers(tx, [proposal], epoch=1)
        assert isinstance(offer, Offer), "the agent must be connected and available"
        return contact_id, offer.id

    async def talking(self, person: Person) -> UUID:
        """A customer in conversation with this agent."""
        contact_id, offer_id = await self.offered(person)
        await person.command("POST", f"/offers/{offer_id}/accept")
        async with self.database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            await routing.connected(tx, offer_id=offer_id, now=now)
            await calls.change(tx, contact_id, state=CallState.TALKING.value)
            await show(tx, contact_id, state=CallState.TALKING)
        return contact_id

    async def wrapping_up(self, person: Person) -> UUID:
        """A conversation of this agent that is over and not yet coded."""
        contact_id = await self.talking(person)
        async with self.database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            await routing.start_wrap_up(tx, contact_id, now=now, ended_by="customer")
        return contact_id


def app_settings(port: int, dsn: str, **changes: Any) -> Settings:
    """Settings of an application on a loopback port that reaches no carrier."""
    values: dict[str, Any] = {
        "database_url": dsn,
        "port": port,
        "public_base_url": f"http://127.0.0.1:{port}",
        "home": Path("var/test"),
        "twilio_account_sid": "AC" + "a" * 32,
        "twilio_auth_token": "token-of-the-tests",
        **changes,
    }
    return Settings(_env_file=None, **values)


@contextlib.asynccontextmanager
async def running_app(dsn: str, *, port: int | None = None, **changes: Any) -> AsyncIterator[RunningApp]:
    """The application on a fresh database with one queue and one disposition."""
    settings = app_settings(port or free_port(), dsn, **changes)
    app = create_app(settings, dsn, with_worker=False)
    database = Database(dsn, pool_size=4, registry=event_registry())
    async with contextlib.AsyncExitStack() as stack:
        await database.open()
        stack.push_async_callback(database.close)
        queue_id = await _prepare(database)
        await stack.enter_async_context(served(app, settings.port))
        database.on_commit(app.state.bus.publish)
        yield RunningApp(app, settings, database, queue_id, settings.public_base_url, stack)


async def _prepare(database: Database) -> UUID:
    async with database.transaction() as tx:
        await tx.execute(
            "insert into queues (id, key, name) values ($1, 'help', 'Help') on conflict do nothing", new_id()
        )
        await tx.execute(
            "insert into dispositions (code, labels) values ('solved', '{\"en\": \"Solved\"}') on conflict do nothing"
        )
        queue_id: UUID = await tx.fetchval("select id from queues where key = 'help'")
    return queue_id
