"""The sockets of this process and the streams they follow.

Each follower of a stream has a cursor: the last number it was given. A hint that carries the next event is passed
on at once; anything else (a lost, doubled or late hint, a gap) makes the writer read the table from the cursor.
So no transport can lose, double or reorder an event.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from app.core import streams
from app.core.db import DATABASE_AWAY, Database
from app.core.hints import Hint
from app.core.streams import TOPIC_PREFIX
from app.realtime.outgoing import CLOSE_SECONDS, Outgoing, Sender

log = structlog.get_logger()

SWEEP_SECONDS = 10  # heals hints lost with a process that died between commit and publish
RETRY_SECONDS = 0.5  # until the table is read again when the database is away

OnReset = Callable[["Connection", str], Awaitable[None]]


class Connection(Outgoing):
    """One socket: its cursors, its waiting frames and the task that writes them."""

    def __init__(self, connection_id: UUID, agent_id: UUID, session_hash: bytes, sender: Sender):
        super().__init__(sender)
        self.id = connection_id
        self.agent_id = agent_id
        self.session_hash = session_hash
        self.cursors: dict[str, int] = {}
        self._behind: set[str] = set()

    def follow(self, stream: str, cursor: int) -> None:
        """Start after `cursor`, or move there. The writer looks into the table first, so that whatever was
        written since the caller looked is found."""
        self.cursors[stream] = cursor
        self.look_again(stream)

    def look_again(self, stream: str) -> None:
        """Read the table: something may have been missed."""
        self._behind.add(stream)
        self.wake()

    def offer_event(self, stream: str, seq: int, frame: bytes | None) -> None:
        """A stream this socket follows has moved on to `seq`."""
        cursor = self.cursors[stream]
        if seq <= cursor:
            return
        if frame is not None and seq == cursor + 1 and stream not in self._behind:
            self.cursors[stream] = seq
            self._push(frame)
        else:
            self.look_again(stream)

    async def write(self, database: Database, on_reset: OnReset) -> None:
        """Write until closed."""

        async def catch_up() -> None:
            for stream in list(self._behind):
                await self._catch_up(database, stream, on_reset)

        await self.write_until_closed(catch_up)

    async def _catch_up(self, database: Database, stream: str, on_reset: OnReset) -> None:
        self._behind.discard(stream)
        if stream not in self.cursors:
            return
        try:
            async with database.read() as reader:
                missed = await streams.since(reader, stream, self.cursors[stream])
            if missed is None:
                await on_reset(self, stream)
                return
        except DATABASE_AWAY as error:
            log.warning("stream cannot be read now", error=type(error).__name__)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self.look_again, stream)
            return
        for event in missed:
            # while the table was read, a hint may have carried the next one, or the client asked anew
            if event.seq == self.cursors.get(stream, -1) + 1:
                self.cursors[stream] = event.seq
                self._push(event.frame())


class Hub:
    """All sockets of this process."""

    def __init__(self, database: Database):
        self._database = database
        self._connections: dict[UUID, Connection] = {}
        self._followers: dict[str, set[Connection]] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def connections(self) -> list[Connection]:
        """Every open socket."""
        return list(self._connections.values())

    def hint(self, hint: Hint) -> None:
        """From the bus: pass an event on to whoever follows its stream."""
        stream = hint.topic.removeprefix(TOPIC_PREFIX)
        for connection in self._followers.get(stream, ()):
            connection.offer_event(stream, hint.seq, hint.body)

    def add(self, connection: Connection) -> None:
        """A socket was admitted."""
        self._connections[connection.id] = connection
        self._empty.clear()

    def remove(self, connection: Connection) -> None:
        """A socket is gone."""
        self._connections.pop(connection.id, None)
        for stream in list(connection.cursors):
            self.unfollow(connection, stream)
        if not self._connections:
            self._empty.set()

    def follow(self, connection: Connection, stream: str, cursor: int) -> None:
        """Give this socket every event after `cursor`."""
        connection.follow(stream, cursor)
        self._followers.setdefault(stream, set()).add(connection)

    def unfollow(self, connection: Connection, stream: str) -> None:
        """Stop."""
        connection.cursors.pop(stream, None)
        followers = self._followers.get(stream)
        if followers is not None:
            followers.discard(connection)
            if not followers:
                del self._followers[stream]

    def of_agent(self, agent_id: UUID) -> list[Connection]:
        """The agent's sockets on this process."""
        return [c for c in self._connections.values() if c.agent_id == agent_id]

    def mark_all_behind(self) -> None:
        """Hints may have been missed: check every followed stream."""
        for connection in self._connections.values():
            for stream in connection.cursors:
                connection.look_again(stream)

    async def sweep(self) -> int:
        """Compare every followed stream with the table; returns how many were behind."""
        names = list(self._followers)
        if not names:
            return 0
        async with self._database.read() as reader:
            positions = await streams.positions(reader, names)
        behind = 0
        for stream, seq in positions.items():
            for connection in list(self._followers.get(stream, ())):
                if connection.cursors.get(stream, seq) < seq:
                    behind += 1
                    connection.offer_event(stream, seq, None)
        return behind

    async def run_sweeps(self) -> None:
        """Sweep for ever."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            if behind := await self.sweep():
                log.warning("sockets were behind their streams and are caught up", sockets=behind)

    async def close(self) -> None:
        """Ask every client to come back elsewhere (1012: service restart, RFC 6455 registry)."""
        for connection in self.connections:
            connection.close(1012, "restarting; reconnect")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._empty.wait()
