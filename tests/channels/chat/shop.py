"""A shop with a widget key, its visitors as programs, and the application that serves them."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import orjson
from websockets.asyncio.client import ClientConnection, connect

from app.channels.chat import keys
from app.routing import service as routing
from app.routing.offers import Offer
from tests.support.app import Person, RunningApp
from tests.support.waiting import eventually

ORIGIN = "https://shop.example.com"


@dataclass
class VisitorSocket:
    """One socket of a visitor, which keeps what it hears."""

    socket: ClientConnection
    welcome: dict[str, Any] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    _ids: int = 0

    async def send(self, frame: dict[str, Any]) -> int:
        """Send a frame; returns its id."""
        self._ids += 1
        await self.socket.send(orjson.dumps({"id": self._ids, **frame}).decode())
        return self._ids

    async def next(self, kind: str | None = None, **match: Any) -> dict[str, Any]:
        """Read until a frame of this kind whose fields match."""
        while True:
            frame: dict[str, Any] = orjson.loads(await asyncio.wait_for(self.socket.recv(), 20))
            self.heard.append(frame)
            if kind in (None, frame["type"]) and all(frame.get(k) == v for k, v in match.items()):
                return frame

    async def ask(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Send a frame and read until its answer."""
        sent = await self.send(frame)
        return await self.next(reply_to=sent)

    async def say(self, body: str, **more: Any) -> dict[str, Any]:
        """Write; returns the stored message."""
        answer = await self.ask({"type": "message", "client_id": str(uuid4()), "body": body, **more})
        assert answer["type"] == "result", answer
        message: dict[str, Any] = answer["message"]
        return message

    async def message(self, **match: Any) -> dict[str, Any]:
        """Read until a message whose fields match, or one that was heard already."""

        def found() -> dict[str, Any] | None:
            return next((m for m in self.messages if all(m[k] == v for k, v in match.items())), None)

        while (one := found()) is None:
            await self.next()
        return one

    async def state(self, **match: Any) -> dict[str, Any]:
        """Read until the newest state matches."""
        while not all(self.newest_state.get(k) == v for k, v in match.items()):
            await self.next()
        return self.newest_state

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the client would show: resets replace, events add."""
        shown: list[dict[str, Any]] = []
        for frame in [self.welcome, *self.heard]:
            if "updates" in frame:
                shown = [] if frame["updates"]["mode"] == "reset" else shown
                shown = shown + frame["updates"]["messages"]
            shown = shown + frame.get("events", [])
        return shown

    @property
    def newest_state(self) -> dict[str, Any]:
        """The last state it was given."""
        for frame in reversed([self.welcome, *self.heard]):
            if "state" in frame:
                return dict(frame["state"])
            if "updates" in frame:
                return dict(frame["updates"]["state"])
        return {}


@dataclass
class Visitor:
    """A browser with the widget of the shop."""

    shop: "Shop"
    http: httpx.AsyncClient
    visitor_id: UUID
    token: str
    ticket: str

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Any request with the token."""
        headers = {"Authorization": f"Bearer {self.token}", "Origin": ORIGIN, **more.pop("headers", {})}
        return await self.http.request(method, f"/api/v1/chat{path}", json=body, headers=headers, **more)

    async def command(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A request that must succeed; returns its JSON."""
        answer = await self.call(method, path, body, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def say(self, body: str, **more: Any) -> dict[str, Any]:
        """Write by HTTP; returns the stored message."""
        new = {"client_id": str(uuid4()), "body": body, **more}
        message: dict[str, Any] = await self.command("POST", "/messages", new)
        return message

    async def updates(self, **query: Any) -> dict[str, Any]:
        """What a client that polls is given now."""
        found = await self.command("GET", "/updates", params={"wait": 0, **query})
        updates: dict[str, Any] = found["updates"]
        return updates

    async def state(self) -> dict[str, Any]:
        """The state now."""
        return dict((await self.updates())["state"])

    async def new_ticket(self) -> str:
        """A ticket for one more socket."""
        return str((await self.command("POST", "/tickets"))["ticket"])

    @contextlib.asynccontextmanager
    async def socket(
        self, *, after: int = 0, conversation_id: str | None = None
    ) -> AsyncIterator[VisitorSocket]:
        """An open socket that was welcomed."""
        async with self.shop.socket() as raw:
            opened = VisitorSocket(raw)
            hello = {"type": "hello", "ticket": await self.new_ticket(), "after": after}
            opened.welcome = await opened.ask({**hello, "conversation_id": conversation_id})
            opened.heard.clear()
            assert opened.welcome["type"] == "welcome", opened.welcome
            yield opened


@dataclass
class Shop:
    """A site with its widget key."""

    web: RunningApp
    key: str

    @contextlib.asynccontextmanager
    async def socket(
        self, *, origin: str | None = ORIGIN, key: str | None = None
    ) -> AsyncIterator[ClientConnection]:
        """A bare socket to `/ws/visitor`."""
        url = f"{self.web.base_url.replace('http', 'ws', 1)}/ws/visitor?key={key or self.key}"
        async with connect(url, origin=origin, compression=None, open_timeout=20) as raw:  # type: ignore[arg-type]
            yield raw

    async def visitor(self, *, locale: str = "en", **more: Any) -> Visitor:
        """Somebody opens the widget."""
        http = self.web.client()
        answer = await http.post(
            f"/api/v1/chat/{self.key}/sessions", json={"locale": locale, **more}, headers={"Origin": ORIGIN}
        )
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return Visitor(self, http, UUID(made["visitor_id"]), made["token"], made["ticket"])

    async def contact_of(self, visitor: Visitor) -> UUID:
        """The contact that handles the visitor's chat now."""
        address = await self.address_of(visitor)
        async with self.web.database.read() as reader:
            found: UUID = await reader.fetchval(
                "select contact_id from conversations where address = $1 and is_current", address
            )
        return found

    async def address_of(self, visitor: Visitor) -> str:
        """Whose conversations the visitor's are."""
        async with self.web.database.read() as reader:
            subject = await reader.fetchval(
                "select subject from chat_visitors where id = $1", visitor.visitor_id
            )
        return f"person:{subject}" if subject else f"visitor:{visitor.visitor_id}"

    async def talking(self, visitor: Visitor, person: Person) -> UUID:
        """The visitor's waiting chat is taken by this agent."""
        contact_id = await self.contact_of(visitor)
        async with self.web.database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            proposal = routing.Proposal(contact_id, person.agent_id, now + timedelta(seconds=20))
            [offer] = await routing.make_offers(tx, [proposal], epoch=1)
        assert isinstance(offer, Offer), f"the agent must be connected and available: {offer}"
        await person.command("POST", f"/offers/{offer.id}/accept")
        return contact_id

    async def reply(self, person: Person, contact_id: UUID, body: str) -> dict[str, Any]:
        """The agent writes."""
        new = {"client_id": str(uuid4()), "body": body}
        message: dict[str, Any] = await person.command("POST", f"/contacts/{contact_id}/messages", new)
        return message

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        """Rows of the database."""
        async with self.web.database.read() as reader:
            return await reader.fetch(sql, *args)

    async def execute(self, sql: str, *args: Any) -> None:
        """Change rows by hand."""
        async with self.web.database.transaction() as tx:
            await tx.execute(sql, *args)

    async def fingerprint(self) -> str:
        """Of everything a visitor could change; buckets and tickets left out."""
        tables = ("conversations", "messages", "contacts", "customers", "identities", "chats", "chat_visitors",
                  "chat_uploads", "touchpoints", "surveys", "message_attachments")  # fmt: skip
        digest = hashlib.sha256()
        async with self.web.database.read() as reader:
            for table in tables:
                rows = await reader.fetch(f"select to_jsonb(t)::text as line from {table} t order by 1")
                digest.update(repr([row["line"] for row in rows]).encode())
        return digest.hexdigest()


async def open_shop(web: RunningApp, **columns: Any) -> Shop:
    """A widget key of a shop whose chats wait in the application's queue."""
    key = keys.new_key()
    async with web.database.transaction() as tx:
        await keys.create(tx, key, {"name": "Shop", "origins": [ORIGIN], "queue_id": web.queue_id, **columns})
    return Shop(web, key)


@contextlib.asynccontextmanager
async def at_work(person: Person) -> AsyncIterator[Any]:
    """The agent has a console open and is available."""
    async with person.console() as console:
        await person.command("PUT", "/agents/me/presence", {"presence": "available"})
        yield console


def identity_token(
    secret: str, key: str, *, kid: str = "k1", now: datetime | None = None, **claims: Any
) -> str:
    """What the shop's server would sign."""
    at = int((now or datetime.now().astimezone()).timestamp())
    whole = {"sub": "u1", "aud": key, "iat": at, "exp": at + 120, **claims}
    return jwt.encode(
        {k: v for k, v in whole.items() if v is not None}, secret, "HS256", headers={"kid": kid}
    )


async def until(check: Any, what: str) -> None:
    """Wait for a fact that an async function tells."""
    await eventually(check, what=what)
