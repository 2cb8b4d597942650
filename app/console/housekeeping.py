"""What a process with agents' sockets does beside serving them: beats for them all, ends those whose session is
over, and shows each agent how the queues stand."""

import asyncio
from uuid import UUID

import structlog

from app.agents import connections, sessions
from app.agents.states import ROUTER_TOPIC
from app.console import views
from app.console.socket import SIGNED_OUT
from app.console.socket_schemas import CustomerTyping, Queues
from app.core.bus import Bus
from app.core.db import Database
from app.core.hints import Hint
from app.core.settings import Settings
from app.core.tasks import TaskGroup
from app.realtime import typing
from app.realtime.hub import Hub

log = structlog.get_logger()

QUEUE_FIGURES_SECONDS = 1.0  # at most this often; only when the router had something to do
SESSION_CHECK_SECONDS = 3.0  # demotion and sign-out take effect on open sockets within this time


class Housekeeping:
    """The background loops of the console in one process."""

    def __init__(self, database: Database, hub: Hub, settings: Settings, bus: Bus):
        self._database = database
        self._hub = hub
        self._settings = settings
        self._queues_changed = asyncio.Event()
        self._shown: dict[UUID, bytes] = {}  # by connection: a new socket is told in any case
        bus.listen(ROUTER_TOPIC, lambda _: self._queues_changed.set())
        bus.on_gap(self._queues_changed.set)
        bus.listen(typing.TO_AGENT, self._show_typing)

    def start(self, tasks: TaskGroup) -> None:
        """Run until the task group closes."""
        tasks.supervise("socket heartbeats", self._beat)
        tasks.supervise("session checks", self._check_sessions)
        tasks.supervise("queue figures", self._show_queues)
        tasks.supervise("stream sweeps", self._hub.run_sweeps)

    def _show_typing(self, hint: Hint) -> None:
        """The customer of a chat writes; only who has it in hand is told, on every console of theirs."""
        agent_id, contact_id = typing.agent_and_contact(hint.topic)
        message = CustomerTyping(type="typing", contact_id=contact_id, is_typing=bool(hint.seq))
        for connection in self._hub.of_agent(agent_id):
            connection.push_message(message.model_dump_json().encode())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._settings.agent_heartbeat_seconds / 2)
            open_sockets = self._hub.connections
            if not open_sockets:
                continue
            async with self._database.transaction() as tx:
                gone = set(await connections.beat(tx, [c.id for c in open_sockets]))
            async with self._database.transaction() as tx:
                await sessions.touch_all(tx, [c.session_hash for c in open_sockets])
            for connection in open_sockets:
                if connection.id in gone:
                    # this process was frozen and its agents were declared lost: come back properly
                    connection.close(1012, "reconnect")

    async def _check_sessions(self) -> None:
        while True:
            await asyncio.sleep(SESSION_CHECK_SECONDS)
            open_sockets = self._hub.connections
            if not open_sockets:
                continue
            hashes = list({c.session_hash for c in open_sockets})
            async with self._database.read() as reader:
                good = await sessions.enabled_session_hashes(reader, self._settings, hashes)
            for connection in open_sockets:
                if connection.session_hash not in good:
                    connection.close(SIGNED_OUT, "signed out")

    async def _show_queues(self) -> None:
        while True:
            await self._queues_changed.wait()
            self._queues_changed.clear()
            await self._show_queues_once()
            await asyncio.sleep(QUEUE_FIGURES_SECONDS)

    async def _show_queues_once(self) -> None:
        open_sockets = self._hub.connections
        if not open_sockets:
            return
        async with self._database.read() as reader:
            figures = await views.queue_figures_of(reader, {c.agent_id for c in open_sockets})
        messages = {
            agent_id: Queues(type="queues", queues=queues).model_dump_json().encode()
            for agent_id, queues in figures.items()
        }
        shown = {c.id: messages[c.agent_id] for c in open_sockets}
        for connection in open_sockets:
            if self._shown.get(connection.id) != shown[connection.id]:
                connection.push_message(shown[connection.id])
        self._shown = shown
