"""Streams: numbers without gaps, whoever writes and whatever fails."""

import asyncio

import orjson
from hypothesis import given
from hypothesis import strategies as st

from app.core import streams
from app.core.clock import utc_now
from app.core.db import Database
from app.core.hints import Hint

STREAM = "agent:1"


async def seqs(database: Database, stream: str = STREAM) -> list[int]:
    async with database.read() as reader:
        rows = await reader.fetch("select seq from events where stream = $1 order by seq", stream)
    return [row["seq"] for row in rows]


async def write(database: Database, count: int = 1, stream: str = STREAM) -> None:
    for n in range(count):
        async with database.transaction() as tx:
            await streams.append(tx, stream, "something.happened", {"n": n})


async def test_twenty_writers_leave_no_gap(database: Database) -> None:
    await asyncio.gather(*(write(database, 5) for _ in range(20)))
    assert await seqs(database) == list(range(1, 101))


async def test_a_failed_change_leaves_no_gap_and_wakes_nobody(database: Database) -> None:
    heard: list[Hint] = []
    database.on_commit(heard.extend)
    await write(database)
    try:
        async with database.transaction() as tx:
            await streams.append(tx, STREAM, "something.happened", {})
            raise RuntimeError("the change failed")
    except RuntimeError:
        pass
    await write(database)
    assert await seqs(database) == [1, 2]
    assert [hint.seq for hint in heard] == [1, 2]


async def test_a_failed_part_of_a_change_wakes_nobody(database: Database) -> None:
    heard: list[Hint] = []
    database.on_commit(heard.extend)
    async with database.transaction() as tx:
        await streams.append(tx, STREAM, "kept", {})
        try:
            async with tx.savepoint():
                await streams.append(tx, STREAM, "dropped", {})
                raise RuntimeError
        except RuntimeError:
            pass
    assert [hint.seq for hint in heard] == [1]
    assert await seqs(database) == [1]


async def test_streams_are_numbered_apart(database: Database) -> None:
    await write(database, 2)
    await write(database, 1, "agent:2")
    async with database.read() as reader:
        found = await streams.positions(reader, [STREAM, "agent:2", "agent:3"])
    assert found == {STREAM: 2, "agent:2": 1, "agent:3": 0}


async def test_a_reader_gets_exactly_what_it_missed(database: Database) -> None:
    await write(database, 5)
    async with database.read() as reader:
        missed = await streams.since(reader, STREAM, 3)
        assert missed is not None
        assert [event.seq for event in missed] == [4, 5]
        assert await streams.since(reader, STREAM, 5) == []


async def test_a_reader_who_cannot_be_caught_up_must_load_afresh(database: Database) -> None:
    await write(database, 5)
    async with database.transaction() as tx:
        assert await streams.since(tx, STREAM, 6) is None, "from the future: another database was restored"
        assert await streams.since(tx, STREAM, 0, limit=4) is None, "too many"
        assert await streams.since(tx, STREAM, 0, limit=5) is not None
        await tx.execute("delete from events where stream = $1 and seq <= 2", STREAM)
        assert await streams.since(tx, STREAM, 1) is None, "trimmed"
        assert await streams.since(tx, STREAM, 2) is not None


@given(
    st.integers(1, 2**62),
    st.text(min_size=1, max_size=20),
    st.dictionaries(st.sampled_from("abc"), st.text()),
)
def test_what_is_sent_is_what_is_stored(seq: int, kind: str, body: dict[str, str]) -> None:
    event = streams.StreamedEvent("agent:1", seq, utc_now(), kind, body)
    sent = orjson.loads(event.frame())
    assert {key: sent[key] for key in body} == body
    assert (sent["stream"], sent["seq"], sent["type"]) == ("agent:1", seq, kind)


async def test_events_written_together_are_numbered_in_their_order_in_every_stream(
    database: Database,
) -> None:
    heard: list[Hint] = []
    database.on_commit(heard.extend)
    await write(database)
    entries = [(f"agent:{n % 2}", "something.happened", {"n": n}) for n in range(7)]
    async with database.transaction() as tx:
        await streams.append_many(tx, entries)
    async with database.read() as reader:
        for stream, place in (("agent:0", 0), ("agent:1", 1)):
            rows = await reader.fetch("select body from events where stream = $1 order by seq", stream)
            assert [row["body"]["n"] for row in rows][-3:] == [n for n in range(7) if n % 2 == place][-3:]
    assert await seqs(database, "agent:0") == await seqs(database, "agent:1") == [1, 2, 3, 4]
    assert [orjson.loads(hint.body or b"")["n"] for hint in heard[1:]] == list(range(7))
