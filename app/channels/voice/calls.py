"""Calls and legs as stored. Whoever changes one locks the contact first; callbacks are applied monotonically.

Source of the status order: https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent (no guarantee
of order, so rank decides and final states absorb).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.batch import Batch
from app.core.db import Reader, Record, Transaction, rows_changed
from app.core.ids import new_id


class CallState(StrEnum):
    """Where a call stands."""

    IVR = "ivr"
    WAITING = "waiting"
    CONNECTING = "connecting"
    TALKING = "talking"
    HELD = "held"
    VOICEMAIL = "voicemail"
    SURVEY = "survey"
    CLOSING = "closing"
    CLOSED = "closed"


TERMINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_RANKS = {"new": 0, "queued": 1, "initiated": 2, "ringing": 3, "in-progress": 4} | dict.fromkeys(TERMINAL, 5)


def is_news(before: str, after: str) -> bool:
    """Whether status `after` moves a leg that was `before` on; final states absorb everything."""
    return before not in TERMINAL and _RANKS.get(after, -1) > _RANKS[before]


@dataclass(frozen=True, slots=True)
class Call:
    """One row of `voice_calls`: the customer's side and the room."""

    contact_id: UUID
    state: CallState
    version: int
    call_sid: str
    room: str
    conference_sid: str | None
    announced: dict[str, Any] | None
    farewell: dict[str, Any] | None
    consent: str | None
    emergency_id: UUID | None  # the emergency this caller has heard
    alone_since: datetime | None
    hold_sequence: int
    focus: str | None


@dataclass(frozen=True, slots=True)
class Leg:
    """One row of `voice_legs`: one telephone connection."""

    id: UUID
    contact_id: UUID
    kind: str
    offer_id: UUID | None
    agent_id: UUID | None
    call_sid: str | None
    status: str
    dial: int | None  # of a callback's customer: the number of the dialling
    is_in_room: bool
    room_sequence: int
    created_at: datetime
    joined_at: datetime | None
    left_at: datetime | None
    address: str | None
    digits: str | None
    mode: str | None
    room: str | None
    is_muted: bool
    is_held: bool

    @property
    def label(self) -> str:
        """The participant's label in the room. It does not change when a guest becomes the contact's agent."""
        if self.kind == "customer":
            return "customer"
        return f"agent-{self.id}" if self.agent_id else f"guest-{self.id}"

    @property
    def is_phone(self) -> bool:
        """Whether this is an agent's own telephone or SIP phone: its leg is asked what to do when it answers."""
        return self.agent_id is not None and self.address is not None

    @property
    def outside_number(self) -> str | None:
        """The number of who is no agent of ours; a colleague's own telephone is nobody else's business."""
        return self.address if self.agent_id is None else None

    @property
    def is_gone(self) -> bool:
        """Whether it is over, or was in the room and has left it: no such leg comes back."""
        return self.is_over or (self.left_at is not None and not self.is_in_room)

    @property
    def is_over(self) -> bool:
        """Whether the connection has ended."""
        return self.status in TERMINAL


_CALL = ", ".join(f.name for f in fields(Call))
_LEG = ", ".join(f.name for f in fields(Leg))


def _call(row: Record) -> Call:
    values = dict(row.items())
    values["state"] = CallState(values["state"])
    return Call(**values)


def _leg(row: Record) -> Leg:
    return Leg(**dict(row.items()))


def room_name(contact_id: UUID, round: int) -> str:
    """The conference of one attempt to connect. A name is never used twice: a new conference of an old name counts
    its callbacks from the start again, and late ones of the old could not be told from its own."""
    return f"itx-{contact_id}-{round}"


def is_room_of(name: str, contact_id: UUID) -> bool:
    """Whether this is, or was, a room of the contact."""
    return name.startswith(f"itx-{contact_id}-")


def create(batch: Batch, *, contact_id: UUID, call_sid: str) -> None:
    """The call and its customer's leg."""
    batch.add(
        "call",
        "insert into voice_calls (contact_id, state, call_sid, room) values ($1, 'ivr', $2, $3)",
        contact_id,
        call_sid,
        room_name(contact_id, 0),
    )
    batch.add(
        "customer_leg",
        """insert into voice_legs (id, contact_id, kind, call_sid, status)
           values ($1, $2, 'customer', $3, 'in-progress')""",
        new_id(),
        contact_id,
        call_sid,
    )


async def get(reader: Reader, contact_id: UUID) -> Call | None:
    """The contact's call."""
    row = await reader.fetchrow(f"select {_CALL} from voice_calls where contact_id = $1", contact_id)  # noqa: S608
    return _call(row) if row else None


async def contact_of_sid(reader: Reader, call_sid: str) -> UUID | None:
    """Whose customer's call this is."""
    found: UUID | None = await reader.fetchval(
        "select contact_id from voice_calls where call_sid = $1", call_sid
    )
    return found


async def change(tx: Transaction, contact_id: UUID, **changes: Any) -> Call:
    """Set columns and move the version on. Names come from our own code."""
    assignments = "".join(f", {name} = ${n}" for n, name in enumerate(changes, start=2))
    row = await tx.fetchrow(
        f"""update voice_calls set version = version + 1{assignments}
            where contact_id = $1 returning {_CALL}""",  # noqa: S608
        contact_id,
        *changes.values(),
    )
    assert row is not None  # noqa: S101 -- callers hold the contact's lock and have read the call
    return _call(row)


async def legs(reader: Reader, contact_id: UUID) -> list[Leg]:
    """All legs of the contact, oldest first."""
    rows = await reader.fetch(
        f"select {_LEG} from voice_legs where contact_id = $1 order by created_at, id",  # noqa: S608
        contact_id,
    )
    return [_leg(row) for row in rows]


def customer_leg(found: Sequence[Leg]) -> Leg:
    """The customer's newest leg: a callback has one for every try."""
    return next(leg for leg in reversed(found) if leg.kind == "customer")


async def begin_offer(tx: Transaction, contact_id: UUID) -> None:
    """The call of a callback whose agent's telephone is about to ring: nobody is on the line, and nobody is called
    before the agent has said yes. It goes by the contact's id until then."""
    await tx.execute(
        """insert into voice_calls (contact_id, state, call_sid, room) values ($1, 'waiting', $2, $3)
           on conflict (contact_id) do update set state = 'waiting' where voice_calls.state = 'closed'""",
        contact_id,
        str(contact_id),
        room_name(contact_id, 0),
    )


async def begin_dial(tx: Transaction, contact_id: UUID, dial: int | None) -> Leg:
    """The leg of a customer who is about to be called. Its call begins with it, and goes by the leg's own id until
    the customer answers. `dial`: of a callback, which number of dialling it is."""
    leg_id = new_id()
    await tx.execute(
        """insert into voice_calls (contact_id, state, call_sid, room) values ($1, 'waiting', $2, $3)
           on conflict (contact_id) do update set state = 'waiting', call_sid = $2, conference_sid = null,
             announced = null, consent = null, alone_since = null, version = voice_calls.version + 1""",
        contact_id,
        str(leg_id),
        room_name(contact_id, 0),
    )
    row = await tx.fetchrow(
        f"""insert into voice_legs (id, contact_id, kind, dial) values ($1, $2, 'customer', $3)
            returning {_LEG}""",  # noqa: S608
        leg_id,
        contact_id,
        dial,
    )
    assert row is not None  # noqa: S101 -- INSERT … RETURNING
    return _leg(row)


async def leg(reader: Reader, leg_id: UUID) -> Leg | None:
    """One leg."""
    row = await reader.fetchrow(f"select {_LEG} from voice_legs where id = $1", leg_id)  # noqa: S608
    return _leg(row) if row else None


async def open_room(tx: Transaction, contact_id: UUID, round: int) -> None:
    """A fresh room for the next attempt: nobody is in it and it has reported nothing."""
    await tx.execute(
        """update voice_legs set is_in_room = false, room_sequence = -1, is_muted = false, flag_sequence = -1
           where contact_id = $1 and kind = 'customer'""",
        contact_id,
    )
    await change(
        tx,
        contact_id,
        state=CallState.CONNECTING.value,
        room=room_name(contact_id, round),
        conference_sid=None,
        hold_sequence=-1,
        alone_since=None,
        focus=None,
    )


async def learn_sid(tx: Transaction, known: Leg, call_sid: str) -> None:
    """Keep the sid of a leg whose REST answer has not arrived (yet)."""
    await tx.execute(
        "update voice_legs set call_sid = $2 where id = $1 and call_sid is null", known.id, call_sid
    )


async def leg_of_offer(reader: Reader, offer_id: UUID) -> Leg | None:
    """The leg that carries an offer out."""
    row = await reader.fetchrow(
        f"select {_LEG} from voice_legs where offer_id = $1 order by created_at desc limit 1",  # noqa: S608
        offer_id,
    )
    return _leg(row) if row else None


async def add_leg(
    tx: Transaction,
    *,
    contact_id: UUID,
    kind: str,
    room: str,
    offer_id: UUID | None = None,
    agent_id: UUID | None = None,
    address: str | None = None,
    digits: str | None = None,
    mode: str | None = None,
) -> Leg:
    """A leg about to be called into `room`: of an agent (`agent_id`; with `address`, E.164 or `sip:…`, at a telephone,
    not at the browser phone) or of an outside number (`address` alone), where `digits` are dialled once it answers."""
    row = await tx.fetchrow(
        f"""insert into voice_legs (id, contact_id, kind, room, offer_id, agent_id, address, digits, mode)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning {_LEG}""",  # noqa: S608
        new_id(),
        contact_id,
        kind,
        room,
        offer_id,
        agent_id,
        address,
        digits,
        mode,
    )
    assert row is not None  # noqa: S101 -- INSERT … RETURNING
    return _leg(row)


async def note_status(
    tx: Transaction, known: Leg, status: str, *, call_sid: str | None, reason: str | None
) -> bool:
    """Apply a status callback or a REST answer; False when it is no news. The sid is learned from whichever of
    the two comes first."""
    if call_sid is not None and known.call_sid is None:
        await learn_sid(tx, known, call_sid)
    if not is_news(known.status, status):
        return False
    over = status in TERMINAL
    await tx.execute(
        """update voice_legs set status = $2,
             ended_at = case when $3 then switchboard_now() else ended_at end,
             end_reason = case when $3 then $4 else end_reason end,
             left_at = case when $3 and is_in_room then switchboard_now() else left_at end,
             is_in_room = is_in_room and not $3
           where id = $1""",
        known.id,
        status,
        over,
        reason,
    )
    return True


async def note_room(tx: Transaction, known: Leg, *, joined: bool, sequence: int) -> bool:
    """Apply a join or leave; False when a later one was applied already, or when the leg that joins is over."""
    tag = await tx.execute(
        """update voice_legs set is_in_room = $2, room_sequence = $3,
             joined_at = case when $2 then coalesce(joined_at, switchboard_now()) else joined_at end,
             left_at = case when $2 then null else switchboard_now() end
           where id = $1 and room_sequence < $3 and (is_in_room <> $2 or room_sequence < 0)
             and not ($2 and ended_at is not null)""",
        known.id,
        joined,
        sequence,
    )
    return rows_changed(tag) == 1
