"""PostgreSQL by asyncpg: plain SQL, one transaction per change, committed at the edge only.

A `Reader` reads; a `Transaction` writes and collects what the world hears after its commit. Application code
never commits: whoever opened the transaction (an endpoint's dependency, a socket command, a job) does.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, cast

import asyncpg
import orjson

from app.core.batch import Batch
from app.core.events import DomainEvent, EventRegistry
from app.core.hints import Hint

Record: TypeAlias = asyncpg.Record
HintListener: TypeAlias = Callable[[list[Hint]], None]
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

STATEMENT_TIMEOUT = "15s"  # nothing on the live path may take longer; reports use their own connection
ACQUIRE_SECONDS = 10.0  # a starved pool answers "unavailable" instead of making callers wait for ever
IDLE_IN_TRANSACTION_TIMEOUT = "30s"  # an abandoned transaction would block vacuum and hold locks
LOCK_TIMEOUT = "5s"

# How it shows that the server is away, restarting, overloaded or gave up: the same may work in a moment.
DATABASE_AWAY: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)


class Reader:
    """Reads through one connection. Passing a Reader where a Transaction is needed is a type error."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection):
        self.connection = connection

    async def fetch(self, sql: str, *args: Any) -> list[Record]:
        """All rows."""
        return await self.connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Record | None:
        """The first row or None."""
        return await self.connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """The first column of the first row or None."""
        return await self.connection.fetchval(sql, *args)


class Transaction(Reader):
    """One database transaction, with the hints and events that belong to it."""

    __slots__ = ("_registry", "hints")

    def __init__(self, connection: Connection, registry: EventRegistry):
        super().__init__(connection)
        self._registry = registry
        self.hints: list[Hint] = []

    async def execute(self, sql: str, *args: Any) -> str:
        """Run a statement; returns PostgreSQL's command tag, e.g. `UPDATE 1`."""
        return await self.connection.execute(sql, *args)

    async def executemany(self, sql: str, args: Iterable[Sequence[Any]]) -> None:
        """Run a statement once per row of arguments."""
        await self.connection.executemany(sql, args)

    async def write(self, batch: Batch) -> None:
        """Run a batch as part of this transaction."""
        await self.connection.execute(batch.statement, *batch.args)
        self.hints += batch.hints

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Part of the transaction that may fail alone. Hints collected inside a failed part are dropped."""
        before = len(self.hints)
        try:
            async with self.connection.transaction():
                yield
        except BaseException:
            del self.hints[before:]
            raise

    async def publish(self, event: DomainEvent) -> None:
        """Run the handlers of a domain event now, inside this transaction (ADR 0003)."""
        await self.publish_many([event])

    async def publish_many(self, events: Sequence[DomainEvent]) -> None:
        """The same for several events of one type, in one go."""
        for handler in self._registry.handlers(type(events[0])) if events else ():
            await handler(self, events)

    def hint(self, topic: str, seq: int = 0, body: bytes | None = None) -> None:
        """Wake whoever follows `topic` after the commit."""
        self.hints.append(Hint(topic, seq, body))


class Session(Reader):
    """One connection for several steps, for the paths where getting it twice decides the speed."""

    __slots__ = ("_on_commit", "_registry")

    def __init__(self, connection: Connection, registry: EventRegistry, on_commit: HintListener):
        super().__init__(connection)
        self._registry = registry
        self._on_commit = on_commit

    async def write(self, batch: Batch) -> None:
        """Run a batch on its own: one statement is one transaction, without a BEGIN and a COMMIT of its own."""
        await self.connection.execute(batch.statement, *batch.args)
        if batch.hints:
            self._on_commit(batch.hints)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction: commits when the block ends, rolls back when it raises, then sends its hints."""
        tx = Transaction(self.connection, self._registry)
        async with self.connection.transaction():
            yield tx
        if tx.hints:
            self._on_commit(tx.hints)


def _encode_jsonb(value: Any) -> bytes:
    """A str is JSON text already: the job library shares our connections and writes its columns so. We never
    store a bare string as jsonb."""
    text = value.encode() if isinstance(value, str) else orjson.dumps(value, default=str)
    return b"\x01" + text


def _decode_jsonb(value: bytes) -> Any:
    return orjson.loads(value[1:])


async def prepare_connection(connection: Connection) -> None:
    """Make jsonb columns travel as Python objects (binary jsonb is a version byte, then the text)."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode_jsonb, decoder=_decode_jsonb, format="binary"
    )


async def _keep_session_state(_: Connection) -> None:
    """Pooled connections carry no session state here, so the pool's reset round trip is left out."""


def rows_changed(tag: str) -> int:
    """The number in a command tag: `UPDATE 1` -> 1."""
    return int(tag.rsplit(" ", 1)[1])


class Database:
    """The pool of one process."""

    def __init__(
        self,
        dsn: str,
        *,
        pool_size: int,
        registry: EventRegistry | None = None,
        on_commit: HintListener | None = None,
        application_name: str = "switchboard",
    ):
        self.dsn = dsn
        self.registry = registry or EventRegistry()
        self._on_commit = on_commit or (lambda hints: None)
        self._pool_size = pool_size
        self._application_name = application_name
        self._pool: asyncpg.Pool[Record] | None = None

    def on_commit(self, listener: HintListener) -> None:
        """Set who hears the hints of committed transactions (the bus)."""
        self._on_commit = listener

    async def open(self) -> None:
        """Connect. Raises OSError or asyncpg.PostgresError when the server cannot be reached."""
        self._pool = await asyncpg.create_pool(
            self.dsn,
            min_size=1,
            max_size=self._pool_size,
            init=prepare_connection,
            reset=_keep_session_state,
            command_timeout=20,
            server_settings={
                "application_name": self._application_name,
                "timezone": "UTC",
                "statement_timeout": STATEMENT_TIMEOUT,
                "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT,
                "lock_timeout": LOCK_TIMEOUT,
                "jit": "off",
            },
        )

    async def close(self) -> None:
        """Close the pool, waiting up to five seconds for connections in use."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                await _close_pool(pool)
            finally:
                pool.terminate()

    @property
    def pool(self) -> "asyncpg.Pool[Record]":
        """The open pool; RuntimeError before `open`."""
        if self._pool is None:
            raise RuntimeError("the database is not open")
        return self._pool

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A connection of the pool for the length of the block."""
        async with self._connection() as connection:
            yield Session(connection, self.registry, self._on_commit)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction: commits when the block ends, rolls back when it raises, then sends its hints."""
        async with self.session() as session, session.transaction() as tx:
            yield tx

    @asynccontextmanager
    async def read(self, *, snapshot: bool = False) -> AsyncIterator[Reader]:
        """A reader. With `snapshot`, all its statements see one instant (REPEATABLE READ, read only)."""
        async with self._connection() as connection:
            if not snapshot:
                yield Reader(connection)
                return
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield Reader(connection)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """One of the pool. Its own time limit would start a task for every acquire; this one sets a timer."""
        async with asyncio.timeout(ACQUIRE_SECONDS):
            connection = await self.pool.acquire()
        try:
            yield cast(Connection, connection)
        finally:
            await self.pool.release(connection)


async def _close_pool(pool: "asyncpg.Pool[Record]", *, seconds: float = 5.0) -> None:
    """Close a pool but never wait for ever: a stuck connection must not stop a shutdown."""
    try:
        await asyncio.wait_for(pool.close(), seconds)
    except TimeoutError:
        pool.terminate()
