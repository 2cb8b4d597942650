"""Streams: gap-free numbered events, assigned in the transaction of the change they tell of.

A number comes from the stream's own row, not from a sequence, because a rolled-back sequence leaves a gap.
Clients resume with the last number they saw; the bus only says that a stream has moved on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.core.db import Reader, Record, Transaction

TOPIC_PREFIX = "stream:"


@dataclass(frozen=True, slots=True)
class StreamedEvent:
    """One event as stored; `frame()` is what clients see."""

    stream: str
    seq: int
    at: datetime
    type: str
    body: dict[str, Any]

    def frame(self) -> bytes:
        """JSON: `{stream, seq, at, type, …body}`."""
        return orjson.dumps(
            {"stream": self.stream, "seq": self.seq, "at": self.at, "type": self.type, **self.body},
            default=str,
        )


async def append(tx: Transaction, stream: str, event_type: str, body: dict[str, Any]) -> int:
    """Add an event and return its number. Holds the stream's row until the commit: streams must be narrow."""
    row = await tx.fetchrow(
        """with moved as (
             insert into streams (stream, seq) values ($1, 1)
             on conflict (stream) do update set seq = streams.seq + 1 returning seq)
           insert into events (stream, seq, type, body, at)
           select $1, seq, $2, $3, switchboard_now() from moved returning seq, at""",
        stream,
        event_type,
        body,
    )
    assert row is not None  # noqa: S101 -- an INSERT … RETURNING of one row
    event = StreamedEvent(stream, row["seq"], row["at"], event_type, body)
    tx.hint(TOPIC_PREFIX + stream, event.seq, event.frame())
    return event.seq


# Rows of one stream are numbered in the order given. Streams are locked in the order of their names.
_APPEND_MANY = """
with entry as (
  select *, row_number() over (partition by stream order by place) as nth
  from unnest($1::text[], $2::text[], $3::jsonb[]) with ordinality as entry(stream, type, body, place)),
moved as (
  insert into streams (stream, seq)
  select stream, count(*) from entry group by stream order by stream
  on conflict (stream) do update set seq = streams.seq + excluded.seq returning stream, seq),
size as (select stream, count(*) as n from entry group by stream)
insert into events (stream, seq, type, body, at)
select e.stream, m.seq - s.n + e.nth, e.type, e.body, switchboard_now()
from entry e join moved m using (stream) join size s using (stream) order by e.place
returning stream, seq, at"""


async def append_many(tx: Transaction, entries: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Add several events (stream, type, body) by one statement."""
    rows = await tx.fetch(_APPEND_MANY, *([entry[n] for entry in entries] for n in range(3)))
    numbers: dict[str, list[Record]] = {}
    for row in sorted(rows, key=lambda row: -row["seq"]):
        numbers.setdefault(row["stream"], []).append(row)
    for stream, event_type, body in entries:
        row = numbers[stream].pop()
        event = StreamedEvent(stream, row["seq"], row["at"], event_type, body)
        tx.hint(TOPIC_PREFIX + stream, event.seq, event.frame())


async def hold(tx: Transaction, names: Collection[str], *, wait: bool) -> set[str]:
    """Lock these streams until the commit, in the order of their names, so that later events need not wait. Returns
    those that somebody else holds (without `wait`). A stream without events cannot be held and is never busy."""
    rows = await tx.fetch(
        f"""with held as (
              select stream from streams where stream = any($1) order by stream
              for update {"" if wait else "skip locked"})
            select stream from streams where stream = any($1) except select stream from held""",  # noqa: S608
        list(names),
    )
    return {row["stream"] for row in rows}


async def position(reader: Reader, stream: str) -> int:
    """The number of the stream's last event; 0 when it has none."""
    return await reader.fetchval("select seq from streams where stream = $1", stream) or 0


async def positions(reader: Reader, streams: list[str]) -> dict[str, int]:
    """The numbers of several streams; streams without events are 0."""
    rows = await reader.fetch("select stream, seq from streams where stream = any($1)", streams)
    found = {row["stream"]: row["seq"] for row in rows}
    return {stream: found.get(stream, 0) for stream in streams}


async def since(reader: Reader, stream: str, seq: int, *, limit: int = 1000) -> list[StreamedEvent] | None:
    """Events after `seq`, oldest first; None when they cannot all be given (trimmed, too many, or from the
    future): the client must load a fresh state."""
    last = await position(reader, stream)
    if seq > last or last - seq > limit:
        return None
    if seq == last:
        return []
    rows = await reader.fetch(
        "select seq, type, body, at from events where stream = $1 and seq > $2 and seq <= $3 order by seq",
        stream,
        seq,
        last,
    )
    if len(rows) != last - seq:
        return None
    return [StreamedEvent(stream, r["seq"], r["at"], r["type"], r["body"]) for r in rows]
