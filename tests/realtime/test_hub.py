"""The hub: every event once and in order on every socket, whatever happens to the hints on the way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import streams
from app.core.db import Database
from app.core.hints import Hint
from app.core.ids import new_id
from app.realtime import outgoing
from app.realtime.hub import Connection, Hub
from tests.support.waiting import eventually

STREAM = "agent:1"


class Socket:
    """A websocket that remembers what it got; it can stop reading."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self.reading = asyncio.Event()
        self.reading.set()

    async def send_bytes_as_text(self, data: bytes) -> None:
        await self.reading.wait()
        self.messages.append(orjson.loads(data))

    async def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def seqs(self, stream: str = STREAM) -> list[int]:
        events = [e for m in self.messages if m["type"] == "events" for e in m["events"]]
        return [e["seq"] for e in events if e["stream"] == stream]


async def no_reset(connection: Connection, stream: str) -> None:
    raise AssertionError(f"{stream} had to be reset")


class Follower:
    """A socket at the hub with its writer running."""

    def __init__(self, hub: Hub, database: Database, *, cursor: int = 0) -> None:
        self.socket = Socket()
        self.connection = Connection(new_id(), new_id(), b"session", self.socket)
        hub.add(self.connection)
        hub.follow(self.connection, STREAM, cursor)
        self.writer = asyncio.ensure_future(self.connection.write(database, no_reset))

    async def has(self, seqs: Iterable[int]) -> None:
        wanted = list(seqs)

        async def all_there() -> bool:
            if self.writer.done():
                self.writer.result()
            return len(self.socket.seqs()) >= len(wanted)

        await eventually(all_there, 10, what=f"{len(wanted)} events")
        assert self.socket.seqs() == wanted

    async def stop(self) -> None:
        self.writer.cancel()
        await asyncio.wait([self.writer])


@contextlib.asynccontextmanager
async def followers(hub: Hub, database: Database, count: int = 1) -> AsyncIterator[list[Follower]]:
    made = [Follower(hub, database) for _ in range(count)]
    try:
        yield made
    finally:
        for follower in made:
            hub.remove(follower.connection)
            await follower.stop()


async def written(database: Database, count: int, stream: str = STREAM) -> list[Hint]:
    """Write events; returns the hints of their commits."""
    hints: list[Hint] = []
    database.on_commit(hints.extend)
    for n in range(count):
        async with database.transaction() as tx:
            await streams.append(tx, stream, "something.happened", {"n": n})
    return hints


FAULTS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FAULTS)
async def test_lost_doubled_and_late_hints_change_nothing(dsn: str, faults: list[tuple[int, bool]]) -> None:
    """Each fault picks a hint to pass on (again, or early, or never) and whether it carries its body."""
    database = Database(dsn, pool_size=2)
    await database.open()
    try:
        async with database.transaction() as tx:
            await tx.execute("truncate streams, events")
        hints = await written(database, 6)
        hub = Hub(database)
        async with followers(hub, database) as (follower,):
            for index, with_body in faults:
                hint = hints[index]
                hub.hint(hint if with_body else hint._replace(body=None))
                if index % 2:
                    await asyncio.sleep(0)
            await hub.sweep()
            await follower.has(range(1, 7))
    finally:
        await database.close()


async def test_the_next_event_is_passed_on_without_a_look_at_the_table(database: Database, dsn: str) -> None:
    other = Database(dsn, pool_size=1)
    await other.open()
    hub = Hub(other)
    async with followers(hub, other) as (follower,):
        hub.hint((await written(database, 1))[0])
        await follower.has([1])
        await other.close()  # looking would fail from here on
        for hint in await written(database, 2):
            hub.hint(hint)
        await follower.has([1, 2, 3])


async def test_events_that_wait_together_leave_in_one_frame(database: Database) -> None:
    hints = await written(database, 50)
    hub = Hub(database)
    async with followers(hub, database) as (follower,):
        for hint in hints:
            hub.hint(hint)
        await follower.has(range(1, 51))
        assert len(follower.socket.messages) == 1


async def test_a_gap_of_the_bus_makes_every_socket_look(database: Database) -> None:
    hub = Hub(database)
    async with followers(hub, database, 3) as all_of_them:
        await written(database, 4)
        hub.mark_all_behind()
        for follower in all_of_them:
            await follower.has([1, 2, 3, 4])


async def test_the_sweep_finds_only_who_is_behind(database: Database) -> None:
    hub = Hub(database)
    async with followers(hub, database, 2) as (one, other):
        hub.hint((await written(database, 1))[0])
        for follower in (one, other):
            await follower.has([1])
        hint = (await written(database, 1))[0]
        one.connection.offer_event(STREAM, hint.seq, hint.body)
        assert await hub.sweep() == 1
        await other.has([1, 2])
        assert await hub.sweep() == 0


async def test_a_slow_client_is_cut_off_and_others_notice_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "MAX_WAITING_FRAMES", 20)
    hub = Hub(database)
    async with followers(hub, database, 2) as (slow, quick):
        slow.socket.reading.clear()
        hints = await written(database, 60)
        for hint in hints:
            hub.hint(hint)
            await asyncio.sleep(0)
        await quick.has(range(1, 61))
        slow.socket.reading.set()
        await asyncio.wait([slow.writer], timeout=5)
        assert slow.socket.closed == (1013, "too slow; reconnect and resume")
        assert len(slow.socket.seqs()) < 60
        assert quick.socket.closed is None


async def test_a_client_that_reads_nothing_at_all_is_cut_off(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "SEND_TIMEOUT_SECONDS", 0.05)
    hub = Hub(database)
    async with followers(hub, database) as (stuck,):
        stuck.socket.reading.clear()
        for hint in await written(database, 1):
            hub.hint(hint)
        await asyncio.wait([stuck.writer], timeout=5)
        stuck.writer.result()
        assert stuck.socket.closed is not None
        assert stuck.socket.closed[0] == 1013


async def test_bytes_count_as_well_as_frames(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "MAX_WAITING_BYTES", 1000)
    hub = Hub(database)
    async with followers(hub, database) as (follower,):
        follower.connection.push_message(b'"' + b"x" * 2000 + b'"')
        await asyncio.wait([follower.writer], timeout=5)
        assert follower.socket.closed is not None


async def test_who_stopped_following_hears_nothing_more(database: Database) -> None:
    hub = Hub(database)
    async with followers(hub, database) as (follower,):
        hub.hint((await written(database, 1))[0])
        await follower.has([1])
        hub.unfollow(follower.connection, STREAM)
        hub.hint((await written(database, 1))[0])
        assert await hub.sweep() == 0
        assert follower.socket.seqs() == [1]


async def test_closing_asks_every_client_to_come_back(database: Database) -> None:
    hub = Hub(database)
    async with followers(hub, database, 2) as both:

        async def leave(follower: Follower) -> None:
            await follower.writer
            hub.remove(follower.connection)

        leaving = [asyncio.ensure_future(leave(follower)) for follower in both]
        async with asyncio.timeout(5):
            await hub.close()
            await asyncio.gather(*leaving)
        assert [follower.socket.closed for follower in both] == [(1012, "restarting; reconnect")] * 2
        assert hub.connections == []


async def test_the_database_may_be_away_for_a_while(database: Database, dsn: str) -> None:
    """What was missed is read when it is back; the socket stays."""
    other = Database(dsn, pool_size=1)
    await other.open()
    hub = Hub(other)
    async with followers(hub, other) as (follower,):
        hints = await written(database, 2)
        async with database.read() as reader:
            await reader.fetch(
                """select pg_terminate_backend(pid) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid()"""
            )
        hub.hint(hints[1])
        await follower.has([1, 2])
    await other.close()
