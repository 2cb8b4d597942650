"""The product at a line for messages: signed webhooks in, a carrier that keeps what it is given, time by hand."""

import itertools
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx

from app.channels.messaging.media import MediaFetcher, NotYet
from app.channels.messaging.sending import MessageSender
from app.channels.messaging.timers import MessagingTimers
from app.channels.twilio.client import TwilioClient
from app.contacts import messages
from app.contacts import repository as contact_rows
from app.contacts.events import Control, ControlRequested
from app.contacts.messages import Message
from app.core.file_store import FileStore
from app.core.ids import new_id
from app.core.jobs import RetryLater
from app.demo.summary import MAIN_NUMBER
from app.faq.answering import AnsweringMode, set_answering
from app.routing import service as routing
from tests.channels.voice.carrier import BEFORE, Fault, Killed
from tests.channels.voice.line import ACCOUNT, KNOWN_CALLER, Line, line_settings, new_sid
from tests.support.clock import FakeClock

INBOUND = "/webhooks/twilio/messaging/inbound"
STATUS = "/webhooks/twilio/messaging/status"
API = "https://carrier.example.com"
STRANGER = "+886955123456"


@dataclass
class TextCarrier:
    """Messages create and list, and media: what it was given, it has."""

    clock: FakeClock
    sent: list[dict[str, str]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    files: dict[str, httpx.Response] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)
    refusal: int = 21211
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def serve(self, request: httpx.Request) -> httpx.Response:
        """The other end of `TwilioClient` and of the media fetcher."""
        self.asked.append(request)
        if str(request.url) in self.files:
            return self.files[str(request.url)]
        assert request.url.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", request.url
        if request.method == "GET":
            fits = [
                m for m in self.sent
                if m["to"] == request.url.params["To"] and m["from"] == request.url.params["From"]
            ]  # fmt: skip
            return httpx.Response(200, json={"messages": fits[::-1]})
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault not in BEFORE:
            made = self._make(dict(parse_qsl(request.content.decode(), keep_blank_values=True)))
        match fault:
            case None:
                return httpx.Response(201, json=made)
            case Fault.REFUSED:
                raise httpx.ConnectError("refused", request=request)
            case Fault.TOO_MANY:
                return httpx.Response(429, json={"code": 20429, "message": "Too Many Requests"})
            case Fault.BAD_REQUEST:
                return httpx.Response(400, json={"code": self.refusal, "message": "no"})
            case Fault.BROKEN_AFTER:
                return httpx.Response(503, text="<html>upstream</html>")
            case Fault.LOST_BEFORE | Fault.LOST_AFTER:
                raise httpx.ReadTimeout("no answer", request=request)
            case _:
                raise Killed

    def _make(self, fields: dict[str, str]) -> dict[str, str]:
        made = {
            "sid": f"SM{next(self._numbers):032x}", "to": fields["To"], "from": fields["From"],
            "body": fields["Body"], "status": "queued", "callback": fields["StatusCallback"],
            "date_created": format_datetime(self.clock.now),
        }  # fmt: skip
        self.sent.append(made)
        return made

    @property
    def bodies(self) -> list[str]:
        """What customers were sent, in order."""
        return [message["body"] for message in self.sent]


@dataclass
class Desk:
    """One office that answers messages."""

    line: Line
    carrier: TextCarrier
    sender: MessageSender
    fetcher: MediaFetcher
    timers: MessagingTimers
    files: FileStore

    def fields(
        self, body: str, from_: str = KNOWN_CALLER, to: str = MAIN_NUMBER, **extra: str
    ) -> dict[str, str]:
        """What the carrier sends of one message."""
        sid = new_sid("SM")
        return {
            "ToCountry": "TW", "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid, "SmsStatus": "received",
            "Body": body, "To": to, "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT, "From": from_,
            "ApiVersion": "2010-04-01", **extra,
        }  # fmt: skip

    async def answers(self, mode: AnsweringMode) -> None:
        """Whether the machine may answer from the FAQ."""
        async with self.line.database.transaction() as tx:
            await set_answering(tx, mode, now=self.line.clock.now)

    async def writes(self, body: str, from_: str = KNOWN_CALLER, **extra: str) -> UUID:
        """A customer's message comes in; returns the contact it belongs to."""
        return await self.arrives(self.fields(body, from_, **extra))

    async def arrives(self, fields: dict[str, str]) -> UUID:
        """The webhook, which must be taken; returns the contact the message belongs to."""
        response = await self.line.send(INBOUND, fields)
        assert (response.status_code, response.text[-11:]) == (200, "<Response/>"), response.text
        contact_id: UUID = await self.line.value(
            "select contact_id from messages where client_id = $1", fields["MessageSid"]
        )
        return contact_id

    async def state(self, contact_id: UUID) -> str:
        """`state` or `closed/outcome`."""
        found: str = await self.line.value(
            "select concat_ws('/', state, outcome) from contacts where id = $1", contact_id
        )
        return found

    async def connected(self, body: str = "想問一下訂單", from_: str = KNOWN_CALLER) -> tuple[UUID, UUID]:
        """A conversation in an agent's hands: contact and agent."""
        agent_id = await self.line.agent_at_work()
        contact_id = await self.writes(body, from_)
        await self.accept(contact_id)
        return contact_id, agent_id

    async def accept(self, contact_id: UUID) -> UUID:
        """The router offers the contact and the agent says yes; returns the agent."""
        await self.line.route()
        async with self.line.database.transaction() as tx:
            offer = await tx.fetchrow(
                "select id, agent_id from offers where contact_id = $1 and state = 'pending'", contact_id
            )
            assert offer is not None, "nobody was offered this contact"
            agent_id: UUID = offer["agent_id"]
            await routing.accept_offer(
                tx,
                offer_id=offer["id"],
                agent_id=agent_id,
                now=self.line.clock.now,
                timeout=line_settings().accepting_timeout,
            )
        await self.line.route()
        return agent_id

    async def says(
        self, contact_id: UUID, agent_id: UUID, body: str, client_id: UUID | None = None
    ) -> Message:
        """The agent writes."""
        async with self.line.database.transaction() as tx:
            contact = await contact_rows.get_for_update(tx, contact_id)
            return await messages.send(
                tx, contact, agent_id=agent_id, client_id=client_id or new_id(), body=body
            )

    async def ends(self, contact_id: UUID, agent_id: UUID) -> None:
        """The agent ends the conversation."""
        await self.control(contact_id, agent_id, Control.HANG_UP)

    async def control(self, contact_id: UUID, agent_id: UUID, control: Control) -> None:
        """A button of the console."""
        async with self.line.database.transaction() as tx:
            contact = await contact_rows.get_for_update(tx, contact_id)
            await tx.publish(ControlRequested(contact, agent_id, control))

    async def run_sender(self) -> None:
        """Run the job of every message that is not with the carrier, once each, in order."""
        async with self.line.database.read() as reader:
            rows = await reader.fetch(
                "select id from messages where status = 'pending' order by conversation_id, seq"
            )
        for row in rows:
            with suppress(RetryLater):
                await self.sender.send({"message_id": str(row["id"])})

    async def run_fetcher(self) -> None:
        """Run the job of every file that is awaited, once each."""
        async with self.line.database.read() as reader:
            rows = await reader.fetch("select id from message_attachments where state = 'pending'")
        for row in rows:
            with suppress(NotYet):
                await self.fetcher.fetch({"attachment_id": str(row["id"])})

    async def reported(self, sid: str, status: str, callback: str | None = None, **extra: str) -> int:
        """A status callback; returns the HTTP status."""
        path = callback.removeprefix("https://cc.example.com") if callback else STATUS
        fields = {
            "SmsSid": sid, "SmsStatus": status, "MessageStatus": status, "To": KNOWN_CALLER, "MessageSid": sid,
            "AccountSid": ACCOUNT, "From": MAIN_NUMBER, "ApiVersion": "2010-04-01", **extra,
        }  # fmt: skip
        return (await self.line.send(path, fields)).status_code

    async def status(self, message: Message) -> str:
        """How far a message is: `status` or `status/reason`."""
        found: str = await self.line.value(
            "select concat_ws('/', status, status_reason) from messages where id = $1", message.id
        )
        return found

    async def texts(self, contact_id: UUID) -> list[str]:
        """`seq direction body` of the contact's conversation."""
        async with self.line.database.read() as reader:
            rows = await reader.fetch(
                """select m.seq, m.direction, m.body from messages m
                   join conversation_contacts c using (conversation_id) where c.contact_id = $1 order by m.seq""",
                contact_id,
            )
        return [f"{row['seq']} {row['direction']} {row['body']}" for row in rows]


@asynccontextmanager
async def opened_desk(line: Line, folder: Path) -> AsyncIterator[Desk]:
    """A desk on a line, where only people answer; its files are in `folder`."""
    settings = line_settings()
    carrier = TextCarrier(line.clock)
    transport = httpx.MockTransport(carrier.serve)
    files = FileStore(folder)
    async with TwilioClient(settings, transport=transport) as client:
        desk = Desk(
            line,
            carrier,
            MessageSender(line.database, client, settings),
            MediaFetcher(line.database, files, settings, transport=transport),
            MessagingTimers(line.database, settings),
            files,
        )
        await desk.answers(AnsweringMode.OFF)
        yield desk
