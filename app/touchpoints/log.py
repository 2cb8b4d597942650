"""Appends lines to the touchpoint log, exactly once each, and tells the timelines that are being watched.

The database itself refuses to update or delete a line (trigger on `touchpoints`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from app.core import streams
from app.core.batch import UNKNOWN_SEQ, Batch
from app.core.db import Transaction
from app.core.hints import Hint
from app.core.ids import new_id


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: the customer, an agent, or the system."""

    kind: str
    id: UUID | None = None
    name: str | None = None


CUSTOMER = Actor("customer")
SYSTEM = Actor("system")


def agent(agent_id: UUID, name: str) -> Actor:
    """The agent as actor."""
    return Actor("agent", agent_id, name)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose timeline a line belongs to: the customer's when known, else the contact's own."""

    contact_id: UUID
    customer_id: UUID | None
    channel: str

    @property
    def stream(self) -> str:
        """The stream that timelines watch."""
        return timeline_stream(customer_id=self.customer_id, contact_id=self.contact_id)


def timeline_stream(*, customer_id: UUID | None, contact_id: UUID) -> str:
    """`customer:<id>` for a known customer, `contact:<id>` otherwise."""
    return f"customer:{customer_id}" if customer_id else f"contact:{contact_id}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line about to be written; `once` as in `append`."""

    kind: str
    once: str
    actor: Actor = SYSTEM
    data: dict[str, Any] = field(default_factory=dict)


def _view(subject: Subject, touchpoint_id: UUID, line: Line) -> dict[str, Any]:
    return {
        "touchpoint_id": str(touchpoint_id),
        "contact_id": str(subject.contact_id),
        "kind": line.kind,
        "channel": subject.channel,
        "actor": line.actor.kind,
        "actor_name": line.actor.name,
        "data": line.data,
    }


def append_first(batch: Batch, subject: Subject, lines: Sequence[Line]) -> None:
    """The first lines of a new contact, in order, as part of the batch that opens it."""
    ids = [new_id() for _ in lines]
    batch.add(
        "touchpoint_lines",
        """insert into touchpoints (id, kind, contact_id, customer_id, channel, actor_kind, actor_id, data, dedup_key)
           select id, kind, $1, $2, $3, actor_kind, actor_id, data, dedup_key
           from unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::jsonb[], $9::text[])
                as line(id, kind, actor_kind, actor_id, data, dedup_key)""",
        subject.contact_id,
        subject.customer_id,
        subject.channel,
        ids,
        [line.kind for line in lines],
        [line.actor.kind for line in lines],
        [line.actor.id for line in lines],
        [line.data for line in lines],
        [f"{subject.contact_id}:{line.kind}:{line.once}" for line in lines],
    )
    batch.add(
        "touchpoint_stream",
        """insert into streams (stream, seq) values ($1, $2)
           on conflict (stream) do update set seq = streams.seq + $2 returning seq""",
        subject.stream,
        len(lines),
    )
    batch.add(
        "touchpoint_events",
        """insert into events (stream, seq, type, body, at)
           select $1, moved.seq - $2 + line.place, 'touchpoint.added',
                  jsonb_build_object('touchpoint', line.view || jsonb_build_object('at', switchboard_now())),
                  switchboard_now()
           from touchpoint_stream moved, unnest($3::jsonb[]) with ordinality as line(view, place)""",
        subject.stream,
        len(lines),
        [_view(subject, touchpoint_id, line) for touchpoint_id, line in zip(ids, lines, strict=True)],
    )
    batch.hints.append(Hint(streams.TOPIC_PREFIX + subject.stream, UNKNOWN_SEQ))


_APPEND = """
with line as (
  insert into touchpoints (id, kind, contact_id, customer_id, channel, actor_kind, actor_id, data, dedup_key)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (dedup_key) do nothing returning at),
moved as (
  insert into streams (stream, seq) select $10, 1 from line
  on conflict (stream) do update set seq = streams.seq + 1 returning seq)
insert into events (stream, seq, type, body, at)
select $10, moved.seq, 'touchpoint.added',
       jsonb_build_object('touchpoint', $11::jsonb || jsonb_build_object('at', line.at)), line.at
from line, moved returning seq, at"""


async def append(
    tx: Transaction,
    subject: Subject,
    kind: str,
    *,
    actor: Actor = SYSTEM,
    data: dict[str, Any] | None = None,
    once: str,
) -> bool:
    """Add a line. `once` names the occasion within (contact, kind): a second line for the same occasion is not
    written and False is returned."""
    touchpoint_id = new_id()
    view = _view(subject, touchpoint_id, Line(kind, once, actor, data or {}))
    row = await tx.fetchrow(
        _APPEND,
        touchpoint_id,
        kind,
        subject.contact_id,
        subject.customer_id,
        subject.channel,
        actor.kind,
        actor.id,
        data or {},
        f"{subject.contact_id}:{kind}:{once}",
        subject.stream,
        view,
    )
    if row is None:
        return False
    frame = {
        "stream": subject.stream,
        "seq": row["seq"],
        "at": row["at"],
        "type": "touchpoint.added",
        "touchpoint": {**view, "at": row["at"]},
    }
    tx.hint(streams.TOPIC_PREFIX + subject.stream, row["seq"], orjson.dumps(frame, default=str))
    return True


async def append_apart(
    tx: Transaction,
    kind: str,
    *,
    customer_id: UUID | None,
    channel: str,
    data: dict[str, Any],
    once: str,
) -> bool:
    """Add a line of the system's that belongs to no contact: something happened and none was opened. It is in the
    customer's timeline when the customer is known, else in the log alone. `once` names the occasion within `kind`."""
    touchpoint_id, key = new_id(), f"{kind}:{once}"
    if customer_id is None:
        written = await tx.fetchval(
            """insert into touchpoints (id, kind, channel, actor_kind, data, dedup_key)
               values ($1, $2, $3, $4, $5, $6) on conflict (dedup_key) do nothing returning true""",
            touchpoint_id,
            kind,
            channel,
            SYSTEM.kind,
            data,
            key,
        )
        return bool(written)
    stream = f"customer:{customer_id}"
    view = {
        "touchpoint_id": str(touchpoint_id),
        "contact_id": None,
        "kind": kind,
        "channel": channel,
        "actor": SYSTEM.kind,
        "actor_name": None,
        "data": data,
    }
    row = await tx.fetchrow(
        _APPEND, touchpoint_id, kind, None, customer_id, channel, SYSTEM.kind, None, data, key, stream, view
    )
    if row is None:
        return False
    tx.hint(streams.TOPIC_PREFIX + stream, row["seq"])  # whoever watches reads the row
    return True


_APPEND_MANY = """
with line as (
  select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[],
                       $8::jsonb[], $9::text[], $10::text[], $11::jsonb[]) with ordinality
    as line(id, kind, contact_id, customer_id, channel, actor_kind, actor_id, data, dedup_key, stream, view, place)),
written as (
  insert into touchpoints (id, kind, contact_id, customer_id, channel, actor_kind, actor_id, data, dedup_key)
  select id, kind, contact_id, customer_id, channel, actor_kind, actor_id, data, dedup_key from line order by place
  on conflict (dedup_key) do nothing returning id, at),
entry as (
  select l.*, w.at, row_number() over (partition by stream order by place) as nth,
         count(*) over (partition by stream) as n
  from line l join written w using (id)),
moved as (
  insert into streams (stream, seq) select stream, count(*) from entry group by stream order by stream
  on conflict (stream) do update set seq = streams.seq + excluded.seq returning stream, seq)
insert into events (stream, seq, type, body, at)
select e.stream, m.seq - e.n + e.nth, 'touchpoint.added',
       jsonb_build_object('touchpoint', e.view || jsonb_build_object('at', e.at)), e.at
from entry e join moved m using (stream) order by e.place
returning stream, seq"""


async def append_many(tx: Transaction, lines: Sequence[tuple[Subject, Line]]) -> None:
    """Add lines of several contacts by one statement; one whose occasion is logged already is left out."""
    ids = [new_id() for _ in lines]
    rows = await tx.fetch(
        _APPEND_MANY,
        ids,
        [line.kind for _, line in lines],
        [subject.contact_id for subject, _ in lines],
        [subject.customer_id for subject, _ in lines],
        [subject.channel for subject, _ in lines],
        [line.actor.kind for _, line in lines],
        [line.actor.id for _, line in lines],
        [line.data for _, line in lines],
        [f"{subject.contact_id}:{line.kind}:{line.once}" for subject, line in lines],
        [subject.stream for subject, _ in lines],
        [_view(subject, line_id, line) for line_id, (subject, line) in zip(ids, lines, strict=True)],
    )
    for row in rows:  # who watches one of these timelines reads the row: few do while a contact rings
        tx.hint(streams.TOPIC_PREFIX + row["stream"], row["seq"])
