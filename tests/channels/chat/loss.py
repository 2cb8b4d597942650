"""Visitors and agents who write to each other while everything around them fails: sockets are cut, clients freeze, the
service is killed, the bus is lost. Afterwards every client's log is 1..n and the server holds each message once.

`python -m tests.channels.chat.loss` is the long form: 40 visitors, 10 agents, 20,000 messages, ten kills.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.channels.chat import keys
from app.core.db import Database
from app.core.ids import new_id
from app.main import create_app
from app.routing import service as routing
from app.routing.offers import Offer
from app.wiring import event_registry
from tests.channels.chat.shop import ORIGIN
from tests.faults.server import Server
from tests.support.app import _HASH, PASSWORD, _prepare, app_settings
from tests.support.centre import COMMAND_HEADERS, free_port
from tests.support.waiting import eventually

PATIENCE = 240.0  # seconds, for a machine that has much else to do
LOST = (OSError, TimeoutError, WebSocketException, httpx.HTTPError)
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.channels.chat.loss"])


def _serve(dsn: str, port: int) -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    if "SWITCHBOARD_FAULTS_VERBOSE" not in os.environ:
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
    app = create_app(app_settings(port, dsn), dsn, with_worker=False)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="error",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
    )
    asyncio.run(uvicorn.Server(config).serve())


class Service:
    """The service as a process that may be killed; it comes back on the same port."""

    def __init__(self, dsn: str) -> None:
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._dsn = dsn
        self._process: BaseProcess | None = None

    async def start(self) -> None:
        """Begin, and wait until it answers."""
        self._process = _context.Process(target=_serve, args=(self._dsn, self.port), daemon=True)
        self._process.start()
        async with httpx.AsyncClient() as http:

            async def answers() -> bool:
                with contextlib.suppress(httpx.HTTPError):
                    return (await http.get(f"{self.base_url}/healthz", timeout=5)).is_success
                return False

            await eventually(answers, PATIENCE, "the service")

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.join()


@dataclass
class Client:
    """One end of a conversation: what it has, and what it still has to send."""

    service: Service
    chance: random.Random
    unsent: list[str]
    log: dict[str, list[int]] = field(default_factory=dict)  # conversation → numbers, in the order they came
    bodies: dict[str, str] = field(default_factory=dict)
    socket: ClientConnection | None = None
    frozen: asyncio.Event = field(default_factory=asyncio.Event)

    def cut(self) -> None:
        """The connection is lost without a word."""
        if self.socket is not None:
            self.socket.transport.abort()

    def got(self, conversation: str, seq: int, body: str) -> None:
        """A message came in."""
        self.log.setdefault(conversation, []).append(seq)
        self.bodies[f"{conversation}:{seq}"] = body

    def last(self, conversation: str) -> int:
        """The newest number it has."""
        return max(self.log.get(conversation, [0]))

    async def stay(self, session: Callable[[], Awaitable[None]]) -> None:
        """Come back after each loss, with a jittered pause, until cancelled."""
        pause = 0.05
        while True:
            try:
                await session()
                pause = 0.05
            except LOST:
                await asyncio.sleep(pause * (1 + self.chance.random()))
                pause = min(pause * 2, 1.0)


@dataclass
class ChatVisitor(Client):
    """A visitor's widget."""

    key: str = ""
    token: str = ""
    conversation: str | None = None
    _sending: str | None = None

    async def begin(self) -> None:
        """Open the widget and write the first message."""
        async with httpx.AsyncClient(base_url=self.service.base_url, timeout=60) as http:
            made = await http.post(f"/api/v1/chat/{self.key}/sessions", json={}, headers={"Origin": ORIGIN})
            self.token = made.raise_for_status().json()["token"]

    @property
    def headers(self) -> dict[str, str]:
        """What each request carries."""
        return {"Authorization": f"Bearer {self.token}", "Origin": ORIGIN}

    async def session(self) -> None:
        """One socket, from hello to its end."""
        async with httpx.AsyncClient(base_url=self.service.base_url, timeout=20) as http:
            answer = await http.post("/api/v1/chat/tickets", headers=self.headers)
            ticket = answer.raise_for_status().json()["ticket"]
        url = f"{self.service.base_url.replace('http', 'ws', 1)}/ws/visitor?key={self.key}"
        async with connect(url, origin=ORIGIN, compression=None, open_timeout=20) as socket:  # type: ignore[arg-type]
            self.socket, self._sending = socket, None
            after = self.last(self.conversation) if self.conversation else 0
            hello = {"id": 1, "type": "hello", "ticket": ticket, "after": after}
            await socket.send(orjson.dumps({**hello, "conversation_id": self.conversation}).decode())
            async for raw in socket:
                await self.frozen.wait()
                await self._heard(socket, orjson.loads(raw))

    async def _heard(self, socket: ClientConnection, frame: dict[str, Any]) -> None:
        updates = frame.get("updates")
        if updates is not None:
            if updates["mode"] == "reset" and updates["conversation_id"] != self.conversation:
                self.conversation = updates["conversation_id"]
            elif updates["mode"] == "reset":
                self.log[self.conversation or ""] = []
        for message in [*(updates["messages"] if updates else ()), *frame.get("events", ())]:
            assert self.conversation is not None
            self.got(self.conversation, message["seq"], message["body"])
        if frame["type"] == "result" and self._sending is not None:
            if self.unsent and self.unsent[0] == self._sending:
                self.unsent.pop(0)
            self._sending = None
        if frame["type"] == "error":
            await asyncio.sleep(frame.get("retry_after_seconds") or 0.1)
            self._sending = None
        if self._sending is None and self.unsent:
            self._sending = self.unsent[0]
            new = {"id": 2, "type": "message", "client_id": self._sending, "body": f"v {self._sending}"}
            await socket.send(orjson.dumps(new).decode())


@dataclass
class ChatAgent(Client):
    """An agent's console with several chats."""

    agent_id: UUID = field(default_factory=uuid4)
    login: str = ""
    contacts: list[UUID] = field(default_factory=list)
    cursor: int = -1
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    async def sign_in(self) -> None:
        """A session, available."""
        async with self.http() as http:
            body = {"login": self.login, "password": PASSWORD}
            (await http.post("/api/v1/session", json=body)).raise_for_status()
            self.cookies = http.cookies

    def http(self) -> httpx.AsyncClient:
        """A client with the session."""
        return httpx.AsyncClient(
            base_url=self.service.base_url, timeout=60, headers=COMMAND_HEADERS, cookies=self.cookies
        )

    async def session(self) -> None:
        """One socket, from hello to its end."""
        async with self.http() as http:
            ticket = (await http.post("/api/v1/session/socket-ticket")).raise_for_status().json()["ticket"]
        url = self.service.base_url.replace("http", "ws", 1) + "/ws/agent"
        async with connect(url, origin=self.service.base_url, compression=None, open_timeout=20) as socket:  # type: ignore[arg-type]
            self.socket = socket
            streams = {f"agent:{self.agent_id}": self.cursor} if self.cursor >= 0 else {}
            hello = {"id": 1, "type": "hello", "ticket": ticket, "streams": streams}
            await socket.send(orjson.dumps(hello).decode())
            async for raw in socket:
                await self.frozen.wait()
                self._heard(orjson.loads(raw))

    def _heard(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot":
            self.cursor = max(self.cursor, frame["snapshot"]["seq"])
        for event in frame.get("events", ()):
            assert event["seq"] == self.cursor + 1 or self.cursor < 0, "the agent's stream has no gap"
            self.cursor = event["seq"]
            if event["type"] == "message.added":
                message = event["message"]
                self.got(message["conversation_id"], message["seq"], message["body"])

    async def write(self) -> None:
        """Send everything, one after the other, each until it is answered."""
        while self.unsent:
            contact_id = self.contacts[len(self.unsent) % len(self.contacts)]
            body = {"client_id": self.unsent[0], "body": f"a {self.unsent[0]}"}
            async with self.http() as http:
                (await http.post(f"/api/v1/contacts/{contact_id}/messages", json=body)).raise_for_status()
            self.unsent.pop(0)
        await asyncio.Event().wait()


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    visitors: int = 3
    agents: int = 2
    messages: int = 48
    kills: int = 1
    cut_every: tuple[float, float] = (1.5, 4.0)  # seconds between two cuts of one client
    bus_lost_seconds: float = 2.0


LONG = Plan(visitors=40, agents=10, messages=20_000, kills=10, cut_every=(5.0, 20.0), bus_lost_seconds=60.0)


async def run(dsn: str, plan: Plan, *, seed: int) -> list[str]:
    """Play it; returns what is wrong."""
    chance = random.Random(seed)
    service = Service(dsn)
    database = Database(dsn, pool_size=4, registry=event_registry())
    await database.open()
    await service.start()
    tasks: list[asyncio.Task[None]] = []
    try:
        visitors, agents = await _people(service, database, plan, chance)
        clients: list[Client] = [*visitors, *agents]
        for client in clients:
            client.frozen.set()
        tasks = [asyncio.ensure_future(v.stay(v.session)) for v in visitors]
        tasks += [asyncio.ensure_future(a.stay(a.session)) for a in agents]
        await _talking(database, visitors, agents)
        tasks += [asyncio.ensure_future(a.stay(a.write)) for a in agents]
        wanted = [
            [str(uuid4()) for _ in range(plan.messages // 2 // plan.visitors)] for _ in range(plan.visitors)
        ]
        for visitor, ids in zip(visitors, wanted, strict=True):
            visitor.unsent += ids
            visitor.cut()  # so that it notices that there is something to send
        for agent in agents:
            agent.unsent += [str(uuid4()) for _ in range(plan.messages // 2 // plan.agents)]
        faults = [asyncio.ensure_future(_cut(client, plan, chance)) for client in clients]
        faults.append(asyncio.ensure_future(_lose_bus(database, plan.bus_lost_seconds)))
        tasks += faults
        for nth in range(plan.kills):
            total = sum(len(client.unsent) for client in clients)
            goal = total * (plan.kills - nth) // (plan.kills - nth + 1)
            await _until_left(clients, goal)
            service.kill()
            await service.start()
        await _until_left(clients, 0)
        for fault in faults:
            fault.cancel()
        for client in clients:
            client.frozen.set()
        return await _judged(database, visitors, agents)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        service.kill()
        await database.close()


async def _people(
    service: Service, database: Database, plan: Plan, chance: random.Random
) -> tuple[list[ChatVisitor], list[ChatAgent]]:
    queue_id, key = await _prepare(database), keys.new_key()
    agents = [
        ChatAgent(service, random.Random(chance.random()), [], agent_id=new_id(), login=f"agent{n}")
        for n in range(plan.agents)
    ]
    async with database.transaction() as tx:
        await keys.create(tx, key, {"name": "Shop", "origins": [ORIGIN], "queue_id": queue_id})
        for n, agent in enumerate(agents):
            await tx.execute(
                """insert into agents (id, number, login, display_name, password_hash, role, softphone_identity)
                   values ($1, $2, $3, $3, $4, 'agent', 'phone_' || $3)""",
                agent.agent_id,
                n + 1,
                agent.login,
                _HASH,
            )
            await tx.execute(
                "insert into agent_states (agent_id, message_slots, presence) values ($1, $2, 'available')",
                agent.agent_id,
                plan.visitors,
            )
            await tx.execute(
                "insert into agent_queues (agent_id, queue_id) values ($1, $2)", agent.agent_id, queue_id
            )
    visitors = []
    for _ in range(plan.visitors):
        visitor = ChatVisitor(service, random.Random(chance.random()), [str(uuid4())], key=key)
        await visitor.begin()
        visitors.append(visitor)
    for agent in agents:
        await agent.sign_in()
    return visitors, agents


async def _talking(database: Database, visitors: list[ChatVisitor], agents: list[ChatAgent]) -> None:
    """Everybody has written once; each chat is given to an agent, as the router would."""

    async def all_there() -> bool:
        async with database.read() as reader:
            waiting = await reader.fetchval("select count(*) from contacts where state = 'queued'")
            connected = await reader.fetchval("select count(*) from agent_states where is_connected")
        return bool(waiting == len(visitors) and connected == len(agents))

    await eventually(all_there, PATIENCE, "everybody")
    async with database.read() as reader:
        rows = await reader.fetch("select id from contacts order by id")
    for n, row in enumerate(rows):
        agent = agents[n % len(agents)]
        async with database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            proposal = routing.Proposal(row["id"], agent.agent_id, now + timedelta(minutes=5))
            [offer] = await routing.make_offers(tx, [proposal], epoch=1)
            assert isinstance(offer, Offer), offer
            await routing.accept_offer(
                tx, offer_id=offer.id, agent_id=agent.agent_id, now=now, timeout=timedelta(seconds=60)
            )
        agent.contacts.append(row["id"])


async def _cut(client: Client, plan: Plan, chance: random.Random) -> None:
    """Cut this client's socket now and then; sometimes it freezes for a while instead."""
    while True:
        await asyncio.sleep(chance.uniform(*plan.cut_every))
        if chance.random() < 0.2:
            client.frozen.clear()
            await asyncio.sleep(chance.uniform(*plan.cut_every))
            client.frozen.set()
        else:
            client.cut()


async def _lose_bus(database: Database, seconds: float) -> None:
    """End every connection of the bus for a while."""
    ends = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < ends:
        async with database.read() as reader:
            await reader.fetch(
                """select pg_terminate_backend(pid) from pg_stat_activity
                   where application_name = 'switchboard-bus' and datname = current_database()"""
            )
        await asyncio.sleep(0.1)


async def _until_left(clients: list[Client], goal: int) -> None:
    async def reached() -> bool:
        return sum(len(client.unsent) for client in clients) <= goal

    await eventually(reached, PATIENCE * 5, f"{goal} messages left to send")


async def _judged(database: Database, visitors: list[ChatVisitor], agents: list[ChatAgent]) -> list[str]:
    """Wait until everybody has everything, then look."""
    async with database.read() as reader:
        rows = await reader.fetch("select conversation_id::text, seq, body from messages order by 1, 2")
        wrong_rows = await reader.fetch(
            "select conversation_id from messages group by 1 having max(seq) <> count(*) or min(seq) <> 1"
        )
    stored: dict[str, list[int]] = {}
    for row in rows:
        stored.setdefault(row["conversation_id"], []).append(row["seq"])
    bodies = {f"{row['conversation_id']}:{row['seq']}": row["body"] for row in rows}
    first = {row["conversation_id"] for row in rows}

    async def all_have_all() -> bool:
        return all(
            len(v.log.get(v.conversation or "", ())) >= len(stored[v.conversation or ""]) for v in visitors
        ) and all(any(a.last(one) >= len(stored[one]) for a in agents) for one in first)

    with contextlib.suppress(AssertionError):
        await eventually(all_have_all, PATIENCE, "the last messages")
    wrong = [f"on the server {row['conversation_id']} is not 1..n" for row in wrong_rows]
    said = [row["body"] for row in rows]
    if len(set(said)) != len(said):
        wrong.append("a message is stored twice")
    for n, visitor in enumerate(visitors):
        log = visitor.log.get(visitor.conversation or "", [])
        if log != stored[visitor.conversation or ""]:
            wrong.append(f"visitor {n} has {log}, stored is {stored[visitor.conversation or '']}")
    for n, agent in enumerate(agents):
        # the first message came before the agent had the chat
        wrong += [
            f"agent {n} has {log} of {one}"
            for one, log in agent.log.items()
            if log != stored[one][stored[one].index(log[0]) :]
        ]
    for client in [*visitors, *agents]:
        wrong += [f"{at} reads {b!r}" for at, b in client.bodies.items() if bodies.get(at) != b]
    return wrong


def main() -> int:
    """The long form, on a server of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.channels.chat.loss", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--messages", type=int, default=LONG.messages)
    arguments = parser.parse_args()
    plan = Plan(**{**LONG.__dict__, "messages": arguments.messages})
    sys.stdout.write(f"seed {arguments.seed}, {plan}\n")
    with Server(slack=5.0) as server:
        dsn = asyncio.run(server.new_database("loss"))
        wrong = asyncio.run(run(dsn, plan, seed=arguments.seed))
    sys.stdout.write(
        "\n".join(wrong[:20]) + "\n" if wrong else "every log is 1..n, every message is held once\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
