"""Carries out what visitors ask, by socket and by HTTP alike: one transaction for each command."""

import asyncio
import io
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.channels.chat import conversing, files, identifying, presence, reading, visitors
from app.channels.chat.files import Upload
from app.channels.chat.keys import WidgetKey
from app.channels.chat.live import VisitorHub
from app.channels.chat.naming import CHANNEL
from app.channels.chat.opening import show_visitor
from app.channels.chat.pages import stored_page
from app.channels.chat.reading import Asking
from app.channels.chat.scanning import NoScanner, Scanner
from app.channels.chat.schemas import ChatMessage, ChatUpdates, NewChatMessage, PageContext, Signals
from app.channels.chat.visitors import Visitor
from app.contacts import conversations
from app.contacts.conversations import Conversation
from app.core import buckets, objects
from app.core.buckets import Rate
from app.core.bus import Bus
from app.core.db import Database, Reader, Transaction
from app.core.errors import TooManyAttempts
from app.core.objects import ObjectStore
from app.core.settings import Settings
from app.realtime import typing

SESSIONS_OF_ADDRESS = Rate(60, 1.0)
SESSIONS_OF_SITE = Rate(600, 20.0)
UPLOADS_OF_VISITOR = Rate(10, 1 / 6)
UPLOADS_OF_ADDRESS = Rate(60, 60 / 3600)
IDENTIFY_OF_ADDRESS = Rate(60, 1.0)
MESSAGES_OF_VISITOR = Rate(20, 1.0)
SIGNALS_OF_VISITOR = Rate(30, 5.0)
MAX_VISITORS_REMEMBERED = 20_000
LONGEST_POLL = 25.0  # seconds; proxies give up after 30 or 60


class LocalBuckets:
    """Token buckets of this process, for what is too frequent to ask the database: a visitor's sockets are nearly
    always on one."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic):
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[UUID, tuple[float, float]] = OrderedDict()

    def take(self, key: UUID) -> float:
        """Take one token; 0 when there was one, else the seconds until there is."""
        now = self._clock()
        tokens, at = self._buckets.pop(key, (self._rate.burst, now))
        tokens = min(self._rate.burst, tokens + (now - at) * self._rate.per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate.per_second
        self._buckets[key] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > MAX_VISITORS_REMEMBERED:
            self._buckets.popitem(last=False)
        return wait


@dataclass(slots=True)
class Desk:
    """What the visitors' endpoints and sockets share in one process."""

    settings: Settings
    database: Database
    bus: Bus
    hub: VisitorHub
    store: ObjectStore
    scanner: Scanner
    messages: LocalBuckets
    signals: LocalBuckets

    @classmethod
    def of(
        cls, settings: Settings, database: Database, bus: Bus, hub: VisitorHub, store: ObjectStore
    ) -> "Desk":
        """A desk without a scanner, with fresh limits."""
        limits = LocalBuckets(MESSAGES_OF_VISITOR), LocalBuckets(SIGNALS_OF_VISITOR)
        return cls(settings, database, bus, hub, store, NoScanner(), *limits)

    @property
    def lifetime(self) -> timedelta:
        """How long a token is good after its last use."""
        return timedelta(hours=self.settings.chat_visitor_hours)

    async def asking(self, reader: Reader, visitor: Visitor) -> Asking:
        """For whom something is read, by the database's clock."""
        return Asking(self.settings, visitor, await _now(reader))

    async def begin(
        self, key: WidgetKey, *, locale: str, address: str, page: PageContext | None
    ) -> tuple[Visitor, str, str]:
        """A visitor with token and first ticket. Raises TooManyAttempts or Blocked."""
        async with self.database.transaction() as tx:
            await buckets.require(tx, f"chat.sessions:{address}", SESSIONS_OF_ADDRESS, "sessions")
            await buckets.require(tx, f"chat.sessions:{key.key}", SESSIONS_OF_SITE, "sessions")
            shown = stored_page(page) if page is not None and key.has("page_context") else None
            visitor, token = await visitors.begin(
                tx, widget_key=key.key, locale=locale, address=address, page=shown
            )
            await visitors.check_not_blocked(tx, visitor)
            ticket, _ = await visitors.issue_ticket(tx, visitor.id)
        return visitor, token, ticket

    async def updates(
        self, reader: Reader, visitor_id: UUID, *, conversation_id: UUID | None, after: int
    ) -> ChatUpdates:
        """As `reading.updates`, for the visitor as they are now."""
        asking = await self.asking(reader, await visitors.get(reader, visitor_id))
        return await reading.updates(reader, asking, conversation_id=conversation_id, after=after)

    async def write(self, visitor_id: UUID, new: NewChatMessage) -> ChatMessage:
        """Store a message. Raises what `conversing.write` does, and TooManyAttempts."""
        wait = self.messages.take(visitor_id)
        if wait:
            raise TooManyAttempts(
                "too many messages; slow down", retry_after_seconds=max(1, round(wait + 0.5))
            )
        async with self.database.transaction() as tx:
            visitor, now = await visitors.get(tx, visitor_id), await _now(tx)
            site = await conversing.site_of(tx, self.settings, visitor)
            message = await conversing.write(tx, site, visitor, new, now=now)
        return reading.message_view(message, self.settings, now)

    async def start(self, visitor_id: UUID) -> None:
        """Begin the flow."""
        async with self.database.transaction() as tx:
            visitor, now = await visitors.get(tx, visitor_id), await _now(tx)
            site = await conversing.site_of(tx, self.settings, visitor)
            await conversing.start(tx, site, visitor, now=now)

    async def end(self, visitor_id: UUID) -> None:
        """End the chat."""
        async with self.database.transaction() as tx:
            visitor, now = await visitors.get(tx, visitor_id), await _now(tx)
            site = await conversing.site_of(tx, self.settings, visitor)
            await conversing.end(tx, site, visitor, now=now)

    async def identify(self, visitor_id: UUID, token: str, address: str) -> Visitor:
        """Take the site's word on who it is."""
        async with self.database.transaction() as tx:  # counted even when it is refused
            await buckets.require(tx, f"chat.identify:{address}", IDENTIFY_OF_ADDRESS, "attempts")
        async with self.database.transaction() as tx:
            visitor, now = await visitors.get(tx, visitor_id), await _now(tx)
            return await identifying.identify(tx, self.settings, visitor, token, now=now)

    async def take_file(self, visitor: Visitor, data: bytes, name: str, address: str) -> Upload:
        """Check and keep a file for a message to name."""
        async with self.database.transaction() as tx:
            await visitors.check_not_blocked(tx, visitor)
            await buckets.require(tx, f"chat.uploads:{visitor.id}", UPLOADS_OF_VISITOR, "files")
            await buckets.require(tx, f"chat.uploads:{address}", UPLOADS_OF_ADDRESS, "files")
        limit = self.settings.chat_file_max_mb * 1024 * 1024
        checked = await files.check(data, name, limit=limit, scanner=self.scanner)
        stored = await objects.write(
            self.database,
            self.store,
            purpose=files.PURPOSE,
            content_type=checked.content_type,
            source=io.BytesIO(data),
        )
        async with self.database.transaction() as tx:
            return await files.keep(tx, stored, visitor.id, checked)

    async def signal(self, visitor_id: UUID, signals: Signals) -> None:
        """Typing, marks and the page. Too many are dropped without a word: each is followed by a newer one."""
        if self.signals.take(visitor_id):
            return
        if signals.typing is not None:
            await self._typing(visitor_id, is_typing=signals.typing)
        if signals.delivered is None and signals.read is None and signals.page is None:
            return
        async with self.database.transaction() as tx:
            visitor = await visitors.get(tx, visitor_id)
            found = await self._conversation(tx, visitor)
            if found is not None:
                await presence.mark(tx, found.id, delivered=signals.delivered, read=signals.read)
        if signals.page is not None:
            await self._page(visitor_id, signals.page)

    async def _page(self, visitor_id: UUID, page: PageContext) -> None:
        async with self.database.transaction() as tx:
            visitor = await visitors.get(tx, visitor_id)
            site = await conversing.site_of(tx, self.settings, visitor)
            if not site.key.has("page_context"):
                return
            found = await self._conversation(tx, visitor)
            if found is not None and found.contact_id is not None:
                await conversing.hold(tx, found.contact_id)
            visitor = await visitors.change(tx, visitor.id, {"page": stored_page(page)})
            if found is not None and found.contact_id is not None:
                await show_visitor(tx, found.contact_id, visitor)

    async def _typing(self, visitor_id: UUID, *, is_typing: bool) -> None:
        async with self.database.read() as reader:
            visitor = await visitors.get(reader, visitor_id)
            found = await self._conversation(reader, visitor)
            row = found and await reader.fetchrow(
                "select id, agent_id from contacts where id = $1 and state = 'active' and agent_id is not null",
                found.contact_id,
            )
        if row:
            self.bus.publish([typing.to_agent(row["agent_id"], row["id"], is_typing=is_typing)])

    async def _conversation(self, reader: Reader, visitor: Visitor) -> Conversation | None:
        return await conversations.current(reader, CHANNEL, visitor.conversation_address, visitor.widget_key)

    async def poll(
        self, visitor_id: UUID, *, conversation_id: UUID | None, after: int, state: str | None, wait: float
    ) -> ChatUpdates:
        """Updates, as soon as there is something new against `after` and `state`, after `wait` seconds at the latest.
        Being asked counts as being there."""
        deadline = time.monotonic() + min(max(wait, 0.0), LONGEST_POLL)
        woken = asyncio.Event()
        names = [str(visitor_id), *([str(conversation_id)] if conversation_id else [])]
        self.hub.poll(names, woken)
        try:
            while True:
                woken.clear()
                async with self.database.read() as reader:
                    found = await self.updates(
                        reader, visitor_id, conversation_id=conversation_id, after=after
                    )
                is_news = found.mode == "reset" and found.conversation_id != conversation_id
                is_news = is_news or bool(found.messages) or found.state.version != state
                left = deadline - time.monotonic()
                if is_news or left <= 0:
                    break
                try:
                    async with asyncio.timeout(
                        min(left, 5.0)
                    ):  # a hint may be lost; and the place is looked at anew
                        await woken.wait()
                except TimeoutError:
                    continue
        finally:
            self.hub.unpoll(names, woken)
        if found.conversation_id is not None:
            await self.beat([found.conversation_id])
        return found

    async def beat(self, conversation_ids: list[UUID]) -> None:
        """Somebody is connected to these conversations."""
        async with self.database.transaction() as tx:
            away = await presence.beat(tx, conversation_ids)
        for conversation_id in away:
            async with self.database.transaction() as tx:
                await presence.came_back(tx, conversation_id)


async def _now(reader: Reader | Transaction) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now
