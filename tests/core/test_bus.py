"""Wake-ups between processes: they may be lost or doubled, but a lost connection is noticed at once and said."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from app.core.bus import BATCH_SIZE, KEEPALIVE_SECONDS, Bus
from app.core.db import Database
from app.core.hints import Hint
from app.core.ids import new_id
from app.core.tasks import TaskGroup
from tests.support.waiting import eventually

BUS_BACKENDS = """select pid from pg_stat_activity where application_name = 'switchboard-bus'
                  and datname = current_database() order by backend_start"""


class Node:
    """A process as the bus sees it: what it heard, and how often it may have missed something."""

    def __init__(self, dsn: str) -> None:
        self.bus = Bus(dsn, new_id())
        self.heard: list[Hint] = []
        self.gaps = 0
        self.bus.listen("stream:", self.heard.append)
        self.bus.on_gap(self._gap)

    def _gap(self) -> None:
        self.gaps += 1

    async def hears(self, *hints: Hint) -> None:
        async def all_heard() -> bool:
            return set(hints) <= set(self.heard)

        await eventually(all_heard, what=f"{len(hints)} hints")


@contextlib.asynccontextmanager
async def nodes(dsn: str, count: int) -> AsyncIterator[list[Node]]:
    tasks = TaskGroup()
    started = [Node(dsn) for _ in range(count)]
    for node in started:
        node.bus.start(tasks)
        await node.bus.is_listening.wait()
    try:
        yield started
    finally:
        await tasks.close()


async def cut(database: Database, *, count: int) -> None:
    """End the oldest bus connections of this database from the server's side."""
    async with database.read() as reader:
        await reader.fetch(f"select pg_terminate_backend(pid) from ({BUS_BACKENDS} limit $1) b", count)


async def test_processes_hear_each_other_and_themselves_once(dsn: str) -> None:
    async with nodes(dsn, 2) as (one, other):
        one.bus.publish([Hint("stream:a", 1, b"body")])
        await other.hears(Hint("stream:a", 1))
        other.bus.publish([Hint("stream:b", 7)])
        await one.hears(Hint("stream:b", 7))
        assert one.heard == [Hint("stream:a", 1, b"body"), Hint("stream:b", 7)]


async def test_a_listener_hears_only_its_topics(dsn: str) -> None:
    async with nodes(dsn, 1) as (node,):
        node.bus.publish([Hint("router", 0), Hint("stream:a", 1)])
        assert node.heard == [Hint("stream:a", 1)]


async def test_a_failing_listener_keeps_nobody_else_from_hearing(dsn: str) -> None:
    async with nodes(dsn, 1) as (node,):

        def fail(_: Hint) -> None:
            raise RuntimeError("broken")

        node.bus.listen("stream:", fail)
        later: list[Hint] = []
        node.bus.listen("stream:", later.append)
        node.bus.publish([Hint("stream:a", 1)])
        assert later == [Hint("stream:a", 1)]


async def test_a_burst_arrives_as_the_newest_number_of_each_topic(dsn: str) -> None:
    async with nodes(dsn, 2) as (one, other):
        one.bus.publish([Hint("stream:hot", n) for n in range(1, 3 * BATCH_SIZE)])
        await other.hears(Hint("stream:hot", 3 * BATCH_SIZE - 1))
        assert len(other.heard) <= 4


async def test_a_cut_connection_is_noticed_at_once_and_reported_as_a_gap(
    dsn: str, database: Database
) -> None:
    async with nodes(dsn, 2) as (one, other):
        before = other.gaps
        await cut(database, count=2)

        async def back() -> bool:
            return other.gaps > before and one.bus.is_listening.is_set() and other.bus.is_listening.is_set()

        await eventually(back, KEEPALIVE_SECONDS - 5, what="both connections to be back")
        one.bus.publish([Hint("stream:a", 2)])
        await other.hears(Hint("stream:a", 2))


async def test_hints_published_while_disconnected_are_sent_after_reconnecting(
    dsn: str, database: Database
) -> None:
    async with nodes(dsn, 2) as (one, other):
        await cut(database, count=1)
        one.bus.publish([Hint("stream:a", 1), Hint("stream:b", 1)])
        await other.hears(Hint("stream:a", 1), Hint("stream:b", 1))
        assert other.gaps == 1, "the hearing side never lost its own connection"


@pytest.mark.parametrize("rubbish", ["", "hello", "a|b", "a|stream:x|many"])
async def test_what_others_send_on_the_channel_is_ignored(dsn: str, database: Database, rubbish: str) -> None:
    async with nodes(dsn, 2) as (one, other):
        async with database.transaction() as tx:
            await tx.execute("select pg_notify('switchboard', $1)", rubbish)
        one.bus.publish([Hint("stream:a", 1)])
        await other.hears(Hint("stream:a", 1))
        assert other.heard == [Hint("stream:a", 1)]
