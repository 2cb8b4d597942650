"""Databases for tests: one server for all workers, migrated once into a template, cloned in milliseconds.

The server is a private one without durability in `var/pg-test`, or what SWITCHBOARD_TEST_DATABASE_URL names.
Advisory locks tell what is still in use, so that what killed runs left behind is removed by the next one.
"""

import asyncio
import hashlib
import itertools
import os
import re
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from app.core.embedded_postgres import EmbeddedPostgres, RunningPostgres

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "pg-test"
CONNECT_TIMEOUT_S = 30.0
COMMAND_TIMEOUT_S = 180.0  # another worker may be migrating the template we wait for
TEMPLATE_PREFIX = "template_sb_"
CLONE_PREFIX = "test_sb_"

T = TypeVar("T")


def fingerprint(*places: Path) -> str:
    """A short hash of the files at or below the places: the same content gives the same hash."""
    digest = hashlib.sha256()
    for place in places:
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(place.parent).as_posix()}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


class TestServer:
    """A server whose databases tests make and throw away. All methods block; use it from fixtures.

    with TestServer() as server:
        template = server.template_database(migrate, fingerprint(Path("migrations")))
        dsn = server.clone(template)
    """

    __test__ = False

    def __init__(self, home: Path = HOME) -> None:
        self._home = home
        self._run = uuid4().hex[:12]
        self._numbers = itertools.count(1)
        self._templates: set[str] = set()
        self._embedded: RunningPostgres | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-databases", daemon=True)
        self._admin: asyncpg.Connection | None = None
        self.dsn = ""

    def start(self) -> Self:
        """Start or join the server. `dsn` is then that of its administration database."""
        url = os.environ.get("SWITCHBOARD_TEST_DATABASE_URL")
        if url is None:
            self._embedded = EmbeddedPostgres(self._home, for_tests=True).start()
            url = self.dsn_of("postgres", self._embedded.dsn)
        self.dsn = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
        self._thread.start()
        self._await(self._connect())
        return self

    def close(self) -> None:
        """Drop this run's databases and leave the server."""
        if self._admin is not None:
            self._await(self._leave(self._admin))
            self._admin = None
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)
        if not self._loop.is_closed():
            self._loop.close()
        if self._embedded is not None:
            self._embedded.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def dsn_of(self, database: str, server: str | None = None) -> str:
        """The address of a database on this server."""
        return urlsplit(server or self.dsn)._replace(path=f"/{database}").geturl()

    def create_database(self, name: str, template: str = "template0") -> str:
        """Make a database as a copy of `template` and return its DSN."""
        self._execute(  # without fsync, copying files takes half the time of logging their pages
            f'create database "{_checked(name)}" template "{_checked(template)}" strategy file_copy'
        )
        return self.dsn_of(name)

    def drop_database(self, name: str) -> None:
        """Remove a database (by name or DSN) and cut its connections. One that is not there is fine."""
        database = urlsplit(name).path.lstrip("/") if "://" in name else name
        self._execute(f'drop database if exists "{_checked(database)}" with (force)')

    def clone(self, template: str) -> str:
        """A new database that nobody else uses, as a copy of the template; returns its DSN."""
        return self.create_database(f"{CLONE_PREFIX}{self._run}_{next(self._numbers)}", template)

    def template_database(self, migrate: Callable[[str], None], fingerprint: str) -> str:
        """The name of a migrated database to clone: made once, shared by all workers, kept between runs.

        `migrate` gets the DSN of an empty database. `fingerprint` says which migrations they are: another one
        makes another template, and templates that no run uses any more are removed.
        """
        name = _checked(f"{TEMPLATE_PREFIX}{fingerprint}")
        self._templates.add(name)
        self._execute("select pg_advisory_lock(hashtextextended($1, 0))", f"make:{name}")
        try:
            self._execute("select pg_advisory_lock_shared(hashtextextended($1, 0))", name)
            if not self._fetch("select 1 from pg_database where datname = $1 and datistemplate", name):
                self._drop_unused(TEMPLATE_PREFIX)
                self.drop_database(name)
                migrate(self.create_database(name))
                self._execute(f'alter database "{name}" with is_template true allow_connections false')
        finally:
            self._execute("select pg_advisory_unlock(hashtextextended($1, 0))", f"make:{name}")
        return name

    async def _connect(self) -> None:
        self._admin = await asyncpg.connect(
            self.dsn, timeout=CONNECT_TIMEOUT_S, command_timeout=COMMAND_TIMEOUT_S
        )
        await self._admin.execute(
            "select pg_advisory_lock_shared(hashtextextended($1, 0))", f"{CLONE_PREFIX}{self._run}"
        )
        await self._drop_unused_now(CLONE_PREFIX)

    async def _leave(self, admin: asyncpg.Connection) -> None:
        own = f"{CLONE_PREFIX}{self._run}_"
        for row in await admin.fetch("select datname from pg_database where starts_with(datname, $1)", own):
            await admin.execute(f'drop database if exists "{row["datname"]}" with (force)')
        await admin.close(timeout=CONNECT_TIMEOUT_S)

    def _drop_unused(self, prefix: str) -> None:
        self._await(self._drop_unused_now(prefix))

    async def _drop_unused_now(self, prefix: str) -> None:
        """Drop databases whose users' lock (a template's name, a run's name) nobody holds.

        Our own locks would not stop us, so our own templates are left out.
        """
        admin = self._connected()
        for row in await admin.fetch(
            "select datname from pg_database where starts_with(datname, $1)", prefix
        ):
            name = row["datname"]
            if name in self._templates:
                continue
            users = name.rsplit("_", 1)[0] if prefix == CLONE_PREFIX else name
            if await admin.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", users):
                if await admin.fetchval("select datistemplate from pg_database where datname = $1", name):
                    await admin.execute(f'alter database "{name}" with is_template false')
                await admin.execute(f'drop database if exists "{name}" with (force)')
                await admin.execute("select pg_advisory_unlock(hashtextextended($1, 0))", users)

    def _execute(self, statement: str, *values: object) -> None:
        self._await(self._connected().execute(statement, *values))

    def _fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        return self._await(self._connected().fetch(statement, *values))

    def _connected(self) -> asyncpg.Connection:
        assert self._admin is not None, "the test server is not started"
        return self._admin

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        """Run in the loop of our own thread: fixtures may be called with or without a running loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=COMMAND_TIMEOUT_S + 10)


def _checked(name: str) -> str:
    assert re.fullmatch(r"[a-z0-9_]{1,63}", name), f"not a usable database name: {name!r}"
    return name
