"""The product without a network: its webhooks by ASGI, its commands against a carrier that behaves, its router and
its reconciler by hand, and a clock that only the test moves. What happens next is always the test's word."""

import re
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from app.agents import connections, states
from app.agents.presence import Presence
from app.channels.twilio.client import TwilioClient
from app.channels.voice.reconcile import Reconciler
from app.channels.voice.sending import CommandSender
from app.contacts import repository as contact_rows
from app.contacts.events import Control, ControlRequested
from app.core.db import Database
from app.core.ids import new_id
from app.core.jobs import RetryLater
from app.core.settings import Settings
from app.demo.summary import MAIN_NUMBER
from app.main import create_app
from app.routing import service as routing
from app.routing.router import Router
from app.wiring import outlets
from tests.channels.voice.carrier import FakeCarrier
from tests.support.clock import FakeClock

ACCOUNT = "AC" + "c" * 32
TOKEN = "token-of-these-tests"
BASE = "https://cc.example.com"
VOICE = "/webhooks/twilio/voice"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
KNOWN_CALLER = "+886900000103"

Fields = dict[str, str] | list[tuple[str, str]]


def line_settings() -> Settings:
    """A production-like address: https, behind a proxy that is not there."""
    return Settings(
        _env_file=None,
        public_base_url=BASE,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_api_base_url="https://carrier.example.com",
    )


def new_sid(prefix: str = "CA") -> str:
    """A sid nobody has had."""
    return prefix + uuid4().hex


def sign(url: str, fields: Fields, token: str = TOKEN) -> str:
    """Twilio's signature of a form sent to `url`."""
    pairs = list(fields.items()) if isinstance(fields, dict) else fields
    signature: str = RequestValidator(token).compute_signature(url, ImmutableMultiDict(pairs))
    return signature


@dataclass
class Line:
    """One office on one line."""

    app: FastAPI
    database: Database
    clock: FakeClock
    carrier: FakeCarrier
    http: httpx.AsyncClient
    sender: CommandSender
    reconciler: Reconciler
    router: Router
    client: TwilioClient

    async def send(
        self,
        path: str,
        fields: Fields,
        *,
        signature: str | None = None,
        signed_url: str | None = None,
        token: str = TOKEN,
        headers: list[tuple[str, str]] | None = None,
        body: bytes | None = None,
    ) -> httpx.Response:
        """A webhook as the carrier sends it; every part of it can be forged."""
        content = urlencode(fields).encode() if body is None else body
        if signature is None:
            signature = sign(signed_url or BASE + path, fields, token)
        heads = [("content-type", FORM), ("x-twilio-signature", signature)] if headers is None else headers
        raw = [(name.encode(), value.encode("latin-1")) for name, value in heads]
        return await self.http.post(path, content=content, headers=raw)

    async def value(self, sql: str, *args: Any) -> Any:
        """One value from the tables."""
        async with self.database.read() as reader:
            return await reader.fetchval(sql, *args)

    async def counts(self) -> dict[str, int]:
        """How many rows every table holds."""
        async with self.database.read() as reader:
            names = await reader.fetch("select tablename from pg_tables where schemaname = 'public'")
            union = " union all ".join(
                f"select '{n['tablename']}' as name, count(*) as n from {n['tablename']}" for n in names
            )
            return {row["name"]: row["n"] for row in await reader.fetch(union)}

    async def agent_at_work(self, login: str = "mei") -> UUID:
        """An agent who is connected and available."""
        agent_id: UUID = await self.value("select id from agents where login = $1", login)
        async with self.database.transaction() as tx:
            await connections.connected(tx, connection_id=new_id(), agent_id=agent_id, node=new_id())
            await states.set_presence(tx, agent_id, Presence.AVAILABLE, None)
        return agent_id

    async def route(self, rounds: int = 3) -> None:
        """Let the router do what is due."""
        for _ in range(rounds):
            await self.router.run_once()

    async def run_commands(self) -> list[str]:
        """Send every open command once, oldest first; returns `kind state` of each afterwards."""
        async with self.database.read() as reader:
            rows = await reader.fetch(
                """select id, kind from voice_commands where state in ('pending', 'sending')
                   order by created_at, id"""
            )
        told = []
        for row in rows:
            with suppress(RetryLater):
                await self.sender.send({"command_id": str(row["id"])})
            state = await self.value("select state from voice_commands where id = $1", row["id"])
            told.append(f"{row['kind']} {state}")
        return told

    async def call(self, from_: str = KNOWN_CALLER, **extra: str) -> "Caller":
        """Somebody dials the office; the flow's first document is in `document`."""
        caller = Caller(self, new_sid(), from_)
        self.carrier.calls[caller.sid] = "in-progress"
        response = await self.send(f"{VOICE}/inbound", caller.fields(CallStatus="ringing", **extra))
        assert response.status_code == 200, response.text
        caller.hears(response.text)
        caller.contact_id = await self.value(
            "select contact_id from voice_calls where call_sid = $1", caller.sid
        )
        return caller

    async def waiting_caller(self) -> "Caller":
        """A caller who asked for a person and waits."""
        caller = await self.call()
        await caller.press("0")
        assert caller.document.find("Enqueue") is not None
        return caller

    async def connecting(self) -> tuple["Caller", "AgentLeg"]:
        """A caller whose agent has said yes; nothing has been sent to the carrier yet."""
        await self.agent_at_work()
        caller = await self.waiting_caller()
        await self.route()
        return caller, await self.accept(caller)

    async def accept(self, caller: "Caller") -> "AgentLeg":
        """The agent who was offered the caller says yes."""
        async with self.database.transaction() as tx:
            offer = await tx.fetchrow(
                "select id, agent_id from offers where contact_id = $1 and state = 'pending'",
                caller.contact_id,
            )
            assert offer is not None, "nobody was offered this caller"
            await routing.accept_offer(
                tx,
                offer_id=offer["id"],
                agent_id=offer["agent_id"],
                now=self.clock.now,
                timeout=line_settings().accepting_timeout,
            )
        leg_id = await self.value("select id from voice_legs where offer_id = $1", offer["id"])
        room = await self.value("select room from voice_calls where contact_id = $1", caller.contact_id)
        return AgentLeg(self, caller, leg_id, offer["id"], offer["agent_id"], room)

    async def talking(self) -> tuple["Caller", "AgentLeg"]:
        """A caller and an agent in conversation."""
        return await self.talking_from(await self.connecting())

    async def talking_from(self, connecting: tuple["Caller", "AgentLeg"]) -> tuple["Caller", "AgentLeg"]:
        """The same, of a caller whose agent has said yes."""
        caller, leg = connecting
        await self.run_commands()
        await leg.answers()
        await leg.joins()
        await self.run_commands()
        await caller.joins(leg)
        assert await caller.state() == "active/talking"
        return caller, leg


@dataclass
class Caller:
    """A customer on the telephone."""

    line: Line
    sid: str
    number: str
    contact_id: UUID | None = None
    document: ET.Element = field(default_factory=lambda: ET.Element("Response"))
    text: str = ""

    def fields(self, **extra: str) -> dict[str, str]:
        """The fields every webhook of this call carries."""
        return {
            "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": self.sid, "From": self.number,
            "Caller": self.number, "To": MAIN_NUMBER, "Called": MAIN_NUMBER, "Direction": "inbound",
            "CallStatus": "in-progress", "FromCity": "", "FromZip": "", **extra,
        }  # fmt: skip

    def hears(self, text: str) -> None:
        """Keep the newest document."""
        self.text = text
        self.document = ET.fromstring(text)

    def action(self) -> str:
        """Where the reply to the newest document goes: path and query."""
        found = self.document.find("Gather")
        assert found is not None, self.text
        return path_of(found.attrib["action"])

    async def press(self, keys: str) -> None:
        """Keys for the step that listens."""
        await self.replies({"Digits": keys})

    async def says(self, words: str) -> None:
        """Words for the step that listens."""
        await self.replies({"SpeechResult": words, "Confidence": "0.93"})

    async def replies(self, fields: dict[str, str]) -> None:
        """Whatever a Gather brings."""
        response = await self.line.send(self.action(), self.fields(**fields))
        assert response.status_code == 200, response.text
        self.hears(response.text)

    async def asks(self, name: str, **extra: str) -> httpx.Response:
        """The carrier asks one of the addresses that only name the contact."""
        return await self.line.send(f"{VOICE}/{name}?contact={self.contact_id}", self.fields(**extra))

    async def status(self, status: str) -> httpx.Response:
        """The number's status callback."""
        if status in ("completed", "busy", "failed", "no-answer", "canceled"):
            self.line.carrier.ends(self.sid, status)
        fields = self.fields(CallStatus=status, SequenceNumber="0", CallbackSource="call-progress-events")
        return await self.line.send(f"{VOICE}/call-status", fields)

    async def joins(self, leg: "AgentLeg", sequence: int = 2) -> None:
        """The customer is in the agent's room."""
        room = self.line.carrier.room(leg.room)
        assert room is not None
        self.line.carrier.joins(room, self.sid, "customer")
        await leg.event("participant-join", sequence, sid=self.sid, label="customer")

    async def state(self) -> str:
        """`contact/call`, e.g. `active/talking`."""
        state: str = await self.line.value(
            """select c.state || '/' || v.state from contacts c join voice_calls v on v.contact_id = c.id
               where c.id = $1""",
            self.contact_id,
        )
        return state


@dataclass
class AgentLeg:
    """The connection to an agent's phone."""

    line: Line
    caller: Caller
    id: UUID
    offer_id: UUID | None
    agent_id: UUID | None
    room: str
    prefix: str = "agent"  # "guest" for a number outside

    @property
    def label(self) -> str:
        """Its label in the room."""
        return f"{self.prefix}-{self.id}"

    @property
    def sid(self) -> str:
        """What the carrier calls it."""
        for room in self.line.carrier.rooms:
            for sid, person in room.people.items():
                if person["label"] == self.label:
                    self._sid = sid
        return self._sid

    _sid: str = ""

    async def status(self, status: str, sequence: int = 0, **extra: str) -> httpx.Response:
        """A status callback of this leg."""
        sid = self.sid
        self.line.carrier.calls[sid] = status
        if status in ("completed", "busy", "failed", "no-answer", "canceled"):
            self.line.carrier.ends(sid, status)
        fields = {
            "AccountSid": ACCOUNT, "CallSid": sid, "CallStatus": status, "Direction": "outbound-api",
            "CallbackSource": "call-progress-events", "SequenceNumber": str(sequence), **extra,
        }  # fmt: skip
        return await self.line.send(f"{VOICE}/leg?leg={self.id}", fields)

    async def answers(self) -> None:
        """initiated, ringing, in-progress."""
        for n, status in enumerate(("initiated", "ringing", "in-progress")):
            assert (await self.status(status, n)).status_code == 204

    async def joins(self, sequence: int = 1) -> None:
        """The agent is in the room."""
        room = self.line.carrier.room(self.room)
        assert room is not None
        self.line.carrier.joins(room, self.sid, self.label)
        await self.event("participant-join", sequence)

    async def leaves(self, sequence: int) -> None:
        """The agent's phone is gone without a word."""
        sid = self.sid
        self.line.carrier.ends(sid)
        await self.event("participant-leave", sequence, sid=sid, ReasonParticipantLeft="participant_hung_up")

    def event_fields(
        self, kind: str, sequence: int, *, sid: str | None = None, label: str | None = None, **extra: str
    ) -> dict[str, str]:
        """The fields of a conference callback about the agent, or about who is named."""
        return {
            "AccountSid": ACCOUNT, "ConferenceSid": self._room_sid(), "FriendlyName": self.room,
            "SequenceNumber": str(sequence), "StatusCallbackEvent": kind, "CallSid": sid or self.sid,
            "ParticipantLabel": self.label if label is None else label, "Muted": "false", "Hold": "false",
            **extra,
        }  # fmt: skip

    def _room_sid(self) -> str:
        return next(room.sid for room in reversed(self.line.carrier.rooms) if room.name == self.room)

    async def event(self, kind: str, sequence: int, **who: str) -> None:
        """Send a conference callback."""
        response = await self.line.send(
            f"{VOICE}/conference?contact={self.caller.contact_id}", self.event_fields(kind, sequence, **who)
        )
        assert response.status_code == 204, response.text


async def control(line: Line, caller: Caller, leg: AgentLeg, name: str) -> None:
    """The agent presses a button of the call: hold, resume or hang_up."""
    assert caller.contact_id is not None
    assert leg.agent_id is not None
    async with line.database.transaction() as tx:
        contact = await contact_rows.get_for_update(tx, caller.contact_id)
        await tx.publish(ControlRequested(contact, leg.agent_id, Control(name)))


def path_of(url: str) -> str:
    """Path and query of one of our absolute addresses."""
    assert url.startswith(BASE), url
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def spoken(text: str) -> str:
    """All a document says."""
    return " ".join(re.findall(r"<Say[^>]*>([^<]*)</Say>", text))


@asynccontextmanager
async def opened_line(dsn: str) -> AsyncIterator[Line]:
    """The product on a seeded database, without worker and without network."""
    settings = line_settings()
    app = create_app(settings, dsn, with_worker=False)
    carrier = FakeCarrier()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as http,
        TwilioClient(settings, transport=carrier.transport) as client,
    ):
        database: Database = app.state.database
        clock = FakeClock(database)
        await clock.install()
        try:
            yield Line(
                app,
                database,
                clock,
                carrier,
                http,
                CommandSender(database, client, settings),
                Reconciler(database, client),
                Router(database, settings, new_id(), outlets=outlets(settings)),
                client,
            )
        finally:
            clock.uninstall()
