"""Wake-ups between processes. Carries only "topic T is at n"; whoever is woken reads the tables.

One listening connection per process, published after the commit and in batches: a NOTIFY inside a writing
transaction holds a database-wide lock through its flush and undoes group commit (measured, ADR 0004).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from uuid import UUID

import asyncpg
import structlog

from app.core.hints import Hint
from app.core.tasks import TaskGroup

log = structlog.get_logger()

CHANNEL = "switchboard"
BATCH_PAUSE_SECONDS = 0.005  # gathers the hints of one burst into one statement
BATCH_SIZE = 100
QUEUE_LIMIT = 10_000  # beyond this the oldest hints are dropped: listeners heal by sequence number
KEEPALIVE_SECONDS = 15  # notices a half-open connection (asyncpg issue 519)

HintListener = Callable[[Hint], None]
GapListener = Callable[[], None]


class Bus:
    """Local dispatch at once; PostgreSQL NOTIFY for the other processes."""

    def __init__(self, dsn: str, node: UUID):
        self._dsn = dsn
        self._node = str(node)
        self._listeners: list[tuple[str, HintListener]] = []
        self._gap_listeners: list[GapListener] = []
        self._outgoing: deque[Hint] = deque(maxlen=QUEUE_LIMIT)
        self._unsent: list[str] = []  # the batch in flight; sent again when the connection is lost on the way
        self._wake = asyncio.Event()
        self.is_listening = asyncio.Event()

    def listen(self, prefix: str, listener: HintListener) -> None:
        """Call `listener` for every hint whose topic starts with `prefix`. It must not block."""
        self._listeners.append((prefix, listener))

    def on_gap(self, listener: GapListener) -> None:
        """Call `listener` when hints may have been missed (the connection was down)."""
        self._gap_listeners.append(listener)

    def publish(self, hints: list[Hint]) -> None:
        """Dispatch here and now, and queue for the other processes. Never blocks, never raises."""
        for hint in hints:
            self._dispatch(hint)
        self._outgoing.extend(hints)
        self._wake.set()

    def start(self, tasks: TaskGroup) -> None:
        """Connect and keep connected."""
        tasks.supervise("event bus", self._run)

    def _dispatch(self, hint: Hint) -> None:
        for prefix, listener in self._listeners:
            if hint.topic.startswith(prefix):
                try:
                    listener(hint)
                except Exception:
                    log.exception("hint listener failed", topic=hint.topic)

    async def _run(self) -> None:
        connection = await asyncpg.connect(
            self._dsn, server_settings={"application_name": "switchboard-bus"}, command_timeout=10
        )
        lost = asyncio.Event()

        def note_loss(_: object) -> None:
            lost.set()
            self._wake.set()

        try:
            connection.add_termination_listener(note_loss)
            await connection.add_listener(CHANNEL, self._received)
            for gap in self._gap_listeners:
                gap()
            self.is_listening.set()
            await self._pump(connection, lost)
        finally:
            self.is_listening.clear()
            connection.terminate()
        raise ConnectionError("the event bus lost its connection")

    def _received(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        try:
            node, topic, seq = str(payload).split("|", 2)
            hint = Hint(topic, int(seq))
        except ValueError:
            log.warning("ignored a message on our channel that is not ours")
            return
        if node != self._node:
            self._dispatch(hint)

    async def _pump(self, connection: "asyncpg.Connection[asyncpg.Record]", lost: asyncio.Event) -> None:
        while not lost.is_set():
            if self._unsent or self._outgoing:
                await asyncio.sleep(BATCH_PAUSE_SECONDS)
                await self._send_batch(connection)
                continue
            self._wake.clear()
            try:
                async with asyncio.timeout(KEEPALIVE_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                await connection.execute("select 1")

    async def _send_batch(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        if not self._unsent:
            size = min(BATCH_SIZE, len(self._outgoing))
            # within a batch only the newest number of a topic matters
            newest = {hint.topic: hint.seq for hint in (self._outgoing.popleft() for _ in range(size))}
            self._unsent = [f"{self._node}|{topic}|{seq}" for topic, seq in newest.items()]
        await connection.execute(
            f"select pg_notify('{CHANNEL}', x) from unnest($1::text[]) x",  # noqa: S608 -- a constant
            self._unsent,
        )
        self._unsent = []
