"""The visitors' sockets of this process: who follows which conversation, and what each still has to be told.

A hint that carries the next message is passed on at once; anything else (a lost, doubled or late hint, a gap, another
conversation) makes the writer read the tables. So no transport can lose, double or reorder a message.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

import structlog

from app.channels.chat.naming import MESSAGES, STATE, VISITOR
from app.channels.chat.schemas import ChatUpdates
from app.core.bus import Bus
from app.core.hints import Hint
from app.realtime.outgoing import CLOSE_SECONDS, Outgoing, Sender
from app.realtime.typing import TO_CUSTOMER

log = structlog.get_logger()

T = TypeVar("T")

RESTARTING = (1012, "restarting; reconnect")


class VisitorConnection(Outgoing):
    """One socket of a visitor. `cursor`: the last message it was given of `conversation_id`."""

    def __init__(self, connection_id: UUID, visitor_id: UUID, widget_key: str, sender: Sender):
        super().__init__(sender)
        self.id = connection_id
        self.visitor_id = visitor_id
        self.widget_key = widget_key
        self.conversation_id: UUID | None = None
        self.cursor = 0
        self.phase = "new"
        self.shown = ""  # version of the state it was given last
        self.looked_at = 0.0  # monotonic seconds of the last look at the state
        self.is_behind = False
        self.is_state_old = False
        self.is_moved = False

    def took(self, updates: ChatUpdates) -> None:
        """These were given: go on from there."""
        self.conversation_id = updates.conversation_id
        if updates.mode == "reset":
            self.cursor = 0
        if updates.messages:
            self.cursor = max(self.cursor, updates.messages[-1].seq)
        self.phase, self.shown = updates.state.phase, updates.state.version

    def offer_message(self, seq: int, frame: bytes | None) -> None:
        """The conversation has moved on to `seq`."""
        if seq <= self.cursor:
            return
        if frame is not None and seq == self.cursor + 1 and not (self.is_behind or self.is_moved):
            self.cursor = seq
            self._push(frame)
        else:
            self.is_behind = True
            self.wake()

    def push_events(self, frames: Iterable[tuple[int, bytes]]) -> None:
        """Messages read from the table; those a hint has brought meanwhile are left out."""
        for seq, frame in frames:
            if seq == self.cursor + 1:
                self.cursor = seq
                self._push(frame)

    def look_again(self) -> None:
        """Anything may have been missed."""
        self.is_moved = self.is_state_old = True
        self.wake()

    def state_changed(self) -> None:
        """The state must be read again."""
        self.is_state_old = True
        self.wake()


class VisitorHub:
    """All sockets of visitors of this process."""

    def __init__(self, bus: Bus):
        self._connections: dict[UUID, VisitorConnection] = {}
        self._of_conversation: dict[str, set[VisitorConnection]] = {}
        self._of_visitor: dict[str, set[VisitorConnection]] = {}
        self._polls: dict[str, set[asyncio.Event]] = {}
        self._ring: deque[UUID] = deque()  # for looking at all of them, some at a time
        self._empty = asyncio.Event()
        self._empty.set()
        bus.listen(MESSAGES, self._message)
        bus.listen(STATE, self._state)
        bus.listen(VISITOR, self._visitor)
        bus.listen(TO_CUSTOMER, self._typing)
        bus.on_gap(self.look_again)

    @property
    def connections(self) -> list[VisitorConnection]:
        """Every open socket."""
        return list(self._connections.values())

    def add(self, connection: VisitorConnection) -> None:
        """A socket was admitted."""
        self._connections[connection.id] = connection
        self._of_visitor.setdefault(str(connection.visitor_id), set()).add(connection)
        self._ring.append(connection.id)
        self._empty.clear()

    def remove(self, connection: VisitorConnection) -> None:
        """A socket is gone."""
        self._connections.pop(connection.id, None)
        _discard(self._of_visitor, str(connection.visitor_id), connection)
        _discard(self._of_conversation, str(connection.conversation_id), connection)
        if not self._connections:
            self._empty.set()

    def took(self, connection: VisitorConnection, updates: ChatUpdates) -> None:
        """The socket was given these; from now on it follows that conversation."""
        if updates.conversation_id != connection.conversation_id:
            _discard(self._of_conversation, str(connection.conversation_id), connection)
        connection.took(updates)
        if connection.conversation_id is not None:
            self._of_conversation.setdefault(str(connection.conversation_id), set()).add(connection)

    def of_visitor(self, visitor_id: UUID) -> int:
        """How many sockets a visitor has here."""
        return len(self._of_visitor.get(str(visitor_id), ()))

    def poll(self, names: Iterable[str], event: asyncio.Event) -> None:
        """Set `event` when one of these conversations or visitors has something new; until `unpoll`."""
        for name in names:
            self._polls.setdefault(name, set()).add(event)

    def unpoll(self, names: Iterable[str], event: asyncio.Event) -> None:
        """Stop."""
        for name in names:
            _discard(self._polls, name, event)

    def next_to_look_at(self, limit: int) -> list[VisitorConnection]:
        """The next few sockets, in turns."""
        found = []
        for _ in range(min(limit, len(self._ring))):
            connection = self._connections.get(self._ring[0])
            if connection is None:
                self._ring.popleft()
                continue
            self._ring.rotate(-1)
            found.append(connection)
        return found

    def look_again(self) -> None:
        """Hints may have been missed."""
        for connection in self._connections.values():
            connection.look_again()
        for events in self._polls.values():
            for event in events:
                event.set()

    def _message(self, hint: Hint) -> None:
        name = hint.topic.removeprefix(MESSAGES)
        for connection in self._of_conversation.get(name, ()):
            connection.offer_message(hint.seq, hint.body)
        self._wake_polls(name)

    def _state(self, hint: Hint) -> None:
        name = hint.topic.removeprefix(STATE)
        for connection in self._of_conversation.get(name, ()):
            connection.state_changed()
        self._wake_polls(name)

    def _visitor(self, hint: Hint) -> None:
        name = hint.topic.removeprefix(VISITOR)
        for connection in self._of_visitor.get(name, ()):
            connection.look_again()
        self._wake_polls(name)

    def _typing(self, hint: Hint) -> None:
        frame = b'{"type":"typing","is_typing":true}' if hint.seq else b'{"type":"typing","is_typing":false}'
        for connection in self._of_conversation.get(hint.topic.removeprefix(TO_CUSTOMER), ()):
            connection.push_message(frame)

    def _wake_polls(self, name: str) -> None:
        for event in self._polls.get(name, ()):
            event.set()

    async def close(self) -> None:
        """Ask every client to come back elsewhere (1012: service restart, RFC 6455 registry)."""
        for connection in self.connections:
            connection.close(*RESTARTING)
        for events in self._polls.values():
            for event in events:
                event.set()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._empty.wait()
        except TimeoutError:
            log.info("some sockets of visitors did not close in time", sockets=len(self._connections))


def _discard(index: dict[str, set[T]], name: str, one: T) -> None:
    found = index.get(name)
    if found is not None:
        found.discard(one)
        if not found:
            del index[name]
