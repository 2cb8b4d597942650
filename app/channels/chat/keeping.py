"""What a process with visitors' sockets does beside serving them: says they are there, looks at them all in turns, and
ends those whose key was switched off or whose visitor was blocked."""

import asyncio
import time
from uuid import UUID

import structlog

from app.channels.chat.desk import Desk
from app.channels.chat.live import VisitorConnection
from app.channels.chat.socket import REFUSED
from app.core.tasks import TaskGroup

log = structlog.get_logger()

BEAT_SECONDS = 15.0
CHECK_SECONDS = 3.0
LOOK_SECONDS = 1.0
LOOKED_AT_ONCE = 40  # sockets whose state is read anew in each round: bounds what looking costs
WAITING_IS_OLD = 5.0  # seconds; a place in the queue changes without a word to who waits
OTHER_IS_OLD = 45.0
SWEEP_SECONDS = 10.0  # heals hints lost with a process that died between commit and publish
_LIVE = ("self_service", "waiting", "talking")


class Keeping:
    """The background loops of the chat in one process."""

    def __init__(self, desk: Desk):
        self._desk = desk

    def start(self, tasks: TaskGroup) -> None:
        """Run until the task group closes."""
        tasks.supervise("chat beats", self._beat)
        tasks.supervise("chat looks", self._look)
        tasks.supervise("chat checks", self._check)
        tasks.supervise("chat sweeps", self._sweep)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            ids = {c.conversation_id for c in self._desk.hub.connections if c.phase in _LIVE}
            if conversation_ids := [one for one in ids if one is not None]:
                await self._desk.beat(conversation_ids)

    async def _look(self) -> None:
        """Places change, and a hint may be lost: every state is read again in turns."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = time.monotonic()
            looked = 0
            for connection in self._desk.hub.next_to_look_at(len(self._desk.hub.connections)):
                if _is_old(connection, now):
                    connection.state_changed()
                    looked += 1
                if looked >= LOOKED_AT_ONCE:
                    break

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            connections = self._desk.hub.connections
            if not connections:
                continue
            async with self._desk.database.read() as reader:
                rows = await reader.fetch(
                    """select v.id from chat_visitors v join widget_keys k on k.key = v.widget_key
                       where v.id = any($1) and (not k.is_enabled or exists (
                         select from chat_blocks b where (b.until is null or b.until > switchboard_now())
                           and ((b.kind = 'visitor' and b.value = v.id::text)
                             or (b.kind = 'person' and b.value = v.widget_key || ':' || v.subject)
                             or (b.kind = 'address' and b.value = v.address))))""",
                    list({connection.visitor_id for connection in connections}),
                )
            refused: set[UUID] = {row["id"] for row in rows}
            for connection in connections:
                if connection.visitor_id in refused:
                    connection.close(REFUSED, "this chat was switched off")

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            followed: dict[UUID, list[VisitorConnection]] = {}
            for connection in self._desk.hub.connections:
                if connection.conversation_id is not None:
                    followed.setdefault(connection.conversation_id, []).append(connection)
            if not followed:
                continue
            async with self._desk.database.read() as reader:
                rows = await reader.fetch(
                    "select id, last_seq from conversations where id = any($1)", list(followed)
                )
            for row in rows:
                for connection in followed[row["id"]]:
                    connection.offer_message(row["last_seq"], None)


def _is_old(connection: VisitorConnection, now: float) -> bool:
    age = now - connection.looked_at
    if connection.phase == "waiting":
        return age >= WAITING_IS_OLD
    return connection.phase in _LIVE and age >= OTHER_IS_OLD
