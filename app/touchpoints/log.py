"""Appends lines to the touchpoint log, exactly once each, and tells the timelines that are being watched.

The database itself refuses to update or delete a line (trigger on `touchpoints`).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from app.core import streams
from app.core.db import Transaction
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
    view: dict[str, Any] = {
        "touchpoint_id": str(touchpoint_id),
        "contact_id": str(subject.contact_id),
        "kind": kind,
        "channel": subject.channel,
        "actor": actor.kind,
        "actor_name": actor.name,
        "data": data or {},
    }
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
